package openid_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/session"
)

// A token with characters that no token has is refused where it comes in, at sign-in
// and at refresh alike.
func TestTokensAreVSCHAR(t *testing.T) {
	for _, name := range []string{"access_token", "refresh_token"} {
		for _, bad := range []string{"AT1\r\nX-Evil: 1", "AT\x00", "AT\x7f", "AT\u0085", "ÄT", "AT\u202e", "AT\t"} {
			p := newOP(t, lies{token: put(name, bad)})
			c, _ := p.client()
			_, err := signIn(t, c, session.SignInRequest{})
			if !errors.Is(err, openid.ErrTokenText) || !strings.Contains(err.Error(), name) ||
				strings.Contains(err.Error(), "Evil") {
				t.Errorf("sign-in, %s %q: %v", name, bad, err)
			}
			p, c, s := newSession(t, lies{})
			p.lies.token = put(name, bad)
			var kept string
			_, err = c.Refresh(t.Context(), s, func(_ context.Context, s session.Session) error {
				kept = s.Tokens.Refresh.Reveal()
				return nil
			})
			if !errors.Is(err, openid.ErrTokenText) || errors.Is(err, session.ErrEnded) {
				t.Errorf("refresh, %s %q: %v", name, bad, err)
			}
			if strings.ContainsFunc(kept, func(r rune) bool { return r < ' ' || r > '~' }) ||
				name != "refresh_token" && kept != p.refresh {
				t.Errorf("refresh, %s %q: kept %q", name, bad, kept)
			}
		}
	}
	if _, _, s := newSession(t,
		lies{token: put("refresh_token", "a b~!\\\"")}); s.Tokens.Refresh.Reveal() != "a b~!\\\"" {
		t.Errorf("%q", s.Tokens.Refresh.Reveal())
	}
}

// When an error text of the provider quotes a secret that the client sent, the secret is cut out, whatever the
// endpoint.
func TestWordsThatQuoteASecret(t *testing.T) {
	quote := func(names ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			for _, name := range names {
				if v := r.PostForm.Get(name); v != "" {
					writeJSONBody(w,
						claims{
							"error": "invalid_request", "error_description": "no " + name + " like " + v + " or " +
								url.QueryEscape(strings.ToUpper(v)) + " is known",
						})
					return
				}
			}
		}
	}
	check := func(name string, err error, secrets ...string) {
		var answer *openid.AnswerError
		if !errors.As(err, &answer) || !strings.Contains(answer.Description, "is known") {
			t.Fatalf("%s: %v", name, err)
		}
		shown := problem.From(err, "Acme ID")
		text := strings.ToLower(answer.Description + err.Error() + shown.Message + shown.Detail)
		for _, s := range secrets {
			if s == "" || strings.Contains(text, strings.ToLower(s)) {
				t.Errorf("%s: %q is in %s", name, s, text)
			}
		}
	}
	p := newOP(t,
		lies{
			answer: func(v url.Values) { v.Set("code", "SplxlOBeZQQYbYS6WxSbIA") }, serve: at("/token", quote("code")),
		})
	c, _ := p.client()
	_, err := signIn(t, c, session.SignInRequest{})
	check("the code", err, "SplxlOBeZQQYbYS6WxSbIA")

	p = newOP(t, lies{serve: at("/token", quote("code_verifier"))})
	c, _ = p.client()
	_, err = signIn(t, c, session.SignInRequest{})
	check("the verifier", err, p.forms[0].Get("code_verifier"))

	p, c, s := newSession(t, lies{token: put("refresh_token", "refresh-0123456789-abcdef")})
	p.lies.serve = at("/token", quote("refresh_token"))
	_, err = c.Refresh(t.Context(), s, keep)
	check("the refresh token", err, "refresh-0123456789-abcdef")

	p = newOP(t, lies{answer: func(v url.Values) {
		v.Set("error", "server_error")
		v.Set("error_description", "state "+v.Get("state")+" is known")
		v.Del("code")
	}})
	c, _ = p.client()
	_, err = signIn(t, c, session.SignInRequest{})
	check("the state", err, p.asked.Get("state"))
}
