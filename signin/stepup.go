package signin

import (
	"context"
	"time"

	"app.latchkey/internal/account"
)

// StepUp is what an API asks of the person before it lets a request through: a newer or a stronger sign-in (RFC 9470).
type StepUp struct {
	API       string         // of Config.APIs; empty for an API that takes the session's own token
	Origin    string         // where the request went
	ACRValues []string       // one of these classes is demanded of the sign-in; may be empty
	MaxAge    *time.Duration // how old the sign-in may be; nil when that does not matter
}

// StepUpError is in the chain of the error of a request that an API refused until the person signs in again: find it
// with [errors.As]. Without [Config.StepUp] a program answers it with [Client.Reauthenticate].
type StepUpError struct {
	StepUp
	Again bool // the person has just signed in as was asked, and the API asked once more
}

// Error names the API.
func (e *StepUpError) Error() string { return "signin: another sign-in is asked for by " + e.Origin }

// consent returns the program's question to the person as package account takes it; nil when there is none.
func (c Config) consent() func(context.Context, account.StepUp) error {
	if c.StepUp == nil {
		return nil
	}
	return func(ctx context.Context, asked account.StepUp) error {
		if err := c.StepUp(ctx, StepUp(asked)); err != nil {
			return &refusedStepUp{err, &account.StepUpError{StepUp: asked}}
		}
		return nil
	}
}

// refusedStepUp is a step-up to which the person said no: the request's own error, with the program's reason.
type refusedStepUp struct {
	why   error
	asked *account.StepUpError
}

// Error names the API; the reason is in the chain.
func (e *refusedStepUp) Error() string { return e.asked.Error() }

// Unwrap returns both.
func (e *refusedStepUp) Unwrap() []error { return []error{e.asked, e.why} }
