package openid_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

var update = flag.Bool("update", false, "write docs/conformance.md anew")

// wanted are the modules that the table must have, by plan. The test fails when a row is removed.
var wanted = map[string]string{
	"Basic": `oidcc-client-test -invalid-iss -missing-sub -invalid-aud -missing-iat -kid-absent-single-jwks
		-kid-absent-multiple-jwks
		-idtoken-sig-rs256 -idtoken-sig-none -invalid-sig-rs256 -userinfo-invalid-sub -nonce-invalid
		-scope-userinfo-claims -client-secret-basic`,
	"Config": `-discovery-openid-config -discovery-jwks-uri-keys -discovery-issuer-mismatch -idtoken-sig-none
		-signing-key-rotation
		-signing-key-rotation-just-before-signing`,
	"Refresh": `-refresh-token -refresh-token-invalid-issuer -refresh-token-invalid-sub ` +
		`-refresh-token-invalid-aud -refresh-token-invalid-azp`,
	"RP-initiated logout": `-rp-init-logout -rp-init-logout-other-state -rp-init-logout-no-state`,
	"Others": `-missing-aud -invalid-sig-hs256 -invalid-sig-es256 -invalid-athash -userinfo-bearer-header
		-userinfo-signed
		-aggregated-claims -distributed-claims -ignores-unparseable-key-in-jwks`,
	"FAPI client": `fapi-client-test-invalid-authorization-response-iss
		fapi-client-test-remove-authorization-response-iss fapi-client-test-invalid-state
		fapi-client-test-missing-state fapi-client-test-invalid-secondary-aud fapi-client-test-valid-aud-as-array
		fapi-client-test-token-type-case-insensitivity fapi-client-test-no-expires-in`,
	"Latchkey's own": `token-answer-without-token-type token-answer-of-another-type null-is-absent lifetime-not-told
		refresh-refusals
		refresh-person-needed refresh-answer-lost refresh-way-proven code-redeemed-again refused-sign-in-revokes
		offline-access-needs-consent prompt-refused project-audiences`,
	"FAPI 2.0 client": `pushed-request pushed-request-demanded pushed-request-refused dpop-bound-tokens dpop-nonce
		dpop-jkt
		dpop-no-bearer
		dpop-proof-to-its-origin private-key-jwt answer-names-issuer pkce-s256 no-plain-http`,
}

func TestConformanceIsWhole(t *testing.T) {
	have := map[string]bool{}
	for _, m := range modules {
		if have[m.plan+" "+m.name] {
			t.Errorf("%s stands twice in %s", m.name, m.plan)
		}
		have[m.plan+" "+m.name] = true
	}
	for plan, names := range wanted {
		for _, name := range strings.Fields(names) {
			if strings.HasPrefix(name, "-") {
				name = "oidcc-client-test" + name
			}
			if !have[plan+" "+name] {
				t.Errorf("%s: %s has no row", plan, name)
			}
		}
	}
}

// TestConformance runs the table.
func TestConformance(t *testing.T) {
	for _, m := range modules {
		t.Run(m.name, func(t *testing.T) {
			if m.test != nil {
				m.test(t, m)
				return
			}
			m.signIn(t)
		})
	}
}

func (m module) signIn(t *testing.T) {
	p := newOP(t, m.lies)
	change := m.change
	if change == nil {
		change = func(*provider.Provider) {}
	}
	c, r := p.client(change)
	s, err := signIn(t, c, session.SignInRequest{})
	if !errors.Is(err, m.want) || (err == nil) != (m.want == nil) {
		t.Fatalf("%v, want %v", err, m.want)
	}
	if err == nil && (s.Key.Subject != "ada" || !s.IDTokenVerified) {
		t.Errorf("signed in as %+v", s.Key)
	}
	if errors.Is(m.want, openid.ErrAnswerIssuer) || errors.Is(m.want, openid.ErrAnswerNoIss) {
		if n := p.count("POST /token"); n != 0 {
			t.Error("the code was redeemed at a provider that did not name itself")
		}
	}
	if !errors.Is(m.want, openid.ErrDiscoveryIssuer) && !errors.Is(m.want, openid.ErrMember) &&
		!errors.Is(m.want, openid.ErrDiscoveryTemplate) {
		if ok := <-r.finished; ok != (err == nil) {
			t.Errorf("the browser was told %v", ok)
		}
	}
}

// notCovered is the text about the modules that the table leaves out.
const notCovered = `
## Not covered

| Of the foundation's plans | Why not |
|---|---|
| Implicit and hybrid flows, with invalid-chash, missing-athash and nonce-unless-code-flow | ` +
	`Latchkey has the code flow alone; at_hash is checked when it is there, and a code flow's ID token has no c_hash |
| Form post response mode | a loopback address takes GET alone, so that a page's form cannot answer |
| Dynamic registration and WebFinger | the client and the issuer are settings |
| Request objects (request, request_uri) | not sent |
| Encrypted ID tokens and userinfo | not supported: refused as malformed, and left out |
| userinfo-bearer-body | the token goes in the header alone (RFC 6750 §2.1) |
| Client authentication by mutual TLS, and client_secret_jwt | ` +
	`not supported; none, client_secret_basic and client_secret_post are tested under client-secret-basic, ` +
	`private_key_jwt stands above |
| Third-party initiated login | nothing from outside may begin a sign-in |
| Front- and back-channel logout, session management | a desktop app has no address that a provider could call |
| FAPI beyond the rows above: JARM, signed requests (Message Signing) | not supported |

The device grant (RFC 8628) has no plan of the foundation's: its tests are in ` + "`internal/openid/device_test.go`" +
	`. A certified
provider, npm's oidc-provider, is signed in to over http and https in ` + "`internal/openid/real_test.go`" + `.
`

// TestConformanceDocument compares docs/conformance.md with the table.
func TestConformanceDocument(t *testing.T) {
	var out bytes.Buffer
	out.WriteString("# Conformance\n\n" +
		"The OpenID Foundation's relying-party test modules, as Latchkey's own tests play them: a provider on " +
		"loopback\n" +
		"does what the module's does, and the outcome is held against what the module expects. The foundation's own " +
		"suite\n" +
		"was not run, and Latchkey is not certified. `go test ./internal/openid -run TestConformance -v` runs them; " +
		"each module\n" +
		"is a subtest of its name, so a row without a test cannot stand here (the plan \"Latchkey's own\" is what " +
		"the foundation has no module for). `make mutants` switches off each check in turn and\n" +
		"demands that a test turns red.\n" +
		"This page is made of the table in `internal/openid/conformance_test.go`, and a test holds the two " +
		"together.\n\n" +
		"| Plan | Module | Outcome | Note |\n|---|---|---|---|\n")
	for _, m := range modules {
		outcome := "signs in"
		switch {
		case strings.Contains(m.note, "refused on purpose"):
			outcome = "skipped"
		case m.want != nil:
			outcome = "refused: " + strings.TrimPrefix(m.want.Error(), "openid: ")
		case m.test != nil:
			outcome = "holds"
		}
		fmt.Fprintf(&out, "| %s | %s | %s | %s |\n", m.plan, m.name, outcome, m.note)
	}
	out.WriteString(notCovered)
	const path = "../../docs/conformance.md"
	if *update {
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, out.Bytes()) {
		t.Errorf("docs/conformance.md is not what the table says (%v): go test ./internal/openid -run Document -update",
			err)
	}
}

func refreshing(t *testing.T, m module) {
	tokens := 0
	m.lies.idToken = func(c claims) {
		if tokens++; tokens > 1 && m.refreshed != nil {
			m.refreshed(c)
		}
	}
	p := newOP(t, m.lies)
	change := m.change
	if change == nil {
		change = func(*provider.Provider) {}
	}
	c, _ := p.client(change)
	s, err := signIn(t, c, session.SignInRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var kept session.Session
	next, err := c.Refresh(t.Context(), s, func(_ context.Context, k session.Session) error { kept = k; return nil })
	if !errors.Is(err, m.want) || (err == nil) != (m.want == nil) {
		t.Fatalf("%v, want %v", err, m.want)
	}
	if kept.Tokens.Refresh.Reveal() != "RT2" || kept.Tokens.Access.Reveal() != "AT1" {
		t.Error("kept before verification: the rotated refresh token, with the old access token")
	}
	if err != nil {
		if !errors.Is(err, session.ErrEnded) || !errors.Is(err, session.ErrFalse) {
			t.Errorf("%v does not end the session", err)
		}
		return
	}
	if next.Tokens.Access.Reveal() != "AT2" || next.Tokens.Refresh.Reveal() != "RT2" ||
		!next.AuthTime.Equal(s.AuthTime) {
		t.Error("not the new tokens, or another auth_time")
	}
}

func testUserinfoClaims(t *testing.T, _ module) {
	c, _ := newOP(t, lies{}).client()
	s, err := signIn(t, c, session.SignInRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if p := s.Profile; p.Name != "Ada Lovelace" || p.Email != "ada@acme.example" || !p.EmailVerified ||
		p.Picture == "" {
		t.Errorf("%+v", p)
	}
}

func testClientSecretBasic(t *testing.T, _ module) {
	for name, c := range map[string]struct {
		secret  string
		methods any
		basic   bool
	}{
		"no secret, basic announced": {"", []string{"client_secret_basic"}, false},
		"secret, nothing announced":  {"s:e/c r&t", nil, true},
		"secret, post announced":     {"s:e/c r&t", []string{"client_secret_post"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := newOP(t, lies{discovery: put("token_endpoint_auth_methods_supported", c.methods)})
			client, _ := p.client(func(conf *provider.Provider) {
				conf.ClientID, conf.ClientSecret = "desk", secret.New(c.secret)
			})
			if _, err := signIn(t, client, session.SignInRequest{}); err != nil {
				t.Fatal(err)
			}
			want := ""
			if c.basic {
				// RFC 6749 §2.3.1: form-encoded, then base64.
				want = "Basic " + base64.StdEncoding.EncodeToString([]byte("desk:"+url.QueryEscape(c.secret)))
			}
			if p.auth[0] != want {
				t.Errorf("Authorization %q, want %q", p.auth[0], want)
			}
			if got := p.forms[0].Get("client_secret"); (got == c.secret) == c.basic && c.secret != "" {
				t.Errorf("client_secret in the body: %q", got)
			}
			if !c.basic && p.forms[0].Get("client_id") != "desk" {
				t.Error("no client_id in the body")
			}
			if n := p.count("POST /token"); n != 1 {
				t.Errorf("the code was sent %d times", n)
			}
		})
	}
}

func testKeysAreFetched(t *testing.T, _ module) {
	p := newOP(t, lies{})
	c, _ := p.client()
	if _, err := signIn(t, c, session.SignInRequest{}); err != nil {
		t.Fatal(err)
	}
	if n := p.count("GET /jwks"); n != 1 {
		t.Errorf("the keys were fetched %d times", n)
	}
}

func testKeyRotation(t *testing.T, _ module) {
	p := newOP(t, lies{})
	c, _ := p.client()
	if _, err := signIn(t, c, session.SignInRequest{}); err != nil {
		t.Fatal(err)
	}
	p.lies.signer = func() (jose.SigningKey, string) {
		return jose.SigningKey{Algorithm: jose.RS256, Key: otherRSA()}, "new"
	}
	p.lies.keys = func([]jose.JSONWebKey) any {
		return []jose.JSONWebKey{{Key: &otherRSA().PublicKey, KeyID: "new", Use: "sig", Algorithm: "RS256"}}
	}
	if _, err := signIn(t, c, session.SignInRequest{}); err != nil {
		t.Errorf("after the rotation: %v", err)
	}
}

// The keys were rotated after they were fetched ahead and before the token was signed.
func testKeyRotationJustBefore(t *testing.T, _ module) {
	n := 0
	p := newOP(t, lies{
		signer: func() (jose.SigningKey, string) {
			return jose.SigningKey{Algorithm: jose.RS256, Key: otherRSA()}, "rsa"
		},
		keys: func(k []jose.JSONWebKey) any {
			if n++; n == 1 {
				return k
			}
			return []jose.JSONWebKey{{Key: &otherRSA().PublicKey, KeyID: "rsa", Use: "sig", Algorithm: "RS256"}}
		},
	})
	c, _ := p.client()
	if _, err := signIn(t, c, session.SignInRequest{}); err != nil {
		t.Error(err)
	}
}

func testSignedUserinfo(t *testing.T, _ module) {
	for name, c := range map[string]struct {
		claims claims
		used   bool
	}{
		"sound":             {claims{"sub": "ada", "name": "Signed", "aud": "desk"}, true},
		"for another app":   {claims{"sub": "ada", "name": "Signed", "aud": "other"}, false},
		"of another issuer": {claims{"sub": "ada", "name": "Signed", "iss": "https://evil.example"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := newOP(t, lies{})
			p.lies.serve = map[string]http.HandlerFunc{"/userinfo": func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/jwt; charset=utf-8")
				_, _ = w.Write([]byte(p.sign(c.claims)))
			}}
			client, _ := p.client()
			s, err := signIn(t, client, session.SignInRequest{})
			if err != nil {
				t.Fatal(err)
			}
			if (s.Profile.Name == "Signed") != c.used {
				t.Errorf("name %q", s.Profile.Name)
			}
		})
	}
}
