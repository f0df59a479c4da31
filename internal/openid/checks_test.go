package openid_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/session"
)

// The ten algorithms that may sign, each with the at_hash of its own hash.
func TestAlgorithmsThatMaySign(t *testing.T) {
	ec := func(c elliptic.Curve) *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(c, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	es384, es512 := ec(elliptic.P384()), ec(elliptic.P521())
	for alg, pair := range map[jose.SignatureAlgorithm][2]any{
		jose.RS256: {rsaKey(), rsaKey().Public()}, jose.RS384: {rsaKey(), rsaKey().Public()},
		jose.RS512: {rsaKey(), rsaKey().Public()},
		jose.PS256: {rsaKey(), rsaKey().Public()}, jose.PS384: {rsaKey(), rsaKey().Public()},
		jose.PS512: {rsaKey(), rsaKey().Public()},
		jose.ES256: {ecKey(), ecKey().Public()}, jose.ES384: {es384, es384.Public()},
		jose.ES512: {es512, es512.Public()},
		jose.EdDSA: {edKey(), edKey().Public()},
	} {
		t.Run(string(alg), func(t *testing.T) {
			signer := func() (jose.SigningKey, string) { return jose.SigningKey{Algorithm: alg, Key: pair[0]}, "own" }
			l := lies{
				signer: signer, keys: func(k []jose.JSONWebKey) any {
					return append(k, jose.JSONWebKey{Key: pair[1], KeyID: "own"})
				},
			}
			newSession(t, l)
			l.token = put("access_token", "ATother")
			c, _ := newOP(t, l).client()
			if _, err := signIn(t, c, session.SignInRequest{}); !errors.Is(err, openid.ErrATHash) {
				t.Errorf("with another access token: %v, want ErrATHash", err)
			}
		})
	}
}

// withHeader puts another header before a token's claims.
func withHeader(header string) func(string) string {
	return func(raw string) string {
		_, rest, _ := strings.Cut(raw, ".")
		return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + rest
	}
}

// Tokens that are never accepted: unsigned ones, and ones that are signed with a secret that everybody knows.
func TestAlgorithmsThatMayNotSign(t *testing.T) {
	for _, header := range []string{`{"alg":"none"}`, `{"alg":"None"}`, `{"alg":"NONE"}`, `{"alg":""}`, `{"typ":"JWT"}`,
		`{"alg":["RS256"]}`, `{"alg":"RS1"}`, `{"alg":"ES256K"}`, `{"ALG":"RS256"}`} {
		c, _ := newOP(t, lies{rawID: withHeader(header)}).client()
		if _, err := signIn(t, c, session.SignInRequest{}); !errors.Is(err, openid.ErrAlgorithm) {
			t.Errorf("%s: %v, want ErrAlgorithm", header, err)
		}
	}
	der, err := x509.MarshalPKIXPublicKey(rsaKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	for _, alg := range []jose.SignatureAlgorithm{jose.HS256, jose.HS384, jose.HS512} {
		for name, secret := range map[string][]byte{
			"the public key's DER": der, "its PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}),
		} {
			l := lies{
				signer: func() (jose.SigningKey, string) { return jose.SigningKey{Algorithm: alg, Key: secret}, "rsa" },
			}
			l.keys = func(k []jose.JSONWebKey) any { return append(k, jose.JSONWebKey{Key: secret, KeyID: "rsa"}) }
			c, _ := newOP(t, l).client()
			if _, err := signIn(t, c, session.SignInRequest{}); !errors.Is(err, openid.ErrAlgorithm) {
				t.Errorf("%s with %s: %v, want ErrAlgorithm", alg, name, err)
			}
		}
	}
	for name, raw := range map[string]func(string) string{
		"two algorithms":             withHeader(`{"alg":"none","alg":"RS256"}`),
		"four parts":                 func(s string) string { return s + ".x" },
		"two parts":                  func(s string) string { return s[:strings.LastIndex(s, ".")] },
		"padding":                    func(s string) string { return s + "=" },
		"letters for the same bytes": func(s string) string { return strings.Replace(s, "fQ.", "fR.", 1) },
		"a line break":               func(s string) string { return s + "\n" },
		"spaces":                     func(s string) string { return strings.Replace(s, ".", ". ", 1) },
		"nothing":                    func(string) string { return "..." },
	} {
		c, _ := newOP(t, lies{rawID: func(s string) string {
			if raw(s) == s {
				t.Errorf("%s: the test changes nothing: %s", name, s)
			}
			return raw(s)
		}}).client()
		if _, err := signIn(t, c, session.SignInRequest{}); !errors.Is(err, openid.ErrMalformed) {
			t.Errorf("%s: %v, want ErrMalformed", name, err)
		}
	}
	for _, text := range []string{`["ada"]`, `"ada"`, `{"sub":"ada"`, "\xff", ""} {
		c, _ := newOP(t, lies{payload: func([]byte) []byte { return []byte(text) }}).client()
		if _, err := signIn(t, c, session.SignInRequest{}); !errors.Is(err, openid.ErrMalformed) {
			t.Errorf("claims %q: %v, want ErrMalformed", text, err)
		}
	}
}

// Which of the published keys may verify a token.
func TestKeysThatDoNotCount(t *testing.T) {
	for name, c := range map[string]struct {
		lies lies
		want error
	}{
		"of another type": {lies{header: put2("kid", "ec")}, openid.ErrUnknownKey},
		"without kid, among others": {
			lies{keys: func(k []jose.JSONWebKey) any { k[0].KeyID = ""; return k }}, openid.ErrUnknownKey,
		},
		"without kid, alone": {lies{keys: func(k []jose.JSONWebKey) any { k[0].KeyID = ""; return k[:1] }}, nil},
		// with a warning: see TestKeySets
		"a private one": {
			lies{keys: func([]jose.JSONWebKey) any { return []jose.JSONWebKey{{Key: rsaKey(), KeyID: "rsa"}} }}, nil,
		},
		"behind a hundred empty": {
			lies{keys: func(k []jose.JSONWebKey) any { return append(make([]claims, 100), claimsOf(k[0])) }}, nil,
		},
		"beyond the hundredth": {
			lies{keys: func(k []jose.JSONWebKey) any { return append(slices.Repeat(k[1:2], 100), k[0]) }},
			openid.ErrUnknownKey,
		},
		"a chain of foreign keys": {
			lies{signer: foreignRSA, header: put2("x5u", "http://127.0.0.1:9/chain")}, openid.ErrSignature,
		},
		"two of one name, one is true": {lies{keys: func(k []jose.JSONWebKey) any {
			return []jose.JSONWebKey{{Key: otherRSA().Public(), KeyID: "rsa"}, k[0]}
		}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := newOP(t, c.lies).client()
			if _, err := signIn(t, client, session.SignInRequest{}); !errors.Is(err, c.want) ||
				(err == nil) != (c.want == nil) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

func put2(name string, v any) func(map[string]any) {
	return func(h map[string]any) { h[name] = v }
}

func claimsOf(k jose.JSONWebKey) claims {
	return claims{
		"kty": "RSA", "kid": k.KeyID, "e": "AQAB", "n": base64.RawURLEncoding.EncodeToString(rsaKey().N.Bytes()),
	}
}

// One leeway holds for all times: just within it and just outside of it.
func TestLeeway(t *testing.T) {
	now := time.Now()
	minute, zero := time.Minute, time.Duration(0)
	within, beyond := 30*time.Second, 5*time.Minute
	for name, c := range map[string]struct {
		lie  func(claims)
		ask  *time.Duration // max_age
		want error
	}{
		"exp within":             {put("exp", now.Add(-within).Unix()), nil, nil},
		"exp beyond":             {put("exp", now.Add(-beyond).Unix()), nil, openid.ErrExpired},
		"exp before all time":    {put("exp", -1), nil, openid.ErrExpired},
		"exp after all time":     {put("exp", 1e300), nil, openid.ErrExpired},
		"iat within":             {put("iat", now.Add(within).Unix()), nil, nil},
		"iat beyond":             {put("iat", now.Add(beyond).Unix()), nil, openid.ErrIssuedAt},
		"iat with a fraction":    {put("iat", float64(now.UnixMilli())/1000), nil, nil},
		"nbf within":             {put("nbf", now.Add(within).Unix()), nil, nil},
		"nbf beyond":             {put("nbf", now.Add(beyond).Unix()), nil, openid.ErrNotBefore},
		"nbf that is a text":     {put("nbf", "now"), nil, openid.ErrNotBefore},
		"auth_time within":       {put("auth_time", now.Add(-minute-within).Unix()), &minute, nil},
		"auth_time beyond":       {put("auth_time", now.Add(-minute-beyond).Unix()), &minute, openid.ErrAuthTime},
		"auth_time for 0":        {put("auth_time", now.Add(-beyond).Unix()), &zero, openid.ErrAuthTime},
		"auth_time to come":      {put("auth_time", now.Add(beyond).Unix()), &minute, openid.ErrAuthTime},
		"auth_time not asked":    {put("auth_time", now.Add(-beyond).Unix()), nil, nil},
		"auth_time as a text":    {put("auth_time", "today"), &minute, openid.ErrAuthTime},
		"a sub of 2,000 letters": {put("sub", strings.Repeat("a", 2000)), nil, openid.ErrSubject},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := newOP(t, lies{idToken: c.lie}).client()
			if _, err := signIn(t, client, session.SignInRequest{MaxAge: c.ask}); !errors.Is(err, c.want) ||
				(err == nil) != (c.want == nil) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

// A refreshed token is about the same sign-in, or the session ends (OIDC Core §12.2).
func TestTheRefreshedTokensNonce(t *testing.T) {
	for name, c := range map[string]struct {
		nonce any // nil: as it was
		want  error
	}{"as it was": {nil, nil}, "of another sign-in": {"other", openid.ErrNonce}, "empty": {"", openid.ErrNonce}} {
		p, client, s := newSession(t, lies{})
		if c.nonce != nil {
			p.lies.idToken = put("nonce", c.nonce)
		}
		_, err := client.Refresh(t.Context(), s, keep)
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) ||
			err != nil && !errors.Is(err, session.ErrFalse) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// Which faults of a userinfo answer leave its claims out, and which end the sign-in.
func TestUserinfoThatIsNotUsed(t *testing.T) {
	jwt := func(p *op, signer func() (jose.SigningKey, string), c claims) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			p.lies.signer = signer
			w.Header().Set("Content-Type", "application/jwt")
			_, _ = w.Write([]byte(p.sign(c)))
		}
	}
	for name, c := range map[string]struct {
		serve func(*op) http.HandlerFunc
		want  error
	}{
		"signed by nobody": {
			func(p *op) http.HandlerFunc { return jwt(p, foreignRSA, claims{"sub": "ada", "name": "Eve"}) }, nil,
		},
		"signed by a secret": {
			func(p *op) http.HandlerFunc { return jwt(p, shared, claims{"sub": "ada", "name": "Eve"}) }, nil,
		},
		"signed, about somebody else": {
			func(p *op) http.HandlerFunc { return jwt(p, nil, claims{"sub": "eve", "name": "Eve"}) },
			openid.ErrUserinfoSubject,
		},
		"about several": {
			func(*op) http.HandlerFunc { return body("application/json", 200, `{"sub":["ada"],"name":"Eve"}`) }, nil,
		},
		"about ADA": {
			func(*op) http.HandlerFunc { return body("application/json", 200, `{"sub":"ADA","name":"Eve"}`) },
			openid.ErrUserinfoSubject,
		},
		"about nobody": {
			func(*op) http.HandlerFunc { return body("application/json", 200, `{"SUB":"ada","name":"Eve"}`) }, nil,
		},
		"about two": {func(*op) http.HandlerFunc {
			return body("application/json", 200, `{"sub":"ada","sub":"eve","name":"Eve"}`)
		}, nil},
		"that is forbidden": {
			func(*op) http.HandlerFunc { return body("application/json", 403, `{"sub":"ada","name":"Eve"}`) }, nil,
		},
		"of an expired access token": {
			func(*op) http.HandlerFunc { return body("application/json", 401, `{"error":"invalid_token"}`) }, nil,
		},
		"a JWT that is called JSON": {func(p *op) http.HandlerFunc {
			return body("application/json", 200, p.sign(claims{"sub": "ada", "name": "Eve"}))
		}, nil},
		"without end": {func(*op) http.HandlerFunc { return endless }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := newOP(t, lies{})
			p.lies.serve = at("/userinfo", c.serve(p))
			client, _ := p.client()
			s, err := signIn(t, client, session.SignInRequest{})
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			if err == nil && s.Profile.Name != "Ada" {
				t.Errorf("signed in as %q", s.Profile.Name)
			}
		})
	}
}
