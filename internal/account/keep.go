package account

import (
	"context"

	"app.latchkey/internal/session"
)

// KeepFace keeps the picture at an address beside the accounts that claim it, sealed with
// them: the next start shows it without the network. Nothing is written when it is kept
// already. face is a data: URL; one that is larger than [session.MaxFaceBytes] is not kept.
func (a *Manager) KeepFace(ctx context.Context, address, face string) error {
	for _, p := range a.Snapshot().Accounts {
		if p.Profile.Picture == address && p.Face != face {
			return a.keepBeside(ctx, func(b *session.Book) (changed bool) {
				for _, s := range b.Sessions {
					if s.Profile.Picture == address && b.SetFace(s.Key, session.Face{Address: address, Data: face}) {
						changed = true
					}
				}
				return changed
			})
		}
	}
	return nil
}

// ForgetTyped forgets what the person typed at a sign-in.
func (a *Manager) ForgetTyped(ctx context.Context) error {
	if a.Snapshot().Typed == "" {
		return nil
	}
	return a.keepBeside(ctx, func(b *session.Book) bool {
		was := b.Typed
		b.Typed = ""
		return was != ""
	})
}

// keepBeside writes what stands beside the sessions, when f has changed it.
func (a *Manager) keepBeside(ctx context.Context, f func(*session.Book) bool) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer stop()
	err := a.hold(ctx, func(ctx context.Context, h *session.Held) error {
		if !f(&h.Book) {
			return nil
		}
		if err := h.Write(ctx); err != nil {
			return err
		}
		a.note(h.Book)
		return nil
	})
	if err == nil {
		a.Touch()
	}
	return err
}
