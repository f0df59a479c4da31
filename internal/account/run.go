package account

import (
	"context"
	"math/rand/v2"
	"time"

	"app.latchkey/internal/session"
)

// maxSleep is the longest that Run waits: monotonic timers stand still while a
// laptop sleeps, so the wall clock is asked at least this often.
const maxSleep = time.Minute

// Run keeps the session fresh until ctx ends: it refreshes when due, follows
// what other processes did, and revokes what a sign-out could not. It is the
// owner of all background work and returns when that has ended.
func (a *Account) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-a.wake:
		case <-timer.C:
		}
		a.saveRescued(ctx)
		a.Sync(ctx)
		a.refreshIfDue(ctx)
		a.revokePending(ctx)
		timer.Reset(a.sleep())
	}
}

// Wake makes Run look at the clock now: after a window's focus, a change of the
// network, a wake-up of the machine.
func (a *Account) Wake() {
	select {
	case a.wake <- struct{}{}:
	default: // one is waiting already
	}
}

// Retry forgets the backoff and looks at once: the person asked for it.
func (a *Account) Retry() {
	a.schedule(0, 0)
	a.Wake()
}

func (a *Account) refreshIfDue(ctx context.Context) {
	s, err := a.signedIn()
	if err != nil || a.sleepFor(s) > 0 {
		return
	}
	// With its jitter the refresh comes before the token counts as due: it is the
	// token at hand that is to be replaced, unless another process has done so.
	_, _ = a.refresh(ctx, s.Key, s.Tokens.Access.Reveal()) // settle has published and logged it
}

// sleep returns how long Run may wait.
func (a *Account) sleep() time.Duration {
	s, err := a.signedIn()
	if err != nil {
		return maxSleep
	}
	return min(max(a.sleepFor(s), time.Second), maxSleep)
}

// sleepFor returns how long it is until a background refresh of s should start;
// zero or less means now. A share of the lifetime is drawn as jitter, so that a
// fleet that signed in together does not refresh together.
func (a *Account) sleepFor(s session.Session) time.Duration {
	due := s.Due()
	if due.IsZero() {
		return maxSleep
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	if s.Tokens.Refresh.IsZero() {
		due = s.Tokens.Expiry // nothing to renew; its end is to be noticed
	} else {
		due = due.Add(-time.Duration(a.jitter * float64(s.Tokens.Lifetime) / 5))
	}
	if a.retryAt.After(due) {
		due = a.retryAt
	}
	return due.Sub(now)
}

// setCurrent makes s the session in memory; a.mu is held.
func (a *Account) setCurrent(s session.Session) {
	if !s.Tokens.Access.Equal(a.current.Tokens.Access) {
		a.jitter = rand.Float64() // #nosec G404 -- spreads a fleet, guards nothing
	}
	a.current = s
}
