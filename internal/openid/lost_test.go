package openid_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
)

// ways are the ways in which the answer to a request gets lost although the provider has
// done what it was asked. Each is given the answer that the provider would have sent.
var ways = map[string]func(w http.ResponseWriter, answer []byte){
	"cut before any answer": func(http.ResponseWriter, []byte) { panic(http.ErrAbortHandler) },
	"a gateway's 502":       func(w http.ResponseWriter, _ []byte) { w.WriteHeader(502) },
	"a gateway's 503":       func(w http.ResponseWriter, _ []byte) { w.WriteHeader(503) },
	"a gateway's 504":       func(w http.ResponseWriter, _ []byte) { w.WriteHeader(504) },
	"a gateway's JSON": func(w http.ResponseWriter, _ []byte) {
		body("application/json", 502, `{"error":"Bad Gateway"}`)(w, nil)
	},
	"a page with 200": func(w http.ResponseWriter, _ []byte) {
		_, _ = io.WriteString(w, "<html>one moment</html>")
	},
	"200 and nothing":      func(http.ResponseWriter, []byte) {},
	"204":                  func(w http.ResponseWriter, _ []byte) { w.WriteHeader(204) },
	"200 and another JSON": func(w http.ResponseWriter, _ []byte) { _, _ = io.WriteString(w, `{"ok":true}`) },
	"200 and an error object": func(w http.ResponseWriter, _ []byte) {
		_, _ = io.WriteString(w, `{"error":{"code":500}}`)
	},
	"cut in the middle": func(w http.ResponseWriter, answer []byte) {
		w.Header().Set("Content-Length", fmt.Sprint(len(answer)))
		_, _ = w.Write(answer[:len(answer)/2])
	},
	"a chunked body that breaks off": func(w http.ResponseWriter, answer []byte) {
		_, _ = w.Write(answer[:len(answer)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	},
	"half a document": func(w http.ResponseWriter, answer []byte) { _, _ = w.Write(answer[:len(answer)/2]) },
}

// losing makes the token endpoint do its work and lose the first answers to a refresh. A
// spent token is answered with the successor, as in a grace period.
func (p *op) losing(times int, lose func(http.ResponseWriter, []byte)) {
	p.lies.serve = at("/token", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		if r.PostForm.Get("grant_type") == "refresh_token" && r.PostForm.Get("refresh_token") != "NONE" {
			p.refresh = r.PostForm.Get("refresh_token")
		}
		times--
		left := times >= 0
		p.mu.Unlock()
		rec := httptest.NewRecorder()
		p.token(rec, r)
		if left {
			lose(w, rec.Body.Bytes())
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	})
}

func TestALostAnswerIsAskedForAgain(t *testing.T) {
	for name, lose := range ways {
		for _, times := range []int{1, 2, 4} {
			t.Run(fmt.Sprint(name, " ", times), func(t *testing.T) {
				p, client, s := newSession(t, lies{})
				p.losing(times, lose)
				next, err := client.Refresh(t.Context(), s, keep)
				if err != nil || next.Tokens.Access.IsZero() || next.Tokens.Refresh.Equal(s.Tokens.Refresh) {
					t.Errorf("%v", err)
				}
			})
		}
	}
}

// At a provider without a grace period the family ends, and the error says that an answer was lost.
func TestALostAnswerWithoutGraceIsNamed(t *testing.T) {
	for _, word := range []string{"invalid_grant", "invalid_request", "invalid_refresh_token"} {
		for name, lose := range ways {
			p, client, s := newSession(t, lies{})
			var later atomic.Bool
			p.serve(at("/token", func(w http.ResponseWriter, r *http.Request) {
				if !later.Swap(true) {
					lose(w, []byte(`{"access_token":"AT2","token_type":"Bearer","refresh_token":"RT2"}`))
					return
				}
				body("application/json", 400, `{"error":"`+word+`"}`)(w, r)
			}))
			if _, err := client.Refresh(t.Context(), s, keep); !errors.Is(err, session.ErrEnded) ||
				!errors.Is(err, session.ErrLost) {
				t.Errorf("%s, then %s: %v", name, word, err)
			}
		}
	}
}

// When every try fails the session stays, and it is noted that the token may be spent.
func TestAnAnswerThatNeverArrives(t *testing.T) {
	for name, lose := range ways {
		p, client, s := newSession(t, lies{})
		before := p.count("POST /token")
		p.losing(1000, lose)
		_, err := client.Refresh(t.Context(), s, keep)
		var retry *session.RetryError
		if errors.Is(err, session.ErrEnded) || !errors.Is(err, session.ErrLost) || !errors.As(err, &retry) {
			t.Errorf("%s: %v", name, err)
		}
		if n := p.count("POST /token") - before; n != 6 {
			t.Errorf("%s: presented %d times", name, n)
		}
	}
}

// A token that was not sent, or that was refused for now, is not noted as lost.
func TestNotEveryFailureIsALoss(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"429": later(429), "500": body("text/plain", 500, ""), "404": body("text/html", 404, ""),
		"invalid_client": body("application/json", 401, `{"error":"invalid_client"}`),
		"a redirect":     http.RedirectHandler("http://hotel.example/", http.StatusFound).ServeHTTP,
	} {
		p, client, s := newSession(t, lies{serve: at("/none", h)})
		p.lies.serve = at("/token", h)
		if _, err := client.Refresh(t.Context(), s, keep); err == nil || errors.Is(err, session.ErrLost) ||
			errors.Is(err, session.ErrEnded) {
			t.Errorf("%s: %v", name, err)
		}
	}
	p, _, s := newSession(t, lies{})
	p.lies.discovery = put("token_endpoint", "http://127.0.0.1:1/token") // where nobody listens: the token never leaves
	client, _ := p.client()
	if _, err := client.Refresh(t.Context(), s, keep); err == nil || errors.Is(err, session.ErrLost) {
		t.Errorf("nobody listens: %v", err)
	}
}

// The same token at once, and then within ten seconds; no sooner than was asked for.
func TestWhenALostAnswerIsAskedForAgain(t *testing.T) {
	for name, c := range map[string]struct {
		after string
		want  []time.Duration
	}{
		"nothing is asked for": {"", []time.Duration{time.Second, 2 * time.Second, 3 * time.Second, 3 * time.Second}},
		"four seconds":         {"4", []time.Duration{4 * time.Second, 4 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			p, _, s := newSession(t, lies{})
			now := time.Now()
			var waited []time.Duration
			client, err := openid.New(provider.Provider{Issuer: p.site.URL, ClientID: "desk"}, openid.Options{
				Now: func() time.Time { return now },
				Sleep: func(_ context.Context, d time.Duration) error {
					waited, now = append(waited, d), now.Add(d)
					return nil
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			p.lies.serve = at("/token", func(w http.ResponseWriter, _ *http.Request) {
				if c.after != "" {
					w.Header().Set("Retry-After", c.after)
				}
				w.WriteHeader(503)
			})
			if _, err := client.Refresh(t.Context(), s, keep); !errors.Is(err, session.ErrLost) {
				t.Error(err)
			}
			if !slices.Equal(waited, c.want) {
				t.Errorf("waited %v, want %v", waited, c.want)
			}
		})
	}
}

// After a while, a sleep or another network the way is proven before a token is spent.
func TestTheWayIsProvenBeforeATokenIsSpent(t *testing.T) {
	p, _, s := newSession(t, lies{})
	now := time.Now()
	client, err := openid.New(provider.Provider{Issuer: p.site.URL, ClientID: "desk"},
		openid.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Discover(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, h := range map[string]http.HandlerFunc{
		"a dead connection": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"a gateway":         body("text/html", 502, ""), "a proxy that wants a password": body("text/html", 407, ""),
		"a hotel": body("text/html", 511, ""),
	} {
		now = now.Add(time.Minute)
		p.serve(at(discoveryPath, h))
		before := p.count("POST /token")
		_, err := client.Refresh(t.Context(), s, keep)
		var retry *session.RetryError
		if !errors.As(err, &retry) || errors.Is(err, session.ErrLost) || p.count("POST /token") != before {
			t.Errorf("%s: the token was spent: %v", name, err)
		}
	}
	p.serve(nil)
	if next, err := client.Refresh(t.Context(), s, keep); err != nil || next.Tokens.Access.IsZero() {
		t.Errorf("the way is there again: %v", err)
	}
}

// The provider asks for the person: the session stays as it is.
func TestThePersonIsNeeded(t *testing.T) {
	for _, code := range []string{"interaction_required", "login_required", "consent_required"} {
		for _, status := range []int{400, 401, 403} {
			p, client, s := newSession(t, lies{})
			p.lies.serve = at("/token",
				body("application/json", status, `{"error":"`+code+`","error_description":"MFA"}`))
			_, err := client.Refresh(t.Context(), s, keep)
			if !errors.Is(err, session.ErrPersonNeeded) || errors.Is(err, session.ErrEnded) ||
				errors.Is(err, session.ErrLost) {
				t.Errorf("%s with %d: %v", code, status, err)
			}
		}
	}
}

// A refusal that is followed by a success at the second try ends no session.
func TestADoubtfulRefusalIsAskedTwice(t *testing.T) {
	for _, code := range []string{"invalid_request", "invalid_refresh_token", "invalid_token"} {
		p, client, s := newSession(t, lies{})
		first := true
		p.lies.serve = at("/token", func(w http.ResponseWriter, r *http.Request) {
			if first {
				first = false
				body("application/json", 400, `{"error":"`+code+`"}`)(w, r)
				return
			}
			p.token(w, r)
		})
		if _, err := client.Refresh(t.Context(), s, keep); err != nil {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// JSON null is absent, at sign-in and at refresh.
func TestNullIsAbsent(t *testing.T) {
	absent := []string{"nonce", "at_hash", "azp", "acr", "amr", "auth_time", "nbf", "name", "email"}
	nulls := func(c claims) {
		for _, name := range absent {
			c[name] = nil
		}
	}
	p, client, s := newSession(t, lies{})
	p.lies.idToken = nulls
	p.lies.token = func(c claims) { c["expires_in"], c["scope"], c["token_type"], c["error"] = nil, nil, nil, nil }
	next, err := client.Refresh(t.Context(), s, keep)
	if err != nil || next.Tokens.Scope != s.Tokens.Scope || next.Tokens.Lifetime != 5*time.Minute {
		t.Errorf("%v %+v", err, next.Tokens.Lifetime)
	}
	p.lies.token = func(c claims) { c["id_token"], c["refresh_token"] = nil, nil }
	if again, err := client.Refresh(t.Context(), next, keep); err != nil ||
		!again.Tokens.Refresh.Equal(next.Tokens.Refresh) || again.Tokens.ID.IsZero() {
		t.Errorf("no refresh token, no ID token: %v", err)
	}
	absent = absent[1:] // a sign-in demands its nonce
	p = newOP(t, lies{
		idToken: nulls, userinfo: func(c claims) { c["email"], c["picture"] = nil, nil }, discovery: func(c claims) {
			c["userinfo_signing_alg_values_supported"], c["end_session_endpoint"], c["grant_types_supported"] =
				nil, nil, nil
		},
	})
	client, _ = p.client()
	if s, err := signIn(t, client, session.SignInRequest{}); err != nil || string(s.Profile.Claims["email"]) == "null" {
		t.Errorf("at sign-in: %v %s", err, s.Profile.Claims["email"])
	}
}

// A lifetime that is not told, or cannot be meant, is bounded where the token can be
// renewed: five minutes, or the ID token's end.
func TestALifetimeThatIsNotKnown(t *testing.T) {
	soon := time.Now().Add(2 * time.Minute).Unix()
	for name, c := range map[string]struct {
		life any
		exp  int64
		want time.Duration
	}{
		"absent": {nil, 0, 5 * time.Minute}, "a word": {"soon", 0, 5 * time.Minute},
		"an object": {claims{}, 0, 5 * time.Minute}, "a truth": {true, 0, 5 * time.Minute},
		"a text of nothing": {"", 0, 5 * time.Minute}, "NaN": {"NaN", 0, 5 * time.Minute},
		"a century": {3153600000, 0, 5 * time.Minute}, "without end": {"1e999", 0, 5 * time.Minute},
		"nothing": {0, 0, 30 * time.Second}, "less than nothing": {-1, 0, 30 * time.Second},
		"an ID token that ends sooner": {nil, soon, 2 * time.Minute},
		"a text":                       {"3600", 0, time.Hour}, "a number": {3600, 0, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			l := lies{token: put("expires_in", c.life)}
			if c.exp != 0 {
				l.idToken = put("exp", c.exp)
			}
			p, client, s := newSession(t, l)
			check := func(when string, s session.Session) {
				if off := c.want - s.Tokens.Lifetime; off < 0 || off > 5*time.Second ||
					time.Until(s.Tokens.Expiry) > c.want {
					t.Errorf("%s: %v until %v, want %v", when, s.Tokens.Lifetime, s.Tokens.Expiry, c.want)
				}
			}
			check("at sign-in", s)
			next, err := client.Refresh(t.Context(), s, keep)
			if err != nil {
				t.Fatal(err)
			}
			check("at refresh", next)
			p.lies.token = func(m claims) { m["expires_in"] = c.life; delete(m, "refresh_token") }
			if _, err := signIn(t, client, session.SignInRequest{}); err != nil {
				t.Error(err)
			}
		})
	}
	// A session that cannot be renewed does not end by a guessed lifetime.
	p := newOP(t, lies{token: drop("expires_in", "refresh_token")})
	client, _ := p.client()
	if s, err := signIn(t, client, session.SignInRequest{}); err != nil || !s.Tokens.Expiry.IsZero() {
		t.Errorf("%v %v", s.Tokens.Expiry, err)
	}
}

func TestAMissingTokenTypeIsLogged(t *testing.T) {
	var log bytes.Buffer
	p := newOP(t, lies{token: drop("token_type")})
	_, r := p.client()
	client, err := openid.New(provider.Provider{Issuer: p.site.URL, ClientID: "desk"}, openid.Options{
		Log:     slog.New(slog.NewTextHandler(&log, nil)),
		Listen:  func(context.Context, openid.ListenSpec) (openid.Receiver, error) { return r, nil },
		OpenURL: p.openFor(r),
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := signIn(t, client, session.SignInRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Refresh(t.Context(), s, keep); err != nil {
		t.Error(err)
	}
	if n := strings.Count(log.String(), "token.type_missing"); n != 2 {
		t.Errorf("logged %d times:\n%s", n, &log)
	}
}

func TestAnUnknownTokenTypeIsNamed(t *testing.T) {
	p := newOP(t, lies{token: put("token_type", "DPoP")})
	client, _ := p.client()
	var kind *openid.TokenTypeError
	if _, err := signIn(t, client, session.SignInRequest{}); !errors.As(err, &kind) || kind.Type != "DPoP" {
		t.Errorf("%v", err)
	}
}
