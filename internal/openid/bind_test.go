package openid_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/proof"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// Sign-in, userinfo and refresh have proofs by one key, with and without nonces, whichever way the clocks are off.
func TestABoundSession(t *testing.T) {
	for name, change := range map[string]func(*bound){
		"without nonces":       func(*bound) {},
		"a nonce each time":    func(b *bound) { b.nonces = true },
		"a clock that is fast": func(b *bound) { b.ahead = 10 * time.Minute },
		"a clock that is slow": func(b *bound) { b.ahead = -10 * time.Minute },
		"nonces and a clock":   func(b *bound) { b.nonces, b.ahead = true, time.Hour },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBound(t, lies{idToken: func(c claims) { delete(c, "auth_time") }}, change)
			client := b.bind("auto", func(p *provider.Provider) { p.Leeway = 2 * time.Hour })
			s, err := signIn(t, client, session.SignInRequest{})
			if err != nil {
				t.Fatalf("%v (refused: %v)", err, b.refused)
			}
			if !s.Bound || s.Tokens.Type != session.DPoP || s.ProofKey.IsZero() || s.Profile.Name != "Ada Lovelace" {
				t.Errorf("bound %t, %s, key %t, %s (refused: %v)", s.Bound, s.Tokens.Type, !s.ProofKey.IsZero(),
					s.Profile.Name, b.refused)
			}
			next, err := client.Refresh(t.Context(), s, keep)
			if err != nil || !next.Bound || !next.ProofKey.Equal(s.ProofKey) {
				t.Fatalf("refresh: %v (refused: %v)", err, b.refused)
			}
			other := b.bind("auto") // another process, which has no nonce yet
			if _, err := other.Refresh(t.Context(), next, keep); err != nil {
				t.Fatalf("another process: %v (refused: %v)", err, b.refused)
			}
			if len(slices.Compact(slices.Clone(b.keys))) != 1 {
				t.Errorf("several keys: %v", b.keys)
			}
			for _, why := range b.refused {
				if why != "nonce" && !strings.HasPrefix(why, "iat") {
					t.Errorf("a proof was refused: %s", why)
				}
			}
		})
	}
}

func TestEachSignInHasAKeyOfItsOwn(t *testing.T) {
	b := newBound(t, lies{})
	client, one := b.signedIn("auto")
	two, err := signIn(t, client, session.SignInRequest{})
	if err != nil || two.ProofKey.Equal(one.ProofKey) {
		t.Errorf("%v", err)
	}
}

func TestADeviceSignInIsBound(t *testing.T) {
	b := newBound(t, lies{device: put("interval", 1)})
	b.nonces = true
	client := b.bind("require")
	s, err := signIn(t, client, session.SignInRequest{Device: true})
	if err != nil || !s.Bound {
		t.Errorf("%v (refused: %v)", err, b.refused)
	}
}

// A provider that announces nothing, and settings that say off, see no difference.
func TestNothingIsBoundUnasked(t *testing.T) {
	for name, c := range map[string]struct {
		dpop string
		algs any
	}{
		"not announced": {"auto", nil}, "announced otherwise": {"auto", []string{"RS256", "EdDSA"}},
		"announced in a wrong form": {"auto", "ES256"}, "off": {"off", []string{"ES256"}},
	} {
		p := newOP(t, lies{discovery: func(m claims) {
			if c.algs != nil {
				m["dpop_signing_alg_values_supported"] = c.algs
			}
		}})
		var sent atomic.Bool
		p.guard = func(_ http.ResponseWriter, r *http.Request) bool {
			if r.Header.Get("DPoP") != "" || r.Form.Has("dpop_jkt") {
				sent.Store(true)
			}
			return true
		}
		s, err := signIn(t, p.bind(c.dpop), session.SignInRequest{})
		if err != nil || sent.Load() || s.Bound || !s.ProofKey.IsZero() || s.Tokens.Type != session.Bearer {
			t.Errorf("%s: %v, sent %t, %+v", name, err, sent.Load(), s)
		}
	}
}

// What a Bearer answer means at a sign-in.
func TestABearerAnswerAtSignIn(t *testing.T) {
	bearer := lies{token: put("token_type", "Bearer")}
	t.Run("auto takes it, and the renewal is bound", func(t *testing.T) {
		_, s := newBound(t, lies{token: put("token_type", "bearer"), serve: plainUserinfo()}).signedIn("auto")
		if s.Bound || s.Tokens.Type != session.Bearer || s.ProofKey.IsZero() {
			t.Errorf("%t, %s, key %t", s.Bound, s.Tokens.Type, !s.ProofKey.IsZero())
		}
	})
	t.Run("auto takes it, and nothing is bound without a refresh token", func(t *testing.T) {
		b := newBound(t, lies{serve: plainUserinfo(), token: func(c claims) {
			c["token_type"] = "Bearer"
			delete(c, "refresh_token")
		}})
		if _, s := b.signedIn("auto"); !s.ProofKey.IsZero() || s.Bound {
			t.Errorf("a key is kept")
		}
	})
	t.Run("require refuses it", func(t *testing.T) {
		b := newBound(t, bearer)
		if _, err := signIn(t, b.bind("require"), session.SignInRequest{}); !errors.Is(err, openid.ErrNotBound) {
			t.Errorf("%v", err)
		}
	})
	t.Run("require asks a provider that announces nothing", func(t *testing.T) {
		b := newBound(t, lies{discovery: drop("dpop_signing_alg_values_supported")})
		if _, s := b.signedIn("require"); !s.Bound {
			t.Error("it is not bound")
		}
	})
	t.Run("require sends nobody to a provider that takes no ES256", func(t *testing.T) {
		b := newBound(t, lies{discovery: put("dpop_signing_alg_values_supported", []string{"RS256"})})
		_, err := signIn(t, b.bind("require"), session.SignInRequest{})
		if !errors.Is(err, openid.ErrNotBound) || b.count("GET /authorize") != 0 {
			t.Errorf("%v, %v", err, b.requests)
		}
	})
	t.Run("an account that was bound stays so", func(t *testing.T) {
		b := newBound(t, lies{token: put("token_type", "Bearer"), serve: plainUserinfo()})
		var asked session.Key
		req := session.SignInRequest{MustBind: func(k session.Key) bool { asked = k; return true }}
		client := b.bind("auto")
		if _, err := signIn(t, client, req); !errors.Is(err, openid.ErrNotBound) || asked.Subject != "ada" {
			t.Errorf("%v, asked of %v", err, asked)
		}
		client.Close()
		if b.count("POST /revoke") == 0 {
			t.Error("the tokens that were refused are not given back")
		}
		b.guard = nil
		if _, err := signIn(t, b.bind("off"), req); err != nil {
			t.Errorf("off: %v", err)
		}
	})
	t.Run("DPoP without a proof", func(t *testing.T) {
		p := newOP(t, lies{token: put("token_type", "DPoP")})
		if _, err := signIn(t, p.bind("auto"), session.SignInRequest{}); !errors.Is(err, openid.ErrTokenType) {
			t.Errorf("%v", err)
		}
	})
}

// plainUserinfo takes any token.
func plainUserinfo() map[string]http.HandlerFunc {
	return at("/userinfo", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, claims{"sub": "ada"}) })
}

// A bound session is not renewed by a Bearer token. The rotated refresh token is kept all the same.
func TestABearerAnswerAtRefresh(t *testing.T) {
	for _, dpop := range []string{"auto", "require", "off"} {
		b := newBound(t, lies{})
		client, s := b.signedIn("auto")
		if dpop != "auto" {
			client = b.bind(dpop)
		}
		for _, kind := range []any{"Bearer", "bearer", "", nil} {
			b.lies.token = func(c claims) {
				c["token_type"] = kind
			}
			var kept session.Session
			_, err := client.Refresh(t.Context(), s, func(_ context.Context, now session.Session) error {
				kept = now
				return nil
			})
			if !errors.Is(err, openid.ErrNotBound) || errors.Is(err, session.ErrEnded) ||
				errors.Is(err, session.ErrLost) {
				t.Errorf("%s, %v: %v", dpop, kind, err)
			}
			if kept.Tokens.Refresh.IsZero() || kept.Tokens.Refresh.Equal(s.Tokens.Refresh) || !kept.Bound {
				t.Errorf("%s, %v: the rotated token is lost", dpop, kind)
			}
			s = kept
		}
		b.lies.token = put("token_type", "DPoP")
		if next, err := client.Refresh(t.Context(), s, keep); err != nil || !next.Bound {
			t.Errorf("%s: later: %v", dpop, err)
		}
	}
}

// A session of which only the refresh token is bound becomes wholly bound when the provider binds the access token too,
// and then stays bound.
func TestARenewalThatIsBound(t *testing.T) {
	b := newBound(t, lies{token: put("token_type", "Bearer"), serve: plainUserinfo()})
	client, s := b.signedIn("auto")
	next, err := client.Refresh(t.Context(), s, keep)
	if err != nil || next.Bound || !next.ProofKey.Equal(s.ProofKey) {
		t.Fatalf("%v", err)
	}
	b.lies.token = put("token_type", "DPoP")
	if next, err = client.Refresh(t.Context(), next, keep); err != nil || !next.Bound ||
		next.Tokens.Type != session.DPoP {
		t.Fatalf("%v", err)
	}
	b.lies.token = put("token_type", "Bearer")
	if _, err = client.Refresh(t.Context(), next, keep); !errors.Is(err, openid.ErrNotBound) {
		t.Errorf("%v", err)
	}
}

// A session from before the settings demanded a bound one is renewed by a new sign-in alone: nothing is sent.
func TestASessionFromBeforeRequire(t *testing.T) {
	b := newBound(t, lies{token: put("token_type", "Bearer")})
	b.guard = nil
	_, s := b.signedIn("off")
	before := b.count("POST /token")
	_, err := b.bind("require").Refresh(t.Context(), s, keep)
	if !errors.Is(err, openid.ErrNotBound) || !errors.Is(err, session.ErrPersonNeeded) ||
		b.count("POST /token") != before {
		t.Errorf("%v", err)
	}
	if next, err := b.bind("auto").Refresh(t.Context(), s, keep); err != nil || next.Bound || !next.ProofKey.IsZero() {
		t.Errorf("auto: %v", err)
	}
}

func TestANonceThatIsNeverAccepted(t *testing.T) {
	b := newBound(t, lies{})
	client, s := b.signedIn("auto")
	b.nonces, b.never = true, true
	before := b.count("POST /token")
	_, err := client.Refresh(t.Context(), s, keep)
	if !errors.Is(err, openid.ErrProof) || errors.Is(err, session.ErrEnded) || b.count("POST /token")-before != 2 {
		t.Errorf("%v after %d requests", err, b.count("POST /token")-before)
	}
	if _, err := signIn(t, client, session.SignInRequest{}); !errors.Is(err, openid.ErrProof) {
		t.Errorf("sign-in: %v", err)
	}
}

// After a refusal without a nonce, or with an invalid one, the request is not sent again.
func TestARefusalWithoutANonce(t *testing.T) {
	for name, nonces := range map[string][]string{
		"none": {}, "empty": {""}, "two": {"a", "b"}, "with a space": {"a b"}, "too long": {strings.Repeat("n", 2000)},
	} {
		b := newBound(t, lies{})
		client, s := b.signedIn("auto")
		b.guard = func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/token" {
				return true
			}
			w.Header()["Dpop-Nonce"] = nonces
			body("application/json", 400, `{"error":"use_dpop_nonce"}`)(w, r)
			return false
		}
		before := b.count("POST /token")
		if _, err := client.Refresh(t.Context(), s, keep); !errors.Is(err, openid.ErrProof) ||
			b.count("POST /token")-before != 1 {
			t.Errorf("%s: %v after %d requests", name, err, b.count("POST /token")-before)
		}
	}
}

// Each server has a nonce of its own: here the token endpoint is on another server than discovery, keys and userinfo.
func TestANonceOfAnotherOrigin(t *testing.T) {
	other := newBound(t, lies{})
	b := newBound(t, lies{discovery: func(c claims) { c["jwks_uri"] = other.site.URL + "/jwks" }})
	other.also = func(w http.ResponseWriter) { w.Header().Set("DPoP-Nonce", "of-another") }
	b.watch(func(r *http.Request) {
		if strings.Contains(payloadOf(r), "of-another") {
			t.Error("the nonce of another origin was sent")
		}
	})
	client, s := b.signedIn("auto")
	if _, err := client.Refresh(t.Context(), s, keep); err != nil {
		t.Error(err)
	}
	if other.count("GET /jwks") == 0 {
		t.Error("the other origin was not asked")
	}
}

// Neither a redirect nor a refusal at another origin moves proof or token there.
func TestAProofGoesNowhereElse(t *testing.T) {
	other := newBound(t, lies{})
	b := newBound(t, lies{})
	client, s := b.signedIn("auto")
	b.serve(at("/token", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.site.URL+"/token", http.StatusTemporaryRedirect)
	}))
	if _, err := client.Refresh(t.Context(), s, keep); !errors.Is(err, openid.ErrRedirect) || len(other.requests) != 0 {
		t.Errorf("%v, the other was asked %v", err, other.requests)
	}
}

// A request whose proof was refused has not spent the token. A request whose answer was lost is sent again with a new
// proof.
func TestALostAnswerOfABoundSession(t *testing.T) {
	b := newBound(t, lies{})
	b.nonces = true
	client, s := b.signedIn("auto")
	b.losing(2, func(w http.ResponseWriter, _ []byte) { w.WriteHeader(http.StatusBadGateway) })
	if next, err := client.Refresh(t.Context(), s, keep); err != nil || !next.Bound {
		t.Errorf("%v (refused: %v)", err, b.refused)
	}
}

// With the key of another computer, or a damaged key, no refresh token is spent.
func TestAKeyThatCannotBeUsed(t *testing.T) {
	b := newBound(t, lies{})
	client, s := b.signedIn("auto")
	for blob, want := range map[string]error{
		proof.Blob(proof.Platform, []byte("Latchkey DPoP x")).Reveal(): proof.ErrForeignKey,
		"software:AAAA": proof.ErrBlob, "cellar:AAAA": proof.ErrBlob,
	} {
		s.ProofKey = secret.New(blob)
		before := b.count("POST /token")
		if _, err := client.Refresh(t.Context(), s, keep); !errors.Is(err, want) || b.count("POST /token") != before {
			t.Errorf("%s: %v", blob, err)
		}
	}
}

// The provider's time is not read from an answer of a cache.
func TestTheTimeOfACacheIsNoTime(t *testing.T) {
	b := newBound(t, lies{})
	b.also = func(w http.ResponseWriter) {
		w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
		w.Header().Set("Age", "3600")
	}
	b.signedIn("auto")
	if len(b.refused) != 0 {
		t.Errorf("refused: %v", b.refused)
	}
}
