package session

import (
	"errors"
	"time"
)

// Limits are how long the settings let a session last. Zero is no limit.
type Limits struct {
	Max  time.Duration // since the sign-in
	Idle time.Duration // since somebody last used it
}

// Reasons for which a session has reached its end.
const (
	EndedExpired Ended = "expired" // the provider's session_expiry has come
	EndedMaximum Ended = "maximum" // [Limits].Max
	EndedIdle    Ended = "idle"    // [Limits].Idle
)

// What [Ended] means as an error.
var (
	// ErrLimit is matched when a session has lasted as long as the provider or the settings let it.
	ErrLimit = errors.New("session: it has reached its end")
	// ErrIdle is matched when nobody has used a session for longer than the settings let it.
	ErrIdle = errors.New("session: nobody has used it for too long")
)

// Limit reports whether the reason is a limit, and no word of the provider's.
func (e Ended) Limit() bool { return e == EndedExpired || e == EndedMaximum || e == EndedIdle }

// EndsAt returns when the session reaches its end if nobody uses it meanwhile, and which limit that is. Zero means
// never.
func (s Session) EndsAt(l Limits) (at time.Time, why Ended) {
	at, why = s.Latest(l)
	used := s.Used
	if used.IsZero() { // of an earlier version
		used = s.renewedAt()
	}
	if end := used.Add(l.Idle); l.Idle > 0 && !used.IsZero() && (at.IsZero() || end.Before(at)) {
		return end, EndedIdle
	}
	return at, why
}

// Latest returns when the session reaches its end however much it is used, and which limit that is. Zero means never.
func (s Session) Latest(l Limits) (at time.Time, why Ended) {
	if !s.Expires.IsZero() {
		at, why = s.Expires, EndedExpired
	}
	if end := s.SignedInAt.Add(l.Max); l.Max > 0 && !s.SignedInAt.IsZero() && (at.IsZero() || end.Before(at)) {
		at, why = end, EndedMaximum
	}
	return at, why
}
