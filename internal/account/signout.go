package account

import (
	"context"
	"errors"
	"time"

	"app.latchkey/internal/session"
)

// revokeTimeout limits what one sign-out asks of the provider, all its requests together, so that a
// silent provider delays a sign-out once. The logout in the browser waits for a person and has limits
// of its own.
const revokeTimeout = 5 * time.Second

// Scope says how far a sign-out goes. Each includes the ones before.
type Scope int

// Scopes of a sign-out.
const (
	ScopeDevice  Scope = iota // forget here; at the provider the tokens live on
	ScopeTokens               // and revoke them there (RFC 7009): what a sign-out should be
	ScopeBrowser              // and end the provider's browser session
)

// SignOut forgets an account here first, then revokes its tokens at the provider,
// then ends the browser's session, as far as scope goes. The zero key means the
// active account, or the one whose session has just ended. It reports what ended
// and what did not; its error is for the first step alone. For an account that is
// not there the report's key is zero. What earlier sign-outs could not revoke is tried
// again as well.
func (a *Manager) SignOut(ctx context.Context, key session.Key, scope Scope) (SignOut, error) {
	if key.IsZero() {
		key = a.shown()
	}
	s, revocation, err := a.forget(ctx, key, scope)
	// The time limit is the provider's: it begins when nothing is left to do here.
	within, stop := context.WithTimeout(ctx, revokeTimeout)
	defer stop()
	if scope >= ScopeTokens {
		defer a.revokePending(within) // what an earlier sign-out left: it was killed, or offline
	}
	if err != nil {
		a.opts.Log.Error("signout.failed", "err", err)
		a.update(func(p *Snapshot) { p.Err = err })
		return SignOut{}, err
	}
	if s.Key.IsZero() {
		if !key.IsZero() { // another process was first
			a.forgotten(key, nil)
		}
		return SignOut{}, nil
	}
	report := SignOut{
		Key: key, Name: s.Profile.Name, Provider: s.Provider, ClientID: s.ClientID, Scope: scope, Running: true,
		Ending: session.Ending{Tokens: session.EndingPending, Browser: session.EndingNotAsked},
	}
	switch {
	case !s.Live():
		report.Ending.Tokens = session.EndingNothing
	case scope < ScopeTokens:
		report.Ending.Tokens = session.EndingNotAsked
	}
	first := report // a snapshot's report never changes
	a.forgotten(key, &first)
	report.Ending, report.Running = a.endAtProvider(ctx, within, s, revocation, scope), false
	a.opts.Log.Info("signout.completed", "issuer", key.Issuer,
		"tokens", string(report.Ending.Tokens), "browser", string(report.Ending.Browser))
	a.update(func(p *Snapshot) {
		if p.SignOut != nil && p.SignOut.Key == key {
			p.SignOut = &report
		}
	})
	return report, nil
}

// shown returns the account that a person sees: the active one, or the one whose
// session has just ended.
func (a *Manager) shown() session.Key {
	s := a.Snapshot()
	if s.Session.Key.IsZero() && s.Ended != nil {
		return s.Ended.Key
	}
	return s.Session.Key
}

// forget removes the account in one write that also notes what is to be revoked.
// The session is zero when there was none.
func (a *Manager) forget(ctx context.Context, key session.Key,
	scope Scope) (session.Session, session.Revocation, error) {
	if key.IsZero() {
		return session.Session{}, session.Revocation{}, nil
	}
	var s session.Session
	var r session.Revocation
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
	defer stop()
	err := a.hold(ctx, func(ctx context.Context, h *session.Held) error {
		if rescued, ok := a.rescue(key); ok {
			h.Book.Put(rescued)
		}
		var found bool
		if s, found = h.Book.Find(key); found {
			if scope < ScopeTokens {
				h.Book.Drop(key)
			} else {
				r, _ = h.Book.Forget(key, a.now())
			}
			if err := h.WriteAnew(ctx); err != nil {
				return err
			}
		}
		a.note(h.Book)
		return nil
	})
	if err == nil {
		a.mu.Lock()
		delete(a.rescued, key)
		if a.unsaved != nil && a.unsaved.Key == key {
			a.unsaved = nil
		}
		a.mu.Unlock()
	}
	return s, r, err
}

// forgotten shows that an account is no longer here. report is nil when there is
// nothing to tell.
func (a *Manager) forgotten(key session.Key, report *SignOut) {
	tell := func(p *Snapshot) {
		p.Err, p.Notice, p.SignOut = nil, nil, report
		if p.Ended != nil && p.Ended.Key == key {
			p.Ended = nil
		}
	}
	if a.isCurrent(key) {
		a.vacate(tell)
		return
	}
	a.update(tell)
}

// endAtProvider does what needs the network: the tokens end with within, the browser's session with ctx.
func (a *Manager) endAtProvider(
	ctx, within context.Context, s session.Session, r session.Revocation, scope Scope,
) session.Ending {
	out := session.Ending{Tokens: session.EndingNothing, Browser: session.EndingNotAsked}
	if scope < ScopeTokens && s.Live() {
		out.Tokens = session.EndingNotAsked
	}
	if !r.Access.IsZero() || !r.Refresh.IsZero() {
		out.Tokens, out.Err = a.revoke(within, r)
	}
	if scope < ScopeBrowser {
		return out
	}
	out.Browser = session.EndingUnsupported
	if a.opts.EndBrowser != nil {
		var err error
		out.Browser, err = a.opts.EndBrowser(ctx, s)
		out.Err = errors.Join(out.Err, err)
	}
	return out
}

// revoke revokes one session's tokens and drops them from the list unless the
// provider could not be asked.
func (a *Manager) revoke(ctx context.Context, r session.Revocation) (session.EndingOutcome, error) {
	if a.opts.Auth == nil {
		return session.EndingPending, ErrNotConfigured
	}
	limited, stop := context.WithTimeout(ctx, revokeTimeout)
	defer stop()
	outcome, err := a.opts.Auth.Revoke(limited, r)
	if err != nil && !errors.Is(err, session.ErrForeign) {
		a.opts.Log.Warn("revoke.failed", "outcome", string(outcome), "err", err)
	}
	if outcome == session.EndingPending {
		return outcome, err
	}
	drop, stop := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer stop()
	return outcome, errors.Join(err, a.hold(drop, func(ctx context.Context, h *session.Held) error {
		h.Book.Revoked(r)
		return h.Write(ctx)
	}))
}

// revokePending tries again what earlier sign-outs could not revoke. A revocation
// waits while the same account is signed in: at several providers it would end
// the living session too.
func (a *Manager) revokePending(ctx context.Context) {
	if phase := a.Snapshot().Phase; phase == PhaseStarting || phase == PhaseLocked || a.opts.Auth == nil {
		return
	}
	book, err := a.read(ctx)
	if err != nil {
		return // Sync has logged it
	}
	a.revokeLeft(ctx, book)
}

// revokeLeft tries what the book says is still to be revoked.
func (a *Manager) revokeLeft(ctx context.Context, book session.Book) {
	if a.opts.Auth == nil {
		return
	}
	for _, r := range book.Revoke {
		if ctx.Err() != nil {
			return
		}
		if s, ok := book.Find(r.Key); ok && s.Live() {
			continue
		}
		outcome, err := a.revoke(ctx, r)
		if outcome == session.EndingPending && !errors.Is(err, session.ErrForeign) {
			return // the provider cannot be reached; the next round is soon enough
		}
	}
}
