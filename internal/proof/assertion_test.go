package proof_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/proof"
)

func ec(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func rsaKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0")
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func pemOf(t *testing.T, kind string, der []byte, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func pkcs8(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return pemOf(t, "PRIVATE KEY", der, err)
}

func sec1(t *testing.T, key *ecdsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalECPrivateKey(key)
	return pemOf(t, "EC PRIVATE KEY", der, err)
}

func certificate(t *testing.T, key crypto.Signer) (string, []byte) {
	t.Helper()
	c := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	return pemOf(t, "CERTIFICATE", der, err), der
}

func TestAnAssertionSaysWhoTheClientIs(t *testing.T) {
	private, rsaPrivate := ec(t, elliptic.P256()), rsaKey(t, 2048)
	own, der := certificate(t, private)
	stranger, _ := certificate(t, ec(t, elliptic.P256()))
	sum := sha256.Sum256(der)
	pkcs1 := pemOf(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaPrivate), nil)
	for _, c := range []struct {
		name, text string
		ask, alg   jose.SignatureAlgorithm
		kid, x5t   string
	}{
		{name: "PKCS #8", text: pkcs8(t, private), alg: jose.ES256},
		{
			name: "SEC 1 with its parameters", text: "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n" +
				"-----END EC PARAMETERS-----\n" + sec1(t, private), alg: jose.ES256, kid: "k1",
		},
		{
			name: "RSA, PKCS #8, a BOM, Windows' lines", text: "\xef\xbb\xbf" +
				strings.ReplaceAll(pkcs8(t, rsaPrivate), "\n", "\r\n"), alg: jose.RS256,
		},
		{name: "RSA, PKCS #1, by PS256", text: pkcs1, ask: jose.PS256, alg: jose.PS256},
		{
			name: "with its certificate among others", text: "Bag Attributes\n" + stranger + own + pkcs8(t, private),
			alg: jose.ES256, x5t: base64.RawURLEncoding.EncodeToString(sum[:]),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			key, err := proof.ParseKey([]byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			at := time.Unix(1_800_000_000, 0)
			a := proof.Assertion{
				ClientID: "latchkey", Audience: "https://id.example/", KeyID: c.kid, Algorithm: c.ask,
				Now: func() time.Time { return at },
			}
			text, err := a.Sign(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			header, claims := read(t, text, key, c.alg)
			if header.KeyID != c.kid || header.JSONWebKey != nil {
				t.Errorf("the header is %+v", header)
			}
			if got, _ := header.ExtraHeaders["x5t#S256"].(string); got != c.x5t {
				t.Errorf("x5t#S256 is %q, want %q", got, c.x5t)
			}
			if claims["iss"] != "latchkey" || claims["sub"] != "latchkey" || claims["aud"] != "https://id.example/" ||
				claims["iat"] != 1.8e9 || claims["exp"] != 1.8e9+60 || len(claims["jti"].(string)) < 16 {
				t.Errorf("the claims are %v", claims)
			}
			if !key.Blob().IsZero() || key.Place() != proof.File {
				t.Errorf("the file's key has a blob, or is in %s", key.Place())
			}
		})
	}
}

// The key of the account, in hardware or in software, can say who the client is, too.
func TestAnAssertionByTheAccountsKey(t *testing.T) {
	key := software(t)
	text, err := proof.Assertion{ClientID: "c", Audience: "a"}.Sign(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	if header, _ := read(t, text, key, jose.ES256); header.ExtraHeaders["typ"] != "JWT" {
		t.Errorf("%+v", header)
	}
	for _, a := range []proof.Assertion{{}, {ClientID: "c"}, {Audience: "a"}} {
		if _, err := a.Sign(t.Context(), key); !errors.Is(err, proof.ErrAssertion) {
			t.Errorf("%+v: %v", a, err)
		}
	}
	for _, alg := range []jose.SignatureAlgorithm{jose.RS256, jose.HS256, jose.ES384, "none"} {
		if _, err := (proof.Assertion{ClientID: "c", Audience: "a", Algorithm: alg}).Sign(t.Context(),
			key); !errors.Is(err, proof.ErrAlgorithm) {
			t.Errorf("%s: %v", alg, err)
		}
	}
}

func TestKeyFilesThatCannotBeUsedSayWhy(t *testing.T) {
	private := ec(t, elliptic.P256())
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert, _ := certificate(t, private)
	public, err := x509.MarshalPKIXPublicKey(private.Public())
	publicPEM := pemOf(t, "PUBLIC KEY", public, err)
	for name, c := range map[string]struct{ text, says string }{
		"empty":         {"", "no private key"},
		"no PEM":        {"hello", "no private key"},
		"a JWK":         {`{"kty":"EC"}`, "no private key"},
		"public":        {publicPEM, "no private key"},
		"a certificate": {cert, "no private key"},
		"two keys":      {pkcs8(t, private) + pkcs8(t, ec(t, elliptic.P256())), "several private keys"},
		"encrypted":     {pemOf(t, "ENCRYPTED PRIVATE KEY", []byte{1}, nil), "decrypt it with openssl"},
		"encrypted, older": {
			"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n" +
				"-----END RSA PRIVATE KEY-----\n", "decrypt it with openssl",
		},
		"damaged":           {pemOf(t, "PRIVATE KEY", []byte("s3cr3t"), nil), "cannot be read"},
		"P-384":             {pkcs8(t, ec(t, elliptic.P384())), "P-384"},
		"Ed25519":           {pkcs8(t, ed), "neither EC P-256 nor RSA"},
		"RSA of 1,024 bits": {pkcs8(t, rsaKey(t, 1024)), "1024"},
	} {
		_, err := proof.ParseKey([]byte(c.text))
		if !errors.Is(err, proof.ErrKeyFile) || !strings.Contains(err.Error(), c.says) ||
			strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add([]byte("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if key, err := proof.ParseKey(text); (err == nil) != (key != nil) ||
			err != nil && !errors.Is(err, proof.ErrKeyFile) {
			t.Fatalf("%v", err)
		}
	})
}
