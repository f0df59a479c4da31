package openid

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// grantAnswer returns the members of a success of the token endpoint, or of the device authorization endpoint, whose
// errors are of the given kind. Any 2xx is a success: a server that answers 201 has used up the refresh token too.
func (c *Client) grantAnswer(kind error, res *http.Response, body []byte) (object, error) {
	members, err := parseObject(body)
	success := res.StatusCode/100 == 2
	switch {
	case err == nil && string(members["error"]) != `""` && members.has("error"):
	case success && err == nil:
		return members, nil
	case success && errors.Is(kind, ErrTokenEndpoint):
		return nil, lost(errors.Join(ErrTokenAnswer, err))
	case success:
		return nil, transient(err)
	}
	return nil, c.grantFailure(kind, res, members)
}

// grantFailure says what a failure of such an endpoint means. Only a JSON error body with a code is the provider's
// own word (RFC 6749 §5.2), whatever the HTTP status; whatever else comes may be a proxy's.
func (c *Client) grantFailure(kind error, res *http.Response, members object) error {
	code := cmp.Or(members.text("error"), members.text("errorCode"))
	err := transient(c.statusError(kind, res))
	if ownCode(code, res.StatusCode) {
		text := cmp.Or(members.text("error_description"), members.text("errorDescription"))
		ours := secretsIn(res.Request)
		answer := &AnswerError{
			Kind: kind, Code: clean(without(code, ours...), 60), Description: clean(without(text, ours...), 200),
			Status: res.StatusCode,
		}
		if verdicts[grantCode(answer)] != goesOn {
			return answer
		}
		if err = answer; passing(code) || passingStatus(res.StatusCode) {
			err = &session.RetryError{After: retryAfter(res.Header, c.now()), Err: answer}
		}
	}
	if code == nonceWanted || code == proofRefused {
		err = fmt.Errorf("%w: %w", ErrProof, err)
	}
	if gateway(res.StatusCode) || res.StatusCode/100 == 2 && code == "" {
		return lost(err)
	}
	return err
}

// ownCode tells a provider's error code from the words of a gateway, such as {"error":"Bad Gateway"}.
func ownCode(code string, status int) bool {
	return code != "" && (!passingStatus(status) || code == strings.ToLower(code) && !strings.Contains(code, " "))
}

// passing reports whether an error code is one that may pass.
func passing(code string) bool {
	return code == "temporarily_unavailable" || code == "server_error" || code == "slow_down"
}

// passingStatus reports whether an HTTP status is one that may pass.
func passingStatus(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= 500
}

// gateway reports whether a server in between has answered in place of one that may have done what it was asked: 502,
// 503, 504, and Cloudflare's own 520 to 527.
func gateway(status int) bool {
	return status >= 502 && status <= 504 || status >= 520 && status <= 527
}

// lost marks an error after which the request may have been done all the same.
func lost(err error) error {
	retry, ok := errors.AsType[*session.RetryError](err)
	if !ok {
		retry = &session.RetryError{Err: err}
	}
	return &session.RetryError{After: retry.After, Err: fmt.Errorf("%w (%w)", retry.Err, session.ErrLost)}
}

// readAnswer checks a token answer's form (RFC 6749 §5.1). expires_in may be a string or missing. The tokens are
// returned along with an error too, because they may have to be kept or revoked.
func (c *Client) readAnswer(o object, asked string, b binding) (session.Tokens, error) {
	t := session.Tokens{
		Access: secret.New(o.text("access_token")), Refresh: secret.New(o.text("refresh_token")),
		ID:   secret.New(o.text("id_token")),
		Type: session.Bearer, Scope: cmp.Or(o.text("scope"), asked),
	}
	if life, ok := span(o["expires_in"]); ok {
		t.Lifetime = cmp.Or(life, minLifetime)
		t.Expiry = c.now().Add(t.Lifetime)
	}
	err := checkTokens(&t)
	switch {
	case err != nil:
	case t.Access.IsZero():
		err = fmt.Errorf("%w: %w: access_token is %s", ErrTokenAnswer, ErrTokenForm, kindOf(o["access_token"]))
	default:
		t.Type, err = c.readType(o, t, b)
	}
	return t, err
}

// readType reads token_type, which is required and compared without regard to case (RFC 6749 §5.1). Some servers
// leave it out, and mean Bearer. DPoP is a type only for who has sent a proof (RFC 9449 §5).
func (c *Client) readType(o object, t session.Tokens, b binding) (string, error) {
	kind := strings.TrimSpace(o.text("token_type"))
	switch {
	case b.prover != nil && strings.EqualFold(kind, session.DPoP):
		return session.DPoP, nil
	case kind == "" && (!o.has("token_type") || string(o["token_type"]) == `""`):
		c.opts.Log.Warn("token.type_missing")
	case !strings.EqualFold(kind, session.Bearer):
		return "", &TokenTypeError{
			Type: clean(without(cmp.Or(kind, string(o["token_type"])), t.Access.Reveal(), t.Refresh.Reveal(),
				t.ID.Reveal()), 40),
		}
	}
	if b.must {
		return session.Bearer, ErrNotBound
	}
	return session.Bearer, nil
}

// checkTokens: a token is of VSCHAR alone (RFC 6749 §A.12, §A.17), so that no header, line or terminal that it is
// written into gets more than a token. Another one is taken out of t. An ID token is held to more, and its part is
// named: see [headerOf].
func checkTokens(t *session.Tokens) error {
	var err error
	for _, token := range []struct {
		name string
		at   *secret.Secret
	}{{"access_token", &t.Access}, {"refresh_token", &t.Refresh}} {
		if strings.ContainsFunc(token.at.Reveal(), func(r rune) bool { return r < ' ' || r > '~' }) {
			*token.at = secret.Secret{}
			err = fmt.Errorf("%w: %s", ErrTokenText, token.name)
		}
	}
	return err
}

// TokenTypeError names a token_type that is neither Bearer nor one that was asked for. It matches [ErrTokenType].
type TokenTypeError struct{ Type string }

// Error names the type.
func (e *TokenTypeError) Error() string { return fmt.Sprintf("%v: %q", ErrTokenType, e.Type) }

// Unwrap returns [ErrTokenType].
func (e *TokenTypeError) Unwrap() error { return ErrTokenType }

const (
	// maxLifetime bounds an access token's lifetime against overflow: a year.
	maxLifetime = 365 * 24 * time.Hour
	// minLifetime stands for an expires_in of zero or less: such a token is renewed at every use, but not in a loop
	// without end.
	minLifetime = 30 * time.Second
	// guessedLifetime is the most that a token is taken to live which can be renewed and whose answer does not say how
	// long it lives, or says more than [maxLifetime].
	guessedLifetime = 5 * time.Minute
)

// bound gives tokens that can be renewed an end where the answer named none: the shorter of [guessedLifetime] and the
// end of the ID token, if it has one. Tokens that cannot be renewed are left alone, because a guess must not end a
// session.
func (c *Client) bound(t *session.Tokens, idExpiry time.Time) {
	if t.Refresh.IsZero() || t.Lifetime > 0 && t.Lifetime < maxLifetime {
		return
	}
	now := c.now()
	t.Lifetime = guessedLifetime
	if !idExpiry.IsZero() {
		t.Lifetime = max(min(t.Lifetime, idExpiry.Sub(now)), minLifetime)
	}
	t.Expiry = now.Add(t.Lifetime)
}

// span reads a number of seconds, given as a number or as a string. None is longer than [maxLifetime], or less than
// nothing.
func span(raw json.RawMessage) (time.Duration, bool) {
	n, err := strconv.ParseFloat(strings.Trim(string(raw), `" `), 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) || n != n {
		return 0, false
	}
	return time.Duration(min(max(n, 0), maxLifetime.Seconds()) * float64(time.Second)), true
}
