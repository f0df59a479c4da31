package account

import (
	"context"
	"time"
)

// maxSleep is the longest that Run waits: monotonic timers stand still while a
// laptop sleeps, so the wall clock is asked at least this often.
const maxSleep = time.Minute

// Run keeps the session fresh until ctx ends: it refreshes when due, follows what other processes did, and revokes
// what a sign-out could not. It is the owner of all background work and returns when that has ended.
func (a *Manager) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-a.wake:
			a.hurry()
		case <-timer.C:
			a.overslept()
		}
		a.saveRescued(ctx)
		book := a.Sync(ctx)
		a.endOver(ctx, book)
		a.noteAttended(ctx)
		a.refreshIfDue(ctx)
		a.revokeLeft(ctx, book)
		timer.Reset(a.sleep())
	}
}

// Wake makes Run look at the clock now: after a window's focus, a change of the network, a wake-up of the machine.
func (a *Manager) Wake() {
	select {
	case a.wake <- struct{}{}:
	default: // one is waiting already
	}
}

// Online tells that the network is back, or that somebody looks at a session that could
// not be renewed: the backoff is forgotten, but not a wait that the provider has asked for.
func (a *Manager) Online() {
	if a.Snapshot().Health == HealthOffline {
		a.atOnce()
	}
	a.Wake()
}

// Retry forgets the backoff and looks at once: the person asked for it.
func (a *Manager) Retry() {
	a.succeeded()
	a.Wake()
}

func (a *Manager) refreshIfDue(ctx context.Context) {
	s, err := a.signedIn()
	if err != nil || a.untilRefresh() > 0 {
		return
	}
	// Jitter starts the refresh before the token counts as due, so the token at hand is named: it is
	// replaced unless another process has replaced it already.
	_, _ = a.refresh(ctx, s.Key, s.Tokens.Access.Reveal()) // settle has published and logged it
}
