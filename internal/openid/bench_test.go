package openid

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/provider"
)

// given hands back a payload: what go-oidc does by itself is then all that is measured.
type given []byte

func (g given) VerifySignature(context.Context, string) ([]byte, error) { return g, nil }

// BenchmarkIDToken verifies an ID token by keys that were fetched before: the whole, our key set's part of it
// (signature), and the part that go-oidc does by itself. Its parsing of the token is done once more by our key set
// (docs/decisions/0002-verification.md).
func BenchmarkIDToken(b *testing.B) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	const issuer, client = "https://id.acme.example", "desk"
	now := time.Now()
	claims, err := json.Marshal(map[string]any{
		"iss": issuer, "sub": "ada", "aud": client, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "nonce": "n",
		"name": "Ada Lovelace", "email": "ada@acme.example", "email_verified": true,
		"roles": []string{"engineer", "administrator", "reviewer"},
	})
	if err != nil {
		b.Fatal(err)
	}
	c, err := New(provider.Provider{Issuer: issuer, ClientID: client}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	for _, k := range []struct {
		alg jose.SignatureAlgorithm
		key crypto.Signer
	}{{jose.RS256, rsaKey}, {jose.ES256, ecKey}, {jose.EdDSA, edKey}} {
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: k.alg, Key: k.key}, nil)
		if err != nil {
			b.Fatal(err)
		}
		signed, err := signer.Sign(claims)
		if err != nil {
			b.Fatal(err)
		}
		raw, err := signed.CompactSerialize()
		if err != nil {
			b.Fatal(err)
		}
		c.keys = &keySet{c: c}
		c.keys.keys = []jose.JSONWebKey{{Key: k.key.Public(), Use: "sig"}}
		alone := oidc.NewVerifier(issuer, given(claims), &oidc.Config{
			SupportedSigningAlgs: algorithmNames(), SkipExpiryCheck: true, SkipClientIDCheck: true,
		})
		for _, step := range []struct {
			name string
			f    func(context.Context) error
		}{
			{"whole", func(ctx context.Context) error {
				_, err := c.verifyIDToken(ctx, raw, expected{nonce: "n"})
				return err
			}},
			{"signature", func(ctx context.Context) error {
				_, err := c.keys.verifySignature(ctx, raw)
				return err
			}},
			{"go-oidc", func(ctx context.Context) error { _, err := alone.Verify(ctx, raw); return err }},
		} {
			b.Run(step.name+"/alg="+string(k.alg), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := step.f(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
