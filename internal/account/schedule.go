package account

import (
	"math/rand/v2"
	"time"

	"app.latchkey/internal/session"
)

// When the background refreshes. One desktop could simply refresh when it is due; ten thousand that signed in at nine
// o'clock must not do so in one minute, nor come back together after an outage. test/fleet runs them all and asserts
// that (docs/performance.md). Whoever asks for a token gets one at once whatever is planned.

// nudge is how soon after a failed try a person's sign (the window's focus, Wake) is
// worth another, whatever the backoff says.
const nudge = 30 * time.Second

// plan is when the background may act on the session in memory.
type plan struct {
	refreshAt time.Time // the token at hand is replaced then; zero when nothing is planned
	retryAt   time.Time // not before this, after a failure; zero when there was none
	soonest   time.Time // as early as a person's sign may bring retryAt
	asked     time.Time // not before this, because the provider asked for it; zero otherwise
	failures  int       // refreshes that failed in a row
}

// setCurrent makes s the session in memory; a.mu is held.
func (a *Manager) setCurrent(s session.Session) {
	if !s.Tokens.Access.Equal(a.current.Tokens.Access) || s.Key != a.current.Key {
		now := a.now()
		from := now
		switch {
		case s.Key != a.current.Key || now.Before(a.plan.refreshAt) && a.current.FreshAt(now):
			from = time.Time{}
		case a.plan.failures > 0:
			from = a.plan.refreshAt
		}
		a.plan.refreshAt = draw(s, now, from)
	}
	a.current = s
	a.noted++
}

// draw chooses when the token of s is to be replaced: at a random moment in the last quarter of its lifetime before
// it is due. The lifetime is counted from the time from: that of a refresh which came in its turn, or the one that
// was drawn for a refresh which failures have held back. So an outage, which brings the refreshes of many desktops
// together, does not bring their next ones together as well. Where from is zero (after a sign-in or a refused token)
// or too long ago, the time is drawn between now and due.
func draw(s session.Session, now, from time.Time) time.Time {
	due := s.Due()
	if due.IsZero() {
		return time.Time{}
	}
	if s.Tokens.Refresh.IsZero() {
		return s.Tokens.Expiry // nothing to renew; its end is to be noticed
	}
	at := due.Add(-share(s.Tokens.Lifetime / 4))
	if turn := at.Add(from.Sub(now)); !from.IsZero() && turn.After(now) {
		return turn
	}
	return now.Add(share(at.Sub(now)))
}

// overslept puts off a refresh that the machine slept through. Nobody has asked for the token meanwhile, and many
// people open their laptops at the same hour, so a refresh at the moment of waking would meet many others. It is spread
// over more than a lifetime, since those who look at once take a good part of the first one.
func (a *Manager) overslept() {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	if a.plan.failures == 0 && !a.plan.refreshAt.IsZero() && now.Sub(a.plan.refreshAt) > 2*maxSleep &&
		!a.current.Tokens.Refresh.IsZero() {
		a.plan.refreshAt = now.Add(share(a.current.Tokens.Lifetime * 3 / 2))
	}
}

// hurry brings the next try forward, since a person is looking at the window.
func (a *Manager) hurry() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now := a.now(); a.plan.refreshAt.After(now) && !a.current.FreshAt(now) {
		a.plan.refreshAt = now
	}
	if a.plan.retryAt.After(a.plan.soonest) {
		a.plan.retryAt = a.plan.soonest
	}
}

// atOnce makes the next try due now, unless the provider has asked to wait longer.
func (a *Manager) atOnce() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.plan.failures > 0 {
		a.plan.retryAt = a.plan.asked
		a.plan.soonest = a.plan.asked
	}
}

// share draws evenly from [0, d).
func share(d time.Duration) time.Duration {
	return time.Duration(rand.Float64() * float64(d)) // #nosec G404 -- spreads a fleet, guards nothing
}

// sleep returns how long Run may wait.
func (a *Manager) sleep() time.Duration {
	return min(max(min(a.untilRefresh(), a.untilEnd()), time.Second), maxSleep)
}

// untilRefresh returns how long it is until a background refresh should start; zero or less means now.
func (a *Manager) untilRefresh() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	at := a.plan.refreshAt
	if a.current.Key.IsZero() || at.IsZero() {
		return maxSleep
	}
	if a.plan.retryAt.After(at) {
		at = a.plan.retryAt
	}
	return at.Sub(a.now())
}

// succeeded forgets the failures before.
func (a *Manager) succeeded() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.plan.failures, a.plan.retryAt, a.plan.soonest = 0, time.Time{}, time.Time{}
}

// failedOnce plans the next try. after is how long the provider asked to wait; zero when it did not say.
func (a *Manager) failedOnce(after time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	a.plan.failures++
	n := a.plan.failures
	if after > 0 {
		n++ // it is busy: all who are told the same moment must not come at that moment
	}
	a.plan.retryAt, a.plan.asked = now.Add(after+backoff(n)), now.Add(after)
	a.plan.soonest = now.Add(max(after, nudge))
}

// backoff returns how long to wait after n failures in a row. The first delay is short, for a brief fault. Later
// delays grow to 10–30 minutes with wide jitter: an outage holds back the refreshes of a whole fleet, which would
// otherwise all arrive at once when it ends. The second is the widest for its length: with 1–5 minutes, those that
// failed in the last minutes of an outage would double what arrives in the first minutes after it.
func backoff(n int) time.Duration {
	switch {
	case n <= 1:
		return 2*time.Second + share(2*time.Second)
	case n == 2:
		return time.Minute + share(14*time.Minute)
	}
	return 10*time.Minute + share(20*time.Minute)
}
