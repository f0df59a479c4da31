package session

import (
	"errors"
	"fmt"
	"maps"
	"time"
)

const (
	// MaxAPIs is how many APIs the settings may name, and how many tokens of theirs a session keeps.
	MaxAPIs = 16
	// MaxAPIToken is the most bytes that the token of one API may have, so that all of them together fit
	// into [MaxSessionBytes].
	MaxAPIToken = 64 << 10
)

// APIToken is an access token for one further API, which stands in the settings. It is no more than the session
// allows: it ends with the session, and another one is asked for when it expires.
type APIToken struct {
	Tokens Tokens // Access, Type, Expiry, Lifetime and Scope alone
	// Asked is what the token was asked for with. A token that was asked for in another way than the settings
	// now say is not used.
	Asked    string
	Obtained time.Time // by this computer's clock
}

// FreshAt reports whether the token can be used at now, and was asked for as the settings say. As with
// [Session.FreshAt] a token from the future is not trusted.
func (t APIToken) FreshAt(now time.Time, asked string) bool {
	return t.Asked == asked && t.Tokens.freshAt(now, t.Obtained)
}

// WithAPI returns s with the token of the API of that name. The map of s is left as it is.
func (s Session) WithAPI(name string, t APIToken) Session {
	apis := maps.Clone(s.APIs)
	if apis == nil {
		apis = map[string]APIToken{}
	}
	apis[name] = t
	for len(apis) > MaxAPIs { // of APIs that the settings name no more
		oldest := ""
		for other, kept := range apis {
			if other != name && (oldest == "" || kept.Obtained.Before(apis[oldest].Obtained)) {
				oldest = other
			}
		}
		delete(apis, oldest)
	}
	s.APIs = apis
	return s
}

// ErrAPI is matched when the provider gives no token for an API. The session goes on.
var ErrAPI = errors.New("session: the provider gives no token for this API")

// APIError is a refusal of a token for one API. It matches [ErrAPI]; the session is not touched by it.
type APIError struct {
	API string // its name in the settings
	// Doubted is set when the refusal may be about the session instead: only a refresh tells.
	Doubted bool
	Err     error
}

// Error names the API and the refusal.
func (e *APIError) Error() string { return fmt.Sprintf("%v: %s: %v", ErrAPI, e.API, e.Err) }

// Unwrap returns [ErrAPI] and the refusal.
func (e *APIError) Unwrap() []error { return []error{ErrAPI, e.Err} }

// wireAPI is one [APIToken] in an encoding.
type wireAPI struct {
	wireTokens
	Asked    string `json:"asked,omitempty"`
	Obtained int64  `json:"obtained_at,omitempty"`
}

func apisToWire(in map[string]APIToken) map[string]wireAPI {
	if len(in) == 0 {
		return nil
	}
	out := map[string]wireAPI{}
	for name, t := range in {
		out[name] = wireAPI{wireTokens: t.Tokens.toWire(), Asked: t.Asked, Obtained: unix(t.Obtained)}
	}
	return out
}

func apisFromWire(in map[string]wireAPI) map[string]APIToken {
	if len(in) == 0 {
		return nil
	}
	out := map[string]APIToken{}
	for name, w := range in {
		out[name] = APIToken{Tokens: w.tokens(), Asked: w.Asked, Obtained: fromUnix(w.Obtained)}
	}
	return out
}
