package openid_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
)

// What ends a session, and what does not (RFC 6749 §5.2).
func TestOnlyInvalidGrantEndsASession(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		ends   bool
		tries  int
	}{
		"invalid_refresh_token, twice": {body("application/json", 400, `{"error":"invalid_refresh_token"}`), true, 2},
		"invalid_token, twice":         {body("application/json", 401, `{"error":"invalid_token"}`), true, 2},
		"login_required":               {body("application/json", 400, `{"error":"login_required"}`), false, 1},
		"temporarily_unavailable, 503": {
			body("application/json", 503, `{"error":"temporarily_unavailable"}`), false, 6,
		},
		"unauthorized_client": {body("application/json", 400, `{"error":"unauthorized_client"}`), false, 1},
		"a gateway's 502":     {body("text/html", 502, "<html>"), false, 6},
		"a gateway's own JSON": {
			body("application/json", 503, `{"error":"Service Unavailable","status":503}`), false, 6,
		},
		"Cloudflare's 524":            {body("text/html", 524, ""), false, 6},
		"504 that asks for a minute":  {later(504), false, 1},
		"invalid_grant":               {body("application/json", 400, `{"error":"invalid_grant"}`), true, 1},
		"invalid_grant with 401":      {body("application/json", 401, `{"error":"invalid_grant"}`), true, 1},
		"invalid_request, twice":      {body("application/json", 400, `{"error":"invalid_request"}`), true, 2},
		"invalid_client":              {body("application/json", 401, `{"error":"invalid_client"}`), false, 1},
		"invalid_grant with 502":      {body("application/json", 502, `{"error":"invalid_grant"}`), true, 1},
		"invalid_grant with 403":      {body("application/json", 403, `{"error":"invalid_grant"}`), true, 1},
		"invalid_grant with 200":      {body("application/json", 200, `{"error":"invalid_grant"}`), true, 1},
		"GitHub's own word, with 200": {body("application/json", 200, `{"error":"bad_refresh_token"}`), true, 1},
		"GitHub's own word, with 502": {body("application/json", 502, `{"error":"bad_refresh_token"}`), true, 1},
		"invalid_grant in a page":     {body("text/html", 400, `<p>{"error":"invalid_grant"}</p>`), false, 1},
		"a proxy's 407":               {body("text/html", 407, ""), false, 1},
		"a captive portal's redirect": {
			http.RedirectHandler("http://hotel.example/", http.StatusFound).ServeHTTP, false, 1,
		},
		"a captive portal's page":      {body("text/html", 200, "<html>"), false, 6},
		"403":                          {body("text/html", 403, ""), false, 1},
		"404":                          {body("text/html", 404, ""), false, 1},
		"408":                          {body("text/plain", 408, ""), false, 1},
		"429":                          {body("text/plain", 429, ""), false, 1},
		"500":                          {body("text/plain", 500, ""), false, 1},
		"an empty answer":              {body("application/json", 200, ""), false, 6},
		"a token answer of no content": {body("application/json", 200, `{"token_type":"Bearer"}`), false, 6},
	} {
		t.Run(name, func(t *testing.T) {
			p, client, s := newSession(t, lies{})
			before := p.count("POST /token")
			p.lies.serve = at("/token", c.answer)
			_, err := client.Refresh(t.Context(), s, keep)
			if err == nil || errors.Is(err, session.ErrEnded) != c.ends {
				t.Errorf("%v: ends %v, want %v", err, errors.Is(err, session.ErrEnded), c.ends)
			}
			if n := p.count("POST /token") - before; n != c.tries {
				t.Errorf("%d tries, want %d", n, c.tries)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{"120": 2 * time.Minute, "-5": 0, "x": 0, "99999999": time.Hour} {
		p, client, s := newSession(t, lies{})
		p.lies.serve = at("/token", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", value)
			w.WriteHeader(http.StatusTooManyRequests)
		})
		_, err := client.Refresh(t.Context(), s, keep)
		var retry *session.RetryError
		if !errors.As(err, &retry) || retry.After != want {
			t.Errorf("Retry-After %s: %v, want %s", value, err, want)
		}
	}
}

// The other form of Retry-After is a date (RFC 9110 §10.2.3).
func TestRetryAfterADate(t *testing.T) {
	p, client, s := newSession(t, lies{})
	p.lies.serve = at("/token", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", time.Now().Add(5*time.Minute).UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	_, err := client.Refresh(t.Context(), s, keep)
	var retry *session.RetryError
	if !errors.As(err, &retry) || retry.After < 4*time.Minute || retry.After > 5*time.Minute {
		t.Errorf("%v", err)
	}
}

func TestKeysThatCannotBeFetchedAreNoVerdict(t *testing.T) {
	p, client, s := newSession(t, lies{})
	p.lies.signer = func() (jose.SigningKey, string) {
		return jose.SigningKey{Algorithm: jose.RS256, Key: otherRSA()}, "rotated"
	}
	p.lies.serve = at("/jwks", body("text/html", 503, ""))
	_, err := client.Refresh(t.Context(), s, keep)
	var retry *session.RetryError
	if errors.Is(err, session.ErrEnded) || !errors.As(err, &retry) {
		t.Errorf("%v", err)
	}
}

func TestAFailedKeepFailsTheRefresh(t *testing.T) {
	_, client, s := newSession(t, lies{})
	full := errors.New("disk full")
	if _, err := client.Refresh(t.Context(), s, func(context.Context, session.Session) error {
		return full
	}); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
}

func TestForgedTokensAreNoFloodOfRequests(t *testing.T) {
	p, client, s := newSession(t, lies{})
	p.lies.signer = func() (jose.SigningKey, string) {
		return jose.SigningKey{Algorithm: jose.RS256, Key: otherRSA()}, "forged"
	}
	for range 20 {
		p.refresh = s.Tokens.Refresh.Reveal()
		if _, err := client.Refresh(t.Context(), s, keep); !errors.Is(err, openid.ErrUnknownKey) {
			t.Fatal(err)
		}
	}
	if n := p.count("GET /jwks"); n > 2 {
		t.Errorf("the keys were fetched %d times", n)
	}
}

func TestRevocation(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   session.EndingOutcome
	}{
		"done": {body("text/plain", 200, ""), session.EndingDone},
		"down": {body("text/plain", 503, ""), session.EndingPending},
		"a portal's": {
			http.RedirectHandler("http://hotel.example/", http.StatusFound).ServeHTTP, session.EndingPending,
		},
		"refused": {body("application/json", 400, `{"error":"invalid_client"}`), session.EndingFailed},
	} {
		t.Run(name, func(t *testing.T) {
			p, client, s := newSession(t, lies{serve: at("/revoke", c.answer)})
			outcome, _ := client.Revoke(t.Context(),
				session.Revocation{
					Key: s.Key, ClientID: s.ClientID, Access: s.Tokens.Access, Refresh: s.Tokens.Refresh,
				})
			if outcome != c.want {
				t.Errorf("%v, want %v", outcome, c.want)
			}
			if last := p.forms[1]; last.Get("token") != "RT1" || last.Get("token_type_hint") != "refresh_token" {
				t.Error("the refresh token is not revoked first")
			}
		})
	}
}

// A project gets another client: its audiences change, and nobody is signed out.
func TestAProjectsAudiencesMayChange(t *testing.T) {
	for preset, ends := range map[bool]bool{true: false, false: true} {
		p := newOP(t, lies{idToken: project})
		c, _ := p.client(func(conf *provider.Provider) {
			conf.AudiencesOfParty, conf.TrustedAudiences = preset, []string{"another client", "project", "new"}
		})
		s, err := signIn(t, c, session.SignInRequest{})
		if err != nil {
			t.Fatal(err)
		}
		p.lies.idToken = func(m claims) { project(m); m["aud"] = append(m["aud"].([]string), "new") }
		if _, err := c.Refresh(t.Context(), s, keep); errors.Is(err, session.ErrEnded) != ends {
			t.Errorf("with the preset %v: %v", preset, err)
		}
	}
}

// newSession is a session at a provider, with its client.
func newSession(t *testing.T, l lies) (*op, *openid.Client, session.Session) {
	t.Helper()
	p := newOP(t, l)
	client, _ := p.client()
	s, err := signIn(t, client, session.SignInRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return p, client, s
}
