package openid

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// skew knows by how much this machine's clock is off the provider's, from the Date header of its last answer (RFC 9110
// §6.6.1).
type skew struct {
	now func() time.Time

	mu  sync.Mutex
	off time.Duration // positive: this clock is ahead
	ok  bool
}

// minSkew is the least that is worth a word, in view of the header's whole seconds and the answer's way.
const minSkew = 30 * time.Second

func (s *skew) note(h http.Header) {
	at, err := http.ParseTime(h.Get("Date"))
	if age := h.Get("Age"); err != nil || age != "" && age != "0" {
		return // a cache's answer: its Date is not the time of now (RFC 9111 §5.1)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.off, s.ok = s.now().Round(0).Sub(at).Truncate(time.Second), true
}

// providers is the provider's time as far as it is known, else this machine's.
func (s *skew) providers() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now().Round(0).Add(-s.off)
}

// ClockError is a failed check of a time, with what is known of the clocks.
type ClockError struct {
	Err error // [ErrExpired], [ErrIssuedAt], [ErrNotBefore] or [ErrAuthTime]
	// Off is by how much this machine's clock is ahead of the provider's; negative when it is behind, zero when they
	// agree or nothing is known.
	Off time.Duration
}

// Error names the check and the clocks.
func (e *ClockError) Error() string {
	switch {
	case e.Off > 0:
		return fmt.Sprintf("%v; this computer's clock is %s ahead of the provider's", e.Err, e.Off)
	case e.Off < 0:
		return fmt.Sprintf("%v; this computer's clock is %s behind the provider's", e.Err, -e.Off)
	}
	return e.Err.Error()
}

// Unwrap returns the check.
func (e *ClockError) Unwrap() error { return e.Err }

// blame runs a check of a time, and returns nil when it holds now, else a [ClockError]. Its Off is set where the check
// would hold by the provider's clock: only then is the clock known to be the cause.
func (s *skew) blame(err error, now time.Time, holds func(now time.Time) bool) error {
	if holds(now) {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ok || s.off.Abs() < minSkew || !holds(now.Add(-s.off)) {
		return &ClockError{Err: err}
	}
	return &ClockError{Err: err, Off: s.off}
}
