package openid_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/openid"
)

const home = "http://127.0.0.1:18085/callback"

// What a provider's answer to a browser without a session says of the client.
func TestTryAuthorize(t *testing.T) {
	to := func(address string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, address, http.StatusFound) }
	}
	back := func(p *op, change func(url.Values)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			v := url.Values{"state": {r.URL.Query().Get("state")}, "iss": {p.site.URL}, "error": {"login_required"}}
			change(v)
			http.Redirect(w, r, r.URL.Query().Get("redirect_uri")+"?"+v.Encode(), http.StatusFound)
		}
	}
	var page *openid.PageError
	var answer *openid.AnswerError
	for name, c := range map[string]struct {
		serve func(*op) http.HandlerFunc
		want  func(error) bool
	}{
		"it would have to ask": {
			func(p *op) http.HandlerFunc { return back(p, func(url.Values) {}) },
			func(err error) bool { return err == nil },
		},
		"it shows its page": {
			func(*op) http.HandlerFunc { return body("text/html", 200, "<h1>Sign in</h1>") },
			func(err error) bool { return err == nil },
		},
		"it sends on to its own": {
			func(*op) http.HandlerFunc { return to("/login?id=1") }, func(err error) bool { return err == nil },
		},
		"its error page": {
			func(*op) http.HandlerFunc { return to("/oauth/error?error=redirect_uri_mismatch") }, func(err error) bool {
				return errors.As(err, &page) && strings.Contains(page.Text, "redirect_uri_mismatch")
			},
		},
		"an error as a page": {func(*op) http.HandlerFunc {
			return body("text/html", 400, "<style>p{}</style><script>secret</script><h1>No\n such</h1><p>client")
		}, func(err error) bool {
			return errors.As(err, &page) && page.Text == "No such client" && page.Status == 400
		}},
		"a page that repeats the request": {func(*op) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(400)
				_, _ = w.Write(
					[]byte("the client&#39;s state " + r.URL.Query().Get("state") + " nonce " +
						r.URL.Query().Get("nonce")))
			}
		}, func(err error) bool { return errors.As(err, &page) && page.Text == "the client's state … nonce …" }},
		"an error with status 200": {
			func(*op) http.HandlerFunc { return body("text/html", 200, "Sorry: AADSTS50011: The redirect URI …") },
			func(err error) bool { return errors.As(err, &page) },
		},
		"an error for us": {
			func(p *op) http.HandlerFunc { return back(p, func(v url.Values) { v.Set("error", "invalid_scope") }) },
			func(err error) bool { return errors.As(err, &answer) && answer.Code == "invalid_scope" },
		},
		"another state": {
			func(p *op) http.HandlerFunc { return back(p, func(v url.Values) { v.Set("state", "x") }) },
			func(err error) bool { return errors.Is(err, openid.ErrState) },
		},
		"no issuer": {
			func(p *op) http.HandlerFunc { return back(p, func(v url.Values) { v.Del("iss") }) },
			func(err error) bool { return errors.Is(err, openid.ErrAnswerNoIss) },
		},
		"a code for nobody": {func(p *op) http.HandlerFunc {
			return back(p, func(v url.Values) { v.Del("error"); v.Set("code", "x") })
		}, func(err error) bool { return err == nil }},
		"nowhere": {
			func(*op) http.HandlerFunc { return body("text/plain", 302, "") },
			func(err error) bool { return errors.As(err, &page) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newOP(t, lies{})
			p.lies.serve = map[string]http.HandlerFunc{"/authorize": c.serve(p)}
			client, _ := p.client()
			if _, err := client.TryAuthorize(t.Context(), home); !c.want(err) {
				t.Errorf("%v (%+v)", err, page)
			}
		})
	}
}

// Whether the provider came back to the redirect address is told apart from its page.
func TestTryAuthorizeTellsWhereTheAnswerWent(t *testing.T) {
	p := newOP(t, lies{})
	client, _ := p.client()
	p.lies.serve = map[string]http.HandlerFunc{"/authorize": func(w http.ResponseWriter, r *http.Request) {
		v := url.Values{"state": {r.URL.Query().Get("state")}, "iss": {p.site.URL}, "error": {"login_required"}}
		http.Redirect(w, r, r.URL.Query().Get("redirect_uri")+"?"+v.Encode(), http.StatusFound)
	}}
	foreign := openid.UnregisteredRedirect()
	if foreign == openid.UnregisteredRedirect() || !strings.HasSuffix(foreign, ".invalid/callback") {
		t.Error(foreign)
	}
	for _, address := range []string{home, foreign} {
		if back, err := client.TryAuthorize(t.Context(), address); err != nil || !back {
			t.Errorf("%s: %v %v", address, back, err)
		}
	}
	p.lies.serve["/authorize"] = body("text/html", 200, "<h1>Sign in</h1>")
	if back, err := client.TryAuthorize(t.Context(), home); err != nil || back {
		t.Errorf("%v %v", back, err)
	}
}

// How the token endpoint refuses a code that was never given.
func TestTryToken(t *testing.T) {
	for reply, want := range map[string]string{
		`{"error":"invalid_grant"}`: "", `{"error":"bad_verification_code"}`: "",
		`{"error":"invalid_client"}`: "invalid_client", `{"access_token":"a","token_type":"Bearer"}`: "never given",
	} {
		status := 400
		if strings.Contains(reply, "access_token") {
			status = 200
		}
		p := newOP(t, lies{serve: at("/token", body("application/json", status, reply))})
		client, _ := p.client()
		if err := client.TryToken(t.Context(), home); (err == nil) != (want == "") ||
			err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", reply, err, want)
		}
	}
}

func TestKeysAndClock(t *testing.T) {
	p := newOP(t, lies{keys: func(keys []jose.JSONWebKey) any {
		return append(keys, jose.JSONWebKey{Key: weakRSA(), KeyID: "weak"},
			jose.JSONWebKey{Key: &ecKey().PublicKey, Use: "enc"})
	}})
	client, _ := p.client()
	if _, known := client.ClockOff(); known {
		t.Error("the clock is known before anything was asked")
	}
	keys, faults, err := client.Keys(t.Context())
	if err != nil || len(faults) != 1 || !strings.Contains(faults[0].String(), "n has 1024 bits") ||
		!slices.Equal(keys, []string{"RSA 2048", "P-256", "Ed25519"}) {
		t.Errorf("%v %v %v", keys, faults, err)
	}
	if off, known := client.ClockOff(); !known || off.Abs() > 5*time.Second {
		t.Errorf("%v %v", off, known)
	}
	for _, c := range []struct {
		listed []string
		want   bool
	}{{nil, true}, {[]string{"HS256", "none"}, false}, {[]string{"HS256", "ES256"}, true}} {
		if openid.UsableAlgorithm(c.listed) != c.want {
			t.Errorf("%v", c.listed)
		}
	}
}
