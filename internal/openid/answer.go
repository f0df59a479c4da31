package openid

import (
	"crypto/subtle"
	"fmt"
	"net/url"
	"slices"
)

// checkAnswer checks an authorization response and returns its code (RFC 6749 §4.1.2). The issuer is checked before
// anything else of it is believed, an error included (RFC 9207 §2.4).
func (c *Client) checkAnswer(m Metadata, state string, v url.Values) (string, error) {
	for name, values := range v {
		if len(values) != 1 {
			return "", fmt.Errorf("%w: %s, %d times", ErrDoubledParameter, clean(name, 40), len(values))
		}
	}
	if subtle.ConstantTimeCompare([]byte(v.Get("state")), []byte(state)) != 1 {
		return "", ErrState
	}
	switch iss := v.Get("iss"); {
	case c.p.Issuer == "": // plain OAuth 2.0 without an issuer: there is nothing to compare
	case v.Has("iss") && !slices.Contains(c.issuersOf(m), iss):
		return "", fmt.Errorf("%w: %q", ErrAnswerIssuer, clean(iss, 200))
	case !v.Has("iss") && m.AnswerNamesIssuer:
		return "", ErrAnswerNoIss
	}
	if v.Has("error") && v.Has("code") {
		return "", fmt.Errorf("%w: both a code and an error", ErrAnswerShape)
	}
	if v.Has("error") {
		return "", answerError(v)
	}
	code := v.Get("code")
	if code == "" {
		return "", fmt.Errorf("%w: neither code nor error", ErrAnswerShape)
	}
	return code, nil
}

// answerError sorts the provider's error codes (RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6).
func answerError(v url.Values) error {
	e := &AnswerError{
		Kind: ErrAnswer, Code: clean(without(v.Get("error"), v.Get("state"), v.Get("code")), 60),
		Description: clean(without(v.Get("error_description"), v.Get("state"), v.Get("code")), 200),
	}
	switch e.Code {
	case "access_denied", "user_cancelled_login", "user_cancelled_authorize":
		e.Kind = ErrAccessDenied
	case "login_required", "interaction_required", "consent_required", "account_selection_required":
		e.Kind = ErrInteraction
	}
	return e
}
