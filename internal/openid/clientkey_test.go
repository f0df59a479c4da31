package openid_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/proof"
	"app.latchkey/internal/proof/hardware"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// keyOf is a private key in PEM.
func keyOf(t *testing.T, key any) secret.Secret {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return secret.New(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
}

// The client names itself by an assertion of its own at every endpoint that it posts to, and by nothing else.
func TestAClientWithAKey(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	software, err := proof.NewSoftware()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		key      secret.Secret
		public   any
		audience string
		lists    []string
		alg      jose.SignatureAlgorithm
	}{
		"EC": {keyOf(t, ec), &ec.PublicKey, "issuer", nil, jose.ES256},
		"RSA": {
			keyOf(t, rsaKey()), &rsaKey().PublicKey, "token_endpoint", []string{"RS256", "PS256"}, jose.RS256,
		},
		"RSA-PSS": {
			keyOf(t, rsaKey()), &rsaKey().PublicKey, "issuer", []string{"ES256", "PS256"}, jose.PS256,
		},
		"as the vault has it": {software.Blob(), software.JWK().Key, "issuer", nil, jose.ES256},
	} {
		t.Run(name, func(t *testing.T) {
			p := newOP(t, pushing(lies{discovery: func(m claims) {
				if c.lists != nil {
					m["token_endpoint_auth_signing_alg_values_supported"] = c.lists
				}
			}}))
			p.keys = hardware.Maker{Want: hardware.SoftwareOnly}
			client, _ := p.client(func(x *provider.Provider) {
				x.ClientKey, x.ClientKeyID, x.ClientAssertionAudience, x.PAR = c.key, "desk-1", c.audience, "auto"
			})
			s, err := signIn(t, client, session.SignInRequest{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := client.Refresh(t.Context(), s, keep); err != nil {
				t.Fatal(err)
			}
			revocation := session.Revocation{Key: s.Key, ClientID: "desk", Refresh: s.Tokens.Refresh}
			if _, err := client.Revoke(t.Context(), revocation); err != nil {
				t.Fatal(err)
			}
			want := p.site.URL
			if c.audience == "token_endpoint" {
				want += "/token"
			}
			p.held(c.public, c.alg, want)
		})
	}
}

// held checks that each request had one assertion, and each assertion an ID of its own.
func (p *op) held(public any, alg jose.SignatureAlgorithm, audience string) {
	p.t.Helper()
	var ids []string
	for i, form := range p.forms {
		signed, err := jose.ParseSignedCompact(form.Get("client_assertion"), []jose.SignatureAlgorithm{alg})
		if err != nil {
			p.t.Fatalf("form %d: %v", i, err)
		}
		payload, err := signed.Verify(public)
		if err != nil {
			p.t.Fatal(err)
		}
		var c struct {
			Issuer   string `json:"iss"`
			Subject  string `json:"sub"`
			Audience string `json:"aud"`
			ID       string `json:"jti"`
			Expires  int64  `json:"exp"`
		}
		if err := json.Unmarshal(payload, &c); err != nil {
			p.t.Fatal(err)
		}
		if c.Issuer != "desk" || c.Subject != "desk" || c.Audience != audience || slices.Contains(ids, c.ID) ||
			time.Until(time.Unix(c.Expires, 0)) > 2*time.Minute || signed.Signatures[0].Header.KeyID != "desk-1" {
			p.t.Errorf("form %d: %s", i, payload)
		}
		if form.Get("client_id") != "desk" || form.Has("client_secret") || p.auth[i] != "" ||
			form.Get("client_assertion_type") != proof.AssertionType {
			p.t.Errorf("form %d: %v, Authorization %q", i, form, p.auth[i])
		}
		ids = append(ids, c.ID)
	}
	if len(ids) != 4 { // the pushed request, the code, the refresh token, the revocation
		p.t.Errorf("%d forms", len(ids))
	}
}

func TestAClientKeyThatCannotBeUsed(t *testing.T) {
	for name, key := range map[string]string{
		"no key": "hello", "a certificate alone": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
		"broken": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "a foreign chip's": "platform:AAAA",
	} {
		conf := provider.Provider{Issuer: "https://id.example", ClientID: "desk", ClientKey: secret.New(key)}
		_, err := openid.New(conf, openid.Options{Keys: hardware.Maker{}})
		if !errors.Is(err, proof.ErrKeyFile) && !errors.Is(err, proof.ErrForeignKey) ||
			!strings.Contains(err.Error(), "client_key_file") || strings.Contains(err.Error(), "AAAA") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The refresh token of a client that authenticates is bound to the client, not to the session's key.
func TestARenewalOfAClientWithAKey(t *testing.T) {
	b := newBound(t, lies{token: put("token_type", "Bearer"), serve: plainUserinfo()})
	client := b.bind("auto", func(p *provider.Provider) { p.ClientKey = keyOf(t, ecKey()) })
	s, err := signIn(t, client, session.SignInRequest{})
	if err != nil || !s.ProofKey.IsZero() {
		t.Errorf("%v", err)
	}
}
