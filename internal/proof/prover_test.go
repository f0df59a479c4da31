package proof_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/proof"
	"app.latchkey/internal/secret"
)

func software(t testing.TB) *proof.Key {
	t.Helper()
	key, err := proof.NewSoftware()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// read takes a signed text apart as a server does: the header, and the claims under a
// signature that the key verifies.
func read(t *testing.T, text string, key *proof.Key, algs ...jose.SignatureAlgorithm) (jose.Header, map[string]any) {
	t.Helper()
	signed, err := jose.ParseSignedCompact(text, algs)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := signed.Verify(key.JWK())
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	return signed.Signatures[0].Protected, claims
}

func TestAProofSaysWhatRFC9449Wants(t *testing.T) {
	key := software(t)
	at := time.Unix(1_800_000_000, 999)
	p := &proof.Prover{Key: key, Now: func() time.Time { return at }}
	text, err := p.Proof(t.Context(), "POST", "https://id.example/token?a=b#c", secret.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	header, claims := read(t, text, key, jose.ES256)
	if header.ExtraHeaders["typ"] != "dpop+jwt" || header.Algorithm != "ES256" || header.KeyID != "" {
		t.Errorf("the header is %+v", header)
	}
	public, err := header.JSONWebKey.Thumbprint(5)
	if err != nil || !header.JSONWebKey.IsPublic() || base64.RawURLEncoding.EncodeToString(public) != key.Thumbprint() {
		t.Errorf("the key in the header is not the public one (%v)", err)
	}
	id, _ := claims["jti"].(string)
	if raw, err := base64.RawURLEncoding.DecodeString(id); err != nil || len(raw) < 12 {
		t.Errorf("jti %q has fewer than 96 bits", id)
	}
	delete(claims, "jti")
	if got := fmt.Sprint(claims); got != "map[htm:POST htu:https://id.example/token iat:1.8e+09]" {
		t.Errorf("the claims are %s", got)
	}
	again, err := p.Proof(t.Context(), "POST", "https://id.example/token", secret.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	if _, second := read(t, again, key, jose.ES256); second["jti"] == id {
		t.Error("two proofs have one jti")
	}
}

func TestAProofToAnAPINamesTheToken(t *testing.T) {
	key := software(t)
	text, err := (&proof.Prover{Key: key}).Proof(t.Context(), "", "https://api.example", secret.New("token"))
	if err != nil {
		t.Fatal(err)
	}
	_, claims := read(t, text, key, jose.ES256)
	sum := sha256.Sum256([]byte("token"))
	if claims["ath"] != base64.RawURLEncoding.EncodeToString(sum[:]) || claims["htm"] != "GET" ||
		claims["htu"] != "https://api.example/" {
		t.Errorf("the claims are %v", claims)
	}
	if iat, _ := claims["iat"].(float64); time.Since(time.Unix(int64(iat), 0)) > time.Minute {
		t.Errorf("iat is %v", claims["iat"])
	}
	if strings.Contains(text, base64.RawURLEncoding.EncodeToString([]byte("token"))) {
		t.Error("the token itself is in the proof")
	}
}

func TestTheAddressIsNamedAsTheServerSeesIt(t *testing.T) {
	key := software(t)
	for address, want := range map[string]string{
		"HTTPS://API.Example:443/A/b":          "https://api.example/A/b",
		"http://127.0.0.1:80/x":                "http://127.0.0.1/x",
		"http://[::1]:8080/x":                  "http://[::1]:8080/x",
		"https://api.example:8443":             "https://api.example:8443/",
		"https://api.example:/x":               "https://api.example/x",
		"https://api.example?q=1":              "https://api.example/",
		"https://u:pw@api.example/x#f":         "https://api.example/x",
		"https://api.example/a%2fb/%c3%bc?x=%": "https://api.example/a%2fb/%c3%bc",
		"https://api.example/ü":                "https://api.example/%C3%BC",
		"https://api.example/a/../b//c/":       "https://api.example/a/../b//c/",
		"https://api.example:80/x":             "https://api.example:80/x",
	} {
		text, err := (&proof.Prover{Key: key}).Proof(t.Context(), "GET", address, secret.Secret{})
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if _, claims := read(t, text, key, jose.ES256); claims["htu"] != want {
			t.Errorf("%s: htu is %v", address, claims["htu"])
		}
		req, err := http.NewRequestWithContext(t.Context(), "GET", address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if sent := max(req.URL.EscapedPath(), "/"); !strings.HasSuffix(want, sent) {
			t.Errorf("%s: net/http sends the path %s", address, sent)
		}
	}
}

func TestWhatNoProofCanName(t *testing.T) {
	p := &proof.Prover{Key: software(t)}
	for _, address := range []string{
		"", "/token", "ftp://a.example", "https:///x", "https://bücher.example/?secret", "https://a b.example",
		"https://a.example/%zz?secret",
	} {
		if _, err := p.Proof(t.Context(), "GET", address, secret.Secret{}); !errors.Is(err, proof.ErrAddress) ||
			strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", address, err)
		}
		if p.Learn(proof.Resource, address, http.Header{"Dpop-Nonce": {"n"}}) {
			t.Errorf("%s: a nonce is learnt", address)
		}
	}
	for _, method := range []string{"G ET", "GET\r\nX: y", "GÉT"} {
		if _, err := p.Proof(t.Context(), method, "https://a.example", secret.Secret{}); !errors.Is(err,
			proof.ErrMethod) {
			t.Errorf("%q: %v", method, err)
		}
	}
}

// story is one prover and its requests to servers.
type story struct {
	*testing.T
	*proof.Prover
}

func (s story) nonce(address, token string) any {
	s.Helper()
	text, err := s.Proof(s.Context(), "GET", address, secret.New(token))
	if err != nil {
		s.Fatal(err)
	}
	_, claims := read(s.T, text, s.Key, jose.ES256)
	return claims["nonce"]
}

func (s story) learn(server proof.Server, address string, values ...string) bool {
	h := http.Header{}
	for _, v := range values {
		h.Add("DPoP-Nonce", v)
	}
	return s.Learn(server, address, h)
}

func TestEachServerHasItsOwnNonce(t *testing.T) {
	s := story{t, &proof.Prover{Key: software(t), Nonces: &proof.Nonces{}}}
	if got := s.nonce("https://id.example/token", ""); got != nil {
		t.Errorf("the first proof has the nonce %v", got)
	}
	if !s.learn(proof.Authorization, "https://id.example/token", "as-1") ||
		s.learn(proof.Authorization, "https://ID.example:443/par?x", "as-1") {
		t.Error("Learn does not say that the nonce has changed, or says so twice")
	}
	s.learn(proof.Resource, "https://id.example/userinfo", "rs-1")
	s.learn(proof.Resource, "https://api.example/", "api-1")
	for _, c := range []struct {
		address, token string
		want           any
	}{
		{"https://id.example/token", "", "as-1"}, {"https://id.example/userinfo", "t", "rs-1"},
		{"https://api.example/x?y", "t", "api-1"},
		{"https://api.example:8443/", "t", nil}, {"http://api.example/", "t", nil}, {"https://api.example/", "", nil},
		{"https://other.example/", "t", nil},
	} {
		if got := s.nonce(c.address, c.token); got != c.want {
			t.Errorf("%s with token %q: nonce %v, want %v", c.address, c.token, got, c.want)
		}
	}
	if !s.learn(proof.Resource, "https://api.example", "api-2") || s.nonce("https://api.example/x", "t") != "api-2" {
		t.Error("the newer nonce does not count")
	}
}

func TestWhatIsNoNonceIsNotTaken(t *testing.T) {
	s := story{t, &proof.Prover{Key: software(t), Nonces: &proof.Nonces{}}}
	s.learn(proof.Resource, "https://api.example", "good")
	for _, bad := range [][]string{
		{}, {""}, {"a b"}, {`a"b`}, {`a\b`}, {"ü"}, {"a\x7f"}, {"a\x00"}, {strings.Repeat("n", 1025)}, {"one", "two"},
	} {
		if s.learn(proof.Resource, "https://api.example", bad...) {
			t.Errorf("%.20q is taken", bad)
		}
	}
	if got := s.nonce("https://api.example", "t"); got != "good" {
		t.Errorf("the nonce is %v", got)
	}
	if (story{t, &proof.Prover{Key: s.Key}}).learn(proof.Resource, "https://api.example", "n") {
		t.Error("a prover without Nonces learns one")
	}
}

// Nonces of an API with very many hosts take a bounded amount of memory, and the nonce of the server that was used last
// is forgotten last.
func TestNoncesAreBounded(t *testing.T) {
	s := story{t, &proof.Prover{Key: software(t), Nonces: &proof.Nonces{}}}
	s.learn(proof.Authorization, "https://id.example", "kept")
	for i := range 200 {
		s.learn(proof.Resource, fmt.Sprintf("https://%d.example", i), "n")
		if i%50 == 0 && s.nonce("https://id.example", "") != "kept" {
			t.Fatal("the nonce in use is forgotten")
		}
	}
	kept := 0
	for i := range 200 {
		if s.nonce(fmt.Sprintf("https://%d.example", i), "t") != nil {
			kept++
		}
	}
	if kept != 63 {
		t.Errorf("%d servers' nonces are kept", kept)
	}
}

func TestAStoppedContextStopsHardwareAlone(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := (&proof.Prover{Key: software(t)}).Proof(ctx, "GET", "https://a.example", secret.Secret{}); err != nil {
		t.Errorf("in software: %v", err)
	}
	slow, err := proof.New(&stuck{software(t), make(chan struct{})}, proof.TPM, secret.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (&proof.Prover{Key: slow}).Proof(ctx, "GET", "https://a.example", secret.Secret{}); !errors.Is(err,
		context.Canceled) || !errors.Is(err, proof.ErrSign) {
		t.Errorf("hardware that hangs: %v", err)
	}
	if err := slow.Close(); err != nil {
		t.Error(err)
	}
}

func TestSoftwareKeysComeBackFromTheirBlobs(t *testing.T) {
	key := software(t)
	again, err := proof.OpenSoftware(key.Blob())
	if err != nil || again.Thumbprint() != key.Thumbprint() || again.Place() != proof.Software {
		t.Fatalf("%v", err)
	}
	for _, verb := range []string{"%v", "%+v", "%s", "%#v"} {
		if text := fmt.Sprintf(verb, key.Blob()); !strings.Contains(text, "redacted") {
			t.Errorf("%s prints the key", verb)
		}
	}
	_, der, err := proof.ReadBlob(key.Blob())
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		"", "software", "software:", "software:!", "file:AAAA", "cellar:AAAA", "tpm:AAAA", "software:AAAA",
		key.Blob().Reveal()[:60],
	} {
		if _, err := proof.OpenSoftware(secret.New(bad)); !errors.Is(err, proof.ErrBlob) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := proof.OpenSoftware(proof.Blob(proof.TPM, slices.Clone(der))); !errors.Is(err, proof.ErrBlob) {
		t.Errorf("a TPM's blob opens in software: %v", err)
	}
}
