package openid

import (
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

// tokenAnswer is a token endpoint's success (RFC 6749 §5.1), checked in form.
type tokenAnswer struct {
	tokens session.Tokens
	asked  string // the scope that was asked for
}

// grantAnswer returns the members of a success of the token endpoint, or of the
// device authorization endpoint, whose errors are of the given kind.
func (c *Client) grantAnswer(kind error, res *http.Response, body []byte) (object, error) {
	members, err := parseObject(body)
	switch {
	case err == nil && members.has("error"):
	case res.StatusCode == http.StatusOK && err == nil:
		return members, nil
	case res.StatusCode == http.StatusOK && errors.Is(kind, ErrTokenEndpoint):
		return nil, transient(errors.Join(ErrTokenAnswer, err))
	case res.StatusCode == http.StatusOK:
		return nil, transient(err)
	}
	return nil, c.grantFailure(kind, res, members)
}

// grantFailure says what a failure of such an endpoint means. Only a JSON error
// body with a code is the provider's own word (RFC 6749 §5.2); whatever else
// comes may be a proxy's.
func (c *Client) grantFailure(kind error, res *http.Response, members object) error {
	code := members.text("error")
	if code == "" {
		code = members.text("errorCode")
	}
	own := code != "" && (res.StatusCode == http.StatusOK || res.StatusCode == 400 || res.StatusCode == 401 || res.StatusCode == 403)
	if !own {
		return transient(c.statusError(kind, res))
	}
	text := members.text("error_description")
	if text == "" {
		text = members.text("errorDescription")
	}
	answer := &AnswerError{Kind: kind, Code: clean(code, 60), Description: clean(text, 200), Status: res.StatusCode}
	switch code {
	case "temporarily_unavailable", "server_error", "slow_down":
		return &session.RetryError{After: retryAfter(res.Header, c.now()), Err: answer}
	}
	return answer
}

// readAnswer checks a token answer's form. expires_in may be a string or missing.
func (c *Client) readAnswer(o object, asked string) (tokenAnswer, error) {
	t := session.Tokens{
		Access: secret.New(o.text("access_token")), Refresh: secret.New(o.text("refresh_token")), ID: secret.New(o.text("id_token")),
		Type: "Bearer", Scope: o.text("scope"),
	}
	if t.Access.IsZero() {
		return tokenAnswer{}, fmt.Errorf("%w: no access_token", ErrTokenAnswer)
	}
	// RFC 6749 §5.1: token_type is required, and compared without regard to case.
	if kind := o.text("token_type"); !strings.EqualFold(kind, "Bearer") {
		return tokenAnswer{}, fmt.Errorf("%w: %q", ErrTokenType, clean(kind, 40))
	}
	if t.Scope == "" {
		t.Scope = asked
	}
	if life, ok := lifetime(o["expires_in"]); ok {
		t.Lifetime, t.Expiry = life, c.now().Add(life)
	}
	return tokenAnswer{tokens: t, asked: asked}, nil
}

// maxLifetime bounds an access token's lifetime against overflow: a year.
const maxLifetime = 365 * 24 * time.Hour

// minLifetime stands for an expires_in of zero or less: such a token is renewed at
// every use, but not in a loop without end.
const minLifetime = 30 * time.Second

// lifetime reads expires_in.
func lifetime(raw json.RawMessage) (time.Duration, bool) {
	d, ok := span(raw)
	if ok && d <= 0 {
		return minLifetime, true
	}
	return d, ok
}

// span reads a number of seconds, given as a number or as a string. None is longer
// than maxLifetime, or less than nothing.
func span(raw json.RawMessage) (time.Duration, bool) {
	n, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) || n != n {
		return 0, false
	}
	return time.Duration(min(max(n, 0), maxLifetime.Seconds()) * float64(time.Second)), true
}
