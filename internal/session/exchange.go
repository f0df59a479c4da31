package session

import (
	"errors"
	"fmt"
	"time"
)

// What package openid, which speaks to the provider, and package account, which keeps the sessions, hand to each other.
// Neither imports the other.

// ErrEnded is matched by every error after which a session cannot be continued: the token endpoint answered
// invalid_grant (RFC 6749 §5.2), or a refreshed ID token was verified to be false. No other error may end a session.
var ErrEnded = errors.New("session: ended by the provider")

// ErrForeign is matched when a session is of another provider or client than the
// settings name. Nothing of it was sent anywhere.
var ErrForeign = errors.New("session: of another provider or client than the settings name")

// ErrFalse is matched, together with [ErrEnded], when the provider's answer was
// verified to be false rather than refused.
var ErrFalse = errors.New("session: the refreshed ID token is false")

// ErrLost is matched when the refresh token may have reached the provider and no answer came back whole
// (a cut, a 502, 503 or 504, a 200 that is no token answer). Together with [ErrEnded] it gives the reason
// for which the session was lost.
var ErrLost = errors.New("session: the answer to a renewal was lost")

// ErrPersonNeeded is matched when the provider renews the session only after it has
// asked the person something (OIDC Core §3.1.2.6). The session stays as it is.
var ErrPersonNeeded = errors.New("session: the provider needs the person to renew it")

// RetryError is a fault that may pass. After is how long the provider asked to
// wait (Retry-After, RFC 9110 §10.2.3); zero when it did not say.
type RetryError struct {
	After time.Duration
	Err   error
}

// Error names the fault.
func (e *RetryError) Error() string {
	if e.After > 0 {
		return fmt.Sprintf("%v (retry after %s)", e.Err, e.After)
	}
	return e.Err.Error()
}

// Unwrap returns the fault itself.
func (e *RetryError) Unwrap() error { return e.Err }

// SignInRequest is what a sign-in asks of the provider beyond its settings.
type SignInRequest struct {
	LoginHint string         // login_hint; empty sends none
	Prompt    string         // prompt (OIDC Core §3.1.2.1); empty sends none
	MaxAge    *time.Duration // max_age, whole seconds; nil sends none. Demands auth_time
	ACRValues []string       // acr_values; demanded of the answer when Demand is set
	Demand    bool           // acr must be one of ACRValues (step-up)
	Same      Key            // when set, the person who comes back must be this one

	// Organization is the company, tenant or directory to sign in with, in the provider's own words; empty names
	// none. It is sent by the name that the provider's preset has for it.
	Organization string
	// Device asks for the device grant (RFC 8628): the person signs in on another
	// device, with a code that [Progress] tells.
	Device bool

	// MustBind reports of an account whether its earlier session was bound to a key (RFC 9449), so
	// that a new one must be bound too; nil means that none was.
	MustBind func(Key) bool

	// Typed is what the person typed, to be offered again after a sign-in that succeeds,
	// "" for nothing; nil leaves what is offered as it is.
	Typed *string

	// Progress, when set, is told what the waiting screen shows. It is called from
	// the goroutine of the sign-in and must not block.
	Progress func(Progress)
}

// Progress is what is known while the person is at the browser.
type Progress struct {
	// URL is the authorization request. It bears state and code challenge: shown
	// to the person who signs in, never logged.
	URL string
	// Again is why the person is asked once more within this sign-in: "prompt" when the provider did not take the way
	// in which it was asked, "consent" when it renews a session only after it has asked for consent; empty at first.
	Again string
	// OpenErr is why the browser could not be opened; nil when it was.
	OpenErr error
	// Strays counts answers that were not for this sign-in (wrong state, error
	// without state, …). The wait goes on. Of a flood not every one is told.
	Strays int
	// StrayErr is what the person must be told of the last one; nil for most.
	StrayErr error
	// Device is the code to type on another device, in a sign-in that asked for one;
	// nil before the provider has given it.
	Device *DeviceCode
}

// DeviceCode is what a person needs on the other device (RFC 8628 §3.2). Its
// addresses have been checked: they are https, or of this machine.
type DeviceCode struct {
	UserCode                string
	VerificationURI         string    // where to type UserCode
	VerificationURIComplete string    // bears UserCode, for a QR code; empty when the provider gave none
	Expires                 time.Time // when the code, or the whole sign-in, ends
}

// Offers is what a provider offers beyond signing in. Known is false as long as its
// discovery document has not been read; then nothing else is set.
type Offers struct {
	Known      bool
	Device     bool // the device grant (RFC 8628)
	EndSession bool // the end of the browser's session (RP-Initiated Logout 1.0)
	Revocation bool // of tokens (RFC 7009)
}

// Ending reports what a sign-out ended and what it did not.
type Ending struct {
	// Tokens tells of the revocation at the provider (RFC 7009).
	Tokens EndingOutcome
	// Browser tells of the provider's own browser session (RP-Initiated Logout 1.0).
	Browser EndingOutcome
	// Err is why something is left; nil when nothing is.
	Err error
}

// EndingOutcome is how one part of a sign-out went.
type EndingOutcome string

// Outcomes of one part of a sign-out.
const (
	EndingDone        EndingOutcome = "done"        // ended
	EndingSent        EndingOutcome = "sent"        // the browser was sent there; how it ended is not known
	EndingUnsupported EndingOutcome = "unsupported" // the provider offers no way
	EndingPending     EndingOutcome = "pending"     // kept sealed, tried again later
	EndingFailed      EndingOutcome = "failed"      // tried and refused
	EndingNotAsked    EndingOutcome = "not_asked"   // not part of this sign-out
	EndingNothing     EndingOutcome = "nothing"     // there was nothing left to end
)
