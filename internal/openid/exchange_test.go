package openid_test

import (
	"errors"
	"net/http"
	"testing"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/session"
)

// When the server is busy at the code exchange, the exchange is tried again and the person does not have to use the
// browser once more.
func TestTheCodeIsRedeemedByAnotherTry(t *testing.T) {
	for name, c := range map[string]struct {
		trouble http.HandlerFunc
		times   int
		tries   int
		want    error
	}{
		"429 once":              {body("text/plain", 429, ""), 1, 2, nil},
		"502 twice":             {body("text/html", 502, ""), 2, 3, nil},
		"503 once":              {body("text/html", 503, ""), 1, 2, nil},
		"504 once":              {body("text/html", 504, ""), 1, 2, nil},
		"503 that asks for 5 s": {retryIn("5", 503), 1, 2, nil},
		"429 that asks for 6 s": {retryIn("6", 429), 1, 1, openid.ErrTokenEndpoint},
		"502 for ever":          {body("text/html", 502, ""), 9, 3, openid.ErrStatus},
		"a connection that breaks": {
			func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 1, 2, nil,
		},
		"500":                     {body("text/html", 500, ""), 1, 1, openid.ErrStatus},
		"a page of somebody else": {body("text/html", 200, "<html>"), 1, 1, openid.ErrTokenAnswer},
		"the provider's refusal": {
			body("application/json", 400, `{"error":"invalid_grant"}`), 1, 1, openid.ErrTokenEndpoint,
		},
		"temporarily_unavailable 503": {
			body("application/json", 503, `{"error":"temporarily_unavailable"}`), 1, 2, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newOP(t, lies{})
			left := c.times
			p.lies.serve = at("/token", func(w http.ResponseWriter, r *http.Request) {
				p.mu.Lock()
				left--
				busy := left >= 0
				p.mu.Unlock()
				if busy {
					c.trouble(w, r)
					return
				}
				p.token(w, r)
			})
			client, _ := p.client()
			_, err := signIn(t, client, session.SignInRequest{})
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if n := p.count("POST /token"); n != c.tries {
				t.Errorf("%d tries, want %d", n, c.tries)
			}
		})
	}
}

// The answer was lost and the code is used up: the broken connection is what went wrong.
func TestACodeWhoseAnswerWasLost(t *testing.T) {
	p := newOP(t, lies{})
	first := true
	p.lies.serve = at("/token", func(w http.ResponseWriter, r *http.Request) {
		if first {
			first = false
			panic(http.ErrAbortHandler)
		}
		body("application/json", 400, `{"error":"invalid_grant"}`)(w, r)
	})
	client, _ := p.client()
	if _, err := signIn(t, client, session.SignInRequest{}); !errors.Is(err, openid.ErrNetwork) {
		t.Errorf("%v, want ErrNetwork", err)
	}
}

func retryIn(seconds string, status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", seconds)
		w.WriteHeader(status)
	}
}

// A sign-in that is refused after the exchange leaves no tokens alive.
func TestARefusedSignInGivesItsTokensBack(t *testing.T) {
	eve := session.Key{Issuer: "https://id.example", Subject: "eve"}
	for name, c := range map[string]struct {
		lies lies
		req  session.SignInRequest
	}{
		"another person":               {req: session.SignInRequest{Same: eve}},
		"userinfo about somebody else": {lies: lies{userinfo: put("sub", "eve")}},
		"a false signature":            {lies: lies{signer: foreignRSA}},
		"no ID token":                  {lies: lies{token: drop("id_token")}},
		"another token type":           {lies: lies{token: put("token_type", "MAC")}},
		"no access token":              {lies: lies{token: drop("access_token")}},
		"another audience":             {lies: lies{idToken: put("aud", "other")}},
		"keys that cannot be fetched":  {lies: lies{serve: at("/jwks", body("text/html", 500, ""))}},
		"on another device": {
			lies: lies{idToken: put("aud", "other"), device: put("interval", 1)},
			req:  session.SignInRequest{Device: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newOP(t, c.lies)
			client, _ := p.client()
			if _, err := signIn(t, client, c.req); err == nil {
				t.Fatal("it was not refused")
			}
			client.Close()
			var revoked []string
			for _, f := range p.forms {
				if f.Has("token_type_hint") {
					revoked = append(revoked, f.Get("token"))
				}
			}
			if len(revoked) == 0 || revoked[0] != "RT1" {
				t.Errorf("revoked %v, want RT1 first", revoked)
			}
		})
	}
}

// The tokens of a step-up that was not strong enough are not revoked: at several providers a revocation would end the
// person's present session too.
func TestAWeakStepUpEndsNothing(t *testing.T) {
	p := newOP(t, lies{idToken: put("acr", "pwd")})
	client, _ := p.client()
	req := session.SignInRequest{
		Same: session.Key{Issuer: p.site.URL, Subject: "ada"}, ACRValues: []string{"mfa"}, Demand: true,
	}
	if _, err := signIn(t, client, req); !errors.Is(err, openid.ErrACR) {
		t.Fatalf("%v, want ErrACR", err)
	}
	client.Close()
	if n := p.count("POST /revoke"); n != 0 {
		t.Errorf("revoked %d times", n)
	}
}
