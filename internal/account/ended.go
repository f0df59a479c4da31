package account

import (
	"fmt"

	"app.latchkey/internal/proof"
	"app.latchkey/internal/session"
)

// EndedError is why a session has ended by itself. It matches [ErrSessionEnded], and
// [session.ErrLost], [session.ErrFalse], [ErrNotRenewable], [session.ErrLimit], [session.ErrIdle],
// [proof.ErrForeignKey] or [proof.ErrBlob] where that was the reason.
type EndedError struct{ Why session.Ended }

// Error names the reason.
func (e *EndedError) Error() string { return fmt.Sprintf("%v: %s", ErrSessionEnded, e.Why) }

// Unwrap returns the errors that it matches.
func (e *EndedError) Unwrap() []error {
	out := []error{ErrSessionEnded}
	switch e.Why {
	case session.EndedLost:
		out = append(out, session.ErrLost)
	case session.EndedFalse:
		out = append(out, session.ErrFalse)
	case session.EndedNoRefresh:
		out = append(out, ErrNotRenewable)
	case session.EndedExpired, session.EndedMaximum:
		out = append(out, session.ErrLimit)
	case session.EndedIdle:
		out = append(out, session.ErrIdle)
	case session.EndedForeign:
		out = append(out, proof.ErrForeignKey)
	case session.EndedKey:
		out = append(out, proof.ErrBlob)
	}
	return out
}
