package openid

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"app.latchkey/internal/cleantext"
	"app.latchkey/internal/session"
)

// What can go wrong before anything is verified. Sections that name no document are of RFC 6749, those of
// Core of OpenID Connect Core.
var (
	ErrSettings     = errors.New("openid: the provider's settings cannot be used")
	ErrNetwork      = errors.New("openid: the provider cannot be reached")
	ErrTimeout      = errors.New("openid: the provider did not answer in time")
	ErrTLS          = errors.New("openid: the provider's certificate is not trusted")
	ErrHandshake    = errors.New("openid: the provider's server agrees on no secure connection") // TLS 1.2 or newer
	ErrPlainHTTP    = errors.New("openid: plain http to a host that is not this machine")
	ErrBodyTooLarge = errors.New("openid: an answer of more than 1 MiB")
	ErrEndpoint     = errors.New("openid: an address that must not be used")
	ErrStatus       = errors.New("openid: an answer that is no success")
	ErrRedirect     = errors.New("openid: the provider sends elsewhere, and no redirect is followed")
	ErrWebPage      = errors.New("openid: a web page came in the place of an answer")
	ErrBrokenJSON   = errors.New("openid: an answer that is broken JSON, or none")
	ErrDocument     = errors.New("openid: an answer that is not what it should be")
	ErrEncoding     = errors.New("openid: an answer that is compressed in a broken way")

	ErrDiscovery         = errors.New("openid: discovery failed")
	ErrDiscoveryIssuer   = errors.New("openid: the discovery document names another issuer") // OIDC Discovery §4.3
	ErrDiscoveryTemplate = errors.New("openid: the issuer is a template with a place left to fill")
	ErrMember            = errors.New("openid: the discovery document lacks what a sign-in needs") // OIDC Discovery §3

	ErrBrokenKey = errors.New("openid: the provider's key is published in a form that cannot be used") // RFC 7518 §6
	ErrKeys      = errors.New("openid: the provider's keys cannot be fetched")

	ErrAccessDenied     = errors.New("openid: the provider or the person refused")                   // §4.1.2.1
	ErrInteraction      = errors.New("openid: the provider needs the person")                        // Core §3.1.2.6
	ErrAnswer           = errors.New("openid: the provider answered with an error")                  // §4.1.2.1
	ErrAnswerShape      = errors.New("openid: the provider's answer contradicts itself")             // §4.1.2
	ErrUnbound          = errors.New("openid: an error that names no sign-in")                       // §4.1.2.1
	ErrState            = errors.New("openid: the answer has the state of another sign-in, or none") // §10.12
	ErrDoubledParameter = errors.New("openid: a parameter of the answer stands twice")               // §3.1
	ErrAnswerIssuer     = errors.New("openid: the answer names another issuer")                      // RFC 9207 §2.4
	ErrAnswerNoIss      = errors.New("openid: the answer lacks the issuer it should name")           // RFC 9207 §2.4

	ErrPushed            = errors.New("openid: the request could not be pushed to the provider")  // RFC 9126 §2.3
	ErrDevice            = errors.New("openid: the device authorization endpoint refused")        // RFC 8628 §3.2
	ErrDeviceUnsupported = errors.New("openid: the provider offers no sign-in on another device") // RFC 8628 §4
	ErrDeviceDeclined    = errors.New("openid: the sign-in on the other device was declined")     // RFC 8628 §3.5
	ErrDeviceExpired     = errors.New("openid: the code for the other device has expired")        // RFC 8628 §3.5

	ErrTokenEndpoint = errors.New("openid: the token endpoint refused")
	ErrNotRenewed    = errors.New("openid: the session was not renewed")                             // §5.2
	ErrTokenAnswer   = errors.New("openid: the token endpoint's answer is not a token answer")       // §5.1
	ErrTokenForm     = errors.New("openid: no access token, or one that is no text")                 // §5.1
	ErrTokenType     = errors.New("openid: a token type other than Bearer")                          // §7.1
	ErrNotBound      = errors.New("openid: a token that is not bound to this computer's key")        // RFC 9449 §5
	ErrProof         = errors.New("openid: the proof of this computer's key was refused")            // RFC 9449 §5, §8
	ErrTokenText     = errors.New("openid: a token with characters that no token has")               // §A.12
	ErrNotAsked      = errors.New("openid: the sign-in did not ask for this API")                    // RFC 8707 §2.1
	ErrNoRefresh     = errors.New("openid: there is no refresh token to ask for another token with") // RFC 8707 §2.2
	ErrAPIToken      = errors.New("openid: the token that came is not one for this API")             // RFC 9068 §4
	ErrNoIDToken     = errors.New("openid: no ID token")                                             // Core §3.1.3.3
)

// One for each check of an ID token. Sections that name no document are of OIDC Core, items of its §3.1.3.7.
var (
	ErrMalformed     = errors.New("openid: the ID token is no signed JWT")                           // RFC 7515
	ErrHeader        = errors.New("openid: the ID token's header has a member of a wrong type")      // RFC 7515 §4.1
	ErrAlgorithm     = errors.New("openid: the ID token is signed by a forbidden algorithm")         // item 7
	ErrCritical      = errors.New("openid: the ID token has a critical header")                      // RFC 7515 §4.1.11
	ErrSignature     = errors.New("openid: the ID token's signature is false")                       // item 6
	ErrUnknownKey    = errors.New("openid: the ID token is signed by an unknown key")                // §10.1
	ErrDoubledClaim  = errors.New("openid: a claim stands twice")                                    // RFC 7519 §4
	ErrIssuer        = errors.New("openid: the ID token is from another issuer")                     // item 2
	ErrAudience      = errors.New("openid: the ID token is for another client")                      // item 3
	ErrExtraAudience = errors.New("openid: the ID token is also for somebody who is not trusted")    // item 3
	ErrAZP           = errors.New("openid: the ID token was issued to another client")               // items 4, 5
	ErrExpired       = errors.New("openid: the ID token has expired")                                // item 9
	ErrIssuedAt      = errors.New("openid: the ID token's iat is missing or in the future")          // §2
	ErrNotBefore     = errors.New("openid: the ID token is not valid yet")                           // RFC 7519 §4.1.5
	ErrTimeClaim     = errors.New("openid: a time of the ID token is no number of seconds")          // RFC 7519 §2
	ErrNonce         = errors.New("openid: the ID token is not for this sign-in")                    // item 11
	ErrATHash        = errors.New("openid: the access token is not the ID token's")                  // §3.1.3.8
	ErrSubject       = errors.New("openid: the ID token names nobody")                               // §2
	ErrAuthTime      = errors.New("openid: the person signed in too long ago, or nobody knows when") // item 13
	ErrACR           = errors.New("openid: the sign-in was not as strong as demanded")               // item 12
	ErrTenant        = errors.New("openid: the tenant is not one of those allowed")
	ErrOrganization  = errors.New("openid: the sign-in was with another organization than asked for")
	ErrOtherProvider = fmt.Errorf("openid: %w", session.ErrForeign)
	ErrOtherPerson   = errors.New("openid: another person came back")

	ErrUserinfo        = errors.New("openid: userinfo cannot be used")             // §5.3
	ErrUserinfoSubject = errors.New("openid: userinfo is about another person")    // §5.3.2
	ErrContinuity      = errors.New("openid: the refreshed ID token is another's") // §12.2
)

// WaitError means that nobody came back from the browser.
type WaitError struct {
	Err  error // of the context
	Told error // what came meanwhile and was not the answer; nil for nothing worth a word
}

// Error names the reason.
func (e *WaitError) Error() string {
	if e.Told != nil {
		return fmt.Sprintf("openid: wait for the browser: %v (%v)", e.Err, e.Told)
	}
	return fmt.Sprintf("openid: wait for the browser: %v", e.Err)
}

// Unwrap returns the context's error.
func (e *WaitError) Unwrap() error { return e.Err }

// AnswerError is an error that the provider itself put into words.
type AnswerError struct {
	// [ErrAccessDenied], [ErrInteraction], [ErrAnswer], [ErrUnbound], [ErrPushed], [ErrDevice] or [ErrTokenEndpoint]
	Kind        error
	Code        string // error (RFC 6749 §4.1.2.1, §5.2), cleaned
	Description string // error_description, cleaned and cut
	Status      int    // of the HTTP answer; 0 for the authorization response
}

// Error names the code alone: the description is text from outside and is shown as a quotation.
func (e *AnswerError) Error() string {
	if e.Status != 0 {
		return fmt.Sprintf("%v: %s (HTTP %d)", e.Kind, e.Code, e.Status)
	}
	return fmt.Sprintf("%v: %s", e.Kind, e.Code)
}

// Unwrap returns the kind.
func (e *AnswerError) Unwrap() error { return e.Kind }

// clean makes a stranger's text fit to be shown on one line, and short.
func clean(s string, most int) string { return cleantext.Line(s, most) }

// statusError is what an answer other than 200 means. 408, 429 and 5xx may pass.
func (c *Client) statusError(kind error, res *http.Response) error {
	err := &statusFault{fmt.Errorf("%w: %w: HTTP %d", kind, ErrStatus, res.StatusCode), res.StatusCode}
	if res.StatusCode >= 300 && res.StatusCode < 400 && res.Header.Get("Location") != "" {
		err.error = fmt.Errorf("%w: %w: %w: HTTP %d to %s", kind, ErrStatus, ErrRedirect, res.StatusCode, target(res))
	}
	if passingStatus(res.StatusCode) {
		return &session.RetryError{After: retryAfter(res.Header, c.now()), Err: err}
	}
	return err
}

// target is where a redirect leads: without a query, and without the path where the
// request bore a secret that the provider could have written into it.
func target(res *http.Response) string {
	to, err := res.Location()
	if err != nil {
		return "no address"
	}
	where := to.Scheme + "://" + to.Host
	if res.Request != nil && res.Request.Method == http.MethodGet && res.Request.Header.Get("Authorization") == "" {
		where += to.EscapedPath()
	}
	return clean(where, 200)
}

// statusFault is an answer that is no success, with its HTTP status.
type statusFault struct {
	error  // matches [ErrStatus]
	status int
}

// Unwrap returns the error that is embedded.
func (e *statusFault) Unwrap() error { return e.error }

// statusOf returns the HTTP status that an error came with; 0 when it came with none.
func statusOf(err error) int {
	if fault, ok := errors.AsType[*statusFault](err); ok {
		return fault.status
	}
	if answer, ok := errors.AsType[*AnswerError](err); ok {
		return answer.Status
	}
	return 0
}

// maxRetryAfter bounds what a provider can ask for.
const maxRetryAfter = time.Hour

// retryAfter reads Retry-After in both its forms (RFC 9110 §10.2.3).
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	var d time.Duration
	if n, err := strconv.ParseInt(v, 10, 32); err == nil {
		d = time.Duration(n) * time.Second
	} else if at, err := http.ParseTime(v); err == nil {
		d = at.Sub(now)
	}
	return min(max(d, 0), maxRetryAfter)
}
