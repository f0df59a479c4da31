package openid_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"math/big"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
)

// The keys are rotated, the first fetch of the new ones fails, and the account tries again after 2 to 4 seconds. The
// token still counts as not verified yet, and not as false.
func TestAFailedRefetchIsNoVerdictTheSecondTimeEither(t *testing.T) {
	for name, kid := range map[string]string{"a new kid": "rotated", "a kid used again": "rsa"} {
		p, client, s := newSession(t, lies{})
		p.lies.signer = func() (jose.SigningKey, string) {
			return jose.SigningKey{Algorithm: jose.RS256, Key: otherRSA()}, kid
		}
		p.lies.serve = at("/jwks", body("text/html", 503, ""))
		for try := range 2 {
			p.refresh = s.Tokens.Refresh.Reveal()
			if _, err := client.Refresh(t.Context(), s, keep); err == nil || errors.Is(err, session.ErrEnded) {
				t.Errorf("%s, try %d: %v", name, try+1, err)
			}
		}
	}
}

// Two rotations within minRefetch, both published.
func TestASecondRotationWithinTheRateLimitIsNoVerdict(t *testing.T) {
	p, client, s := newSession(t, lies{})
	third, _ := rsa.GenerateKey(rand.Reader, 2048)
	for i, k := range []*rsa.PrivateKey{otherRSA(), third} {
		kid := string(rune('a' + i))
		p.lies.signer = func() (jose.SigningKey, string) { return jose.SigningKey{Algorithm: jose.RS256, Key: k}, kid }
		p.lies.keys = func([]jose.JSONWebKey) any { return []jose.JSONWebKey{{Key: &k.PublicKey, KeyID: kid}} }
		next, err := client.Refresh(t.Context(), s, keep)
		if errors.Is(err, session.ErrEnded) {
			t.Fatalf("rotation %d ends the session: %v", i+1, err)
		}
		s = next
	}
}

// A key set that is empty for a moment.
func TestAnEmptyKeySetIsNoVerdict(t *testing.T) {
	for _, doc := range []string{`{"keys":[]}`, `{"keys":null}`} {
		p, client, s := newSession(t, lies{})
		p.lies.signer = func() (jose.SigningKey, string) {
			return jose.SigningKey{Algorithm: jose.RS256, Key: otherRSA()}, "rotated"
		}
		p.lies.serve = at("/jwks", body("application/json", 200, doc))
		if _, err := client.Refresh(t.Context(), s, keep); errors.Is(err, session.ErrEnded) {
			t.Errorf("%s ends the session: %v", doc, err)
		}
	}
}

// A correct refresh on a machine whose clock is wrong.
func TestAWrongClockDoesNotEndTheSession(t *testing.T) {
	for _, off := range []time.Duration{3 * time.Hour, -3 * time.Hour} {
		p, _, s := newSession(t, lies{})
		client, err := openid.New(provider.Provider{Issuer: p.site.URL, ClientID: "desk"},
			openid.Options{Now: func() time.Time { return time.Now().Add(off) }})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Refresh(t.Context(), s, keep); errors.Is(err, session.ErrEnded) {
			t.Errorf("clock off by %s: %v", off, err)
		}
	}
}

// The settings name another provider by now; the vault still has the old one's session.
func TestNoTokenGoesToAnotherProvider(t *testing.T) {
	_, _, s := newSession(t, lies{})
	other := newOP(t, lies{})
	var posted url.Values
	var opened string
	client, err := openid.New(provider.Provider{Issuer: other.site.URL, ClientID: "desk"}, openid.Options{
		OpenURL:       func(_ context.Context, a string) error { opened = a; return nil },
		NewLogoutForm: newLogoutForm(func(f *logoutForm) error { posted = f.fields; return nil }),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Refresh(t.Context(), s, keep)
	if n := other.count("POST /token"); n > 0 {
		t.Errorf("refresh token sent to another issuer (%q); ends: %v", other.forms[0].Get("refresh_token"),
			errors.Is(err, session.ErrEnded))
	}
	_, _ = client.Revoke(t.Context(),
		session.Revocation{Key: s.Key, ClientID: "desk", Refresh: s.Tokens.Refresh, Access: s.Tokens.Access})
	if !errors.Is(err, openid.ErrOtherProvider) {
		t.Errorf("%v, want ErrOtherProvider", err)
	}
	if n := other.count("POST /revoke"); n > 0 {
		t.Error("refresh token sent to another issuer's revocation endpoint")
	}
	_, _ = client.EndSession(t.Context(), s)
	if posted.Get("id_token_hint") != "" || opened != "" {
		t.Errorf("ID token sent to another issuer's end_session_endpoint: hint %v, opened %v",
			posted.Get("id_token_hint") != "", opened != "")
	}
}

// An answer that rotates the refresh token and is wrong otherwise.
func TestARotatedTokenIsKeptThoughTheAnswerIsWrong(t *testing.T) {
	for name, lie := range map[string]func(claims){
		"another token_type": put("token_type", "MAC"), "no access_token": drop("access_token"),
	} {
		p, client, s := newSession(t, lies{})
		p.lies.token = lie
		var kept session.Session
		_, err := client.Refresh(t.Context(), s, func(_ context.Context, k session.Session) error {
			kept = k
			return nil
		})
		if kept.Tokens.Refresh.Reveal() != "RT2" {
			t.Errorf("%s: rotated token lost (%v)", name, err)
			p.lies.token = nil
			_, err = client.Refresh(t.Context(), s, keep)
			t.Logf("the next refresh: ended %v: %v", errors.Is(err, session.ErrEnded), err)
		}
	}
}

func TestEmailAndItsFlagTravelTogether(t *testing.T) {
	p := newOP(t,
		lies{
			idToken: put("email_verified", false), userinfo: func(c claims) {
				delete(c, "email")
				c["email_verified"] = true
			},
		})
	c, _ := p.client()
	s, err := signIn(t, c, session.SignInRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if string(s.Profile.Claims["email_verified"]) != "false" {
		t.Errorf("claims: email %s of the ID token, email_verified %s of userinfo", s.Profile.Claims["email"],
			s.Profile.Claims["email_verified"])
	}
}

func TestDiscoveryThatIsDownIsTransient(t *testing.T) {
	_, _, s := newSession(t, lies{})
	c, _ := openid.New(provider.Provider{Issuer: "http://127.0.0.1:1", ClientID: "desk"}, openid.Options{})
	s.Key.Issuer = "http://127.0.0.1:1"
	_, err := c.Refresh(t.Context(), s, keep)
	var retry *session.RetryError
	if !errors.As(err, &retry) {
		t.Errorf("no RetryError: %v", err)
	}
}

// max_age by the auth_params setting.
func TestMaxAgeOfTheSettingsIsChecked(t *testing.T) {
	p := newOP(t, lies{idToken: drop("auth_time")})
	c, _ := p.client(func(conf *provider.Provider) { conf.AuthParams = map[string]string{"max_age": "60"} })
	if _, err := signIn(t, c, session.SignInRequest{}); !errors.Is(err, openid.ErrAuthTime) {
		t.Errorf("max_age was asked, auth_time never checked: %v", err)
	}
}

// A key of half a million bits would cost seconds for each signature.
func TestAGiantKeyIsRefused(t *testing.T) {
	const bits = 512 << 10
	n := new(big.Int).SetBit(new(big.Int), bits-1, 1)
	n.SetBit(n, 0, 1)
	p := newOP(t, lies{})
	enc := base64.RawURLEncoding
	p.lies.keys = func([]jose.JSONWebKey) any {
		return []any{claims{"kty": "RSA", "kid": "rsa", "n": enc.EncodeToString(n.Bytes()), "e": "AQAB"}}
	}
	p.lies.rawID = func(raw string) string {
		i := len(raw) - 1
		for raw[i] != '.' {
			i--
		}
		sig := make([]byte, bits/8)
		sig[1] = 7
		_, _ = rand.Read(sig[2:])
		return raw[:i+1] + enc.EncodeToString(sig)
	}
	c, _ := p.client()
	if _, err := signIn(t, c, session.SignInRequest{}); !errors.Is(err, openid.ErrUnknownKey) {
		t.Errorf("%v, want ErrUnknownKey: the key is not to be used at all", err)
	}
}

// The settings name another client of the same provider by now.
func TestNoTokenGoesToAnotherClient(t *testing.T) {
	p, _, s := newSession(t, lies{})
	c, _ := p.client(func(conf *provider.Provider) { conf.ClientID = "other" })
	before := p.count("POST /token")
	if _, err := c.Refresh(t.Context(), s, keep); !errors.Is(err, openid.ErrOtherProvider) ||
		errors.Is(err, session.ErrEnded) {
		t.Errorf("%v, want ErrOtherProvider", err)
	}
	if p.count("POST /token") != before {
		t.Error("the refresh token was sent")
	}
}

// An expires_in that makes no sense.
func TestALifetimeOfNothingIsNoLifetimeForever(t *testing.T) {
	for _, life := range []any{0, -5, "0"} {
		p := newOP(t, lies{token: put("expires_in", life)})
		c, _ := p.client()
		s, err := signIn(t, c, session.SignInRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if s.Tokens.Expiry.IsZero() || s.FreshAt(time.Now().Add(time.Minute)) {
			t.Errorf("expires_in %v: expiry %v", life, s.Tokens.Expiry)
		}
	}
}

// In an app that stays open for weeks, endpoints change with the discovery document, and the old endpoints stay when
// the document cannot be fetched again.
func TestTheDiscoveryDocumentIsAskedForOnceADay(t *testing.T) {
	p := newOP(t, lies{})
	now := time.Now()
	c, err := openid.New(provider.Provider{Issuer: p.site.URL, ClientID: "desk"},
		openid.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	document := "GET " + discoveryPath
	before := p.count(document)
	for _, step := range []struct {
		later time.Duration
		lie   func(claims)
		fetch int
		token string
	}{
		{0, nil, 1, "/token"}, {time.Hour, nil, 0, "/token"},
		{25 * time.Hour, put("token_endpoint", p.site.URL+"/elsewhere"), 1, "/elsewhere"},
		{25 * time.Hour, put("issuer", "https://evil.example"), 1, "/elsewhere"},
		{time.Hour, put("issuer", "https://evil.example"), 0, "/elsewhere"},
	} {
		now = now.Add(step.later)
		p.lies.discovery = step.lie
		meta, err := c.Discover(t.Context())
		if err != nil || meta.TokenURL != p.site.URL+step.token {
			t.Errorf("%v later: %s %v, want %s", step.later, meta.TokenURL, err, step.token)
		}
		if got := p.count(document) - before; got != step.fetch {
			t.Errorf("%v later: fetched %d times, want %d", step.later, got, step.fetch)
		}
		before = p.count(document)
	}
}
