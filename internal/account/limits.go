package account

import (
	"context"
	"time"

	"app.latchkey/internal/session"
)

// maxBack is how far the clock may be set back before it counts as set back: network time corrects by less.
const maxBack = time.Minute

// reading is what the clock said, and when that was by a time that nobody can set.
type reading struct{ wall, mono time.Time }

// present is the time for the limits of s. It does not go back when the clock is set back: within a process the time
// since the last reading counts on, and across processes the latest time that the session has seen, which a refresh
// takes from the provider.
func (a *Manager) present(s session.Session) time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	running := a.clock.wall.Add(time.Since(a.clock.mono))
	if a.clock.wall.IsZero() || now.After(running.Add(-maxBack)) {
		a.clock = reading{now, time.Now()}
	} else {
		now = running
	}
	if s.Seen.After(now) {
		return s.Seen
	}
	return now
}

// over returns the limit that s has reached; empty while it has reached none.
func (a *Manager) over(s session.Session) session.Ended {
	at, why := s.EndsAt(a.opts.Limits)
	if at.IsZero() || a.present(s).Before(at) {
		return ""
	}
	return why
}

// endOver ends the sessions of the book that have reached a limit. It needs no network.
func (a *Manager) endOver(ctx context.Context, book session.Book) {
	for _, s := range book.Sessions {
		if s.Live() && a.over(s) != "" {
			_, _ = a.refresh(ctx, s.Key, "") // ends it before anything is asked; end has logged it
		}
	}
}

// untilEnd returns how long it is until the active session reaches a limit; maxSleep when there is none so soon.
func (a *Manager) untilEnd() time.Duration {
	s, err := a.signedIn()
	at, _ := s.EndsAt(a.opts.Limits)
	if err != nil || at.IsZero() {
		return maxSleep
	}
	return at.Sub(a.present(s))
}

// useTimeout limits how long a caller waits until a use is stored.
const useTimeout = 2 * time.Second

// use notes that somebody uses the session. It is stored when the last stored use is older than a twentieth of the idle
// time, and a minute at the most: as much earlier may a session end.
func (a *Manager) use(ctx context.Context, s session.Session) {
	key, idle, now := s.Key, a.opts.Limits.Idle, a.present(s)
	if idle <= 0 || now.Sub(s.Used) < min(idle/20, time.Minute) {
		return
	}
	a.mu.Lock()
	if a.current.Key == key {
		a.current.Used = now // also when it cannot be stored: the next caller must not wait again
	}
	a.mu.Unlock()
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), useTimeout)
	defer stop()
	// The function below names key, not s.Key: s would be put on the heap for every token that is asked for.
	err := a.hold(ctx, func(ctx context.Context, h *session.Held) error {
		kept, ok := h.Book.Find(key)
		if !ok || !kept.Live() || a.over(kept) != "" {
			return nil
		}
		kept.Used, kept.Seen = now, now
		h.Book.Put(kept)
		return h.Write(ctx)
	})
	if err != nil {
		a.opts.Log.Warn("session.use_not_kept", "err", err)
	}
}

// Attend tells that a person looks at the app, which is a use of the session. It returns at once; [Manager.Run]
// stores it.
func (a *Manager) Attend() {
	a.mu.Lock()
	a.attended = true
	a.mu.Unlock()
	a.Online()
}

// noteAttended stores what [Manager.Attend] has told.
func (a *Manager) noteAttended(ctx context.Context) {
	a.mu.Lock()
	attended := a.attended
	a.attended = false
	a.mu.Unlock()
	if s, err := a.signedIn(); attended && err == nil {
		a.use(ctx, s)
	}
}
