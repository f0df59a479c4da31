// Package idp is a small OpenID provider for the tests of sessions: it rotates refresh tokens, allows a grace period
// for the previous one, ends a family whose token is used again, can answer late, and lists every secret that it has
// sent or received. It signs in the person whom login_hint names, without a page.
//
// Beyond PKCE it checks no request. Package demoidp and the certified provider of test/provider do.
package idp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Config describes a provider.
type Config struct {
	Lifetime  time.Duration // of access tokens, whole seconds; none is given when zero
	Grace     time.Duration // for which a refresh token works on after its rotation
	NoRefresh bool          // no refresh token is given
	Delay     time.Duration // between what a token request does and its answer
	// Answer, when set, may answer the n-th refresh, counted from 1, in place of the
	// provider: spend does what the provider does with it and returns its answer, which
	// may then be lost. It reports whether it has answered.
	Answer func(n int, w http.ResponseWriter, spend func() []byte) bool
	// OnRequest, when set, is told of each request to the token, revocation and
	// userinfo endpoints before it is answered.
	OnRequest func(path string)
	// Now is the provider's clock; time.Now when nil.
	Now func() time.Time
}

// ClientID is the one client, a native app without a secret.
const ClientID = "desk"

// Provider is a running provider. It ends with the test.
type Provider struct {
	Issuer string
	conf   Config
	key    *ecdsa.PrivateKey

	mu       sync.Mutex
	codes    map[string]*login
	refresh  map[string]*family // every refresh token ever given, by token
	access   map[string]*family
	devices  map[string]*login // by device code
	families []*family
	secrets  []Secret
	count    int // of refreshes
	asked    int // refresh requests, whatever the answer
	reused   int // spent tokens that were used again after the grace period
	early    int // refreshes that came before they were due
	person   map[string]any
	refusal  string
	outage   bool
}

// login is one sign-in, from the request to the tokens.
type login struct {
	nonce, challenge, redirect string
	claims                     map[string]any
	userCode                   string
	approved                   bool
	at                         time.Time
}

// family is one grant with all its refresh tokens.
type family struct {
	nonce   string
	claims  map[string]any
	at      time.Time
	current string
	rotated map[string]time.Time // when a token was replaced
	ended   bool
	due     time.Time // of the current access token; zero when it has no lifetime
	expiry  time.Time // of the current access token; zero when it has no lifetime
}

// Secret is a text that must not be found anywhere, except encrypted in a vault.
type Secret struct{ Kind, Text string }

// Start starts a provider on loopback.
func Start(t testing.TB, c Config) *Provider {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{
		conf: c, key: key, codes: map[string]*login{}, refresh: map[string]*family{},
		access: map[string]*family{}, devices: map[string]*login{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", p.userinfo)
	mux.HandleFunc("POST /revoke", p.revoke)
	mux.HandleFunc("POST /device", p.device)
	mux.HandleFunc("POST /end", p.endSession)
	server := httptest.NewUnstartedServer(p.working(mux))
	p.Issuer = "http://" + server.Listener.Addr().String()
	server.Start()
	t.Cleanup(server.Close)
	return p
}

// Secrets are all codes, verifiers and tokens so far.
func (p *Provider) Secrets() []Secret {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.secrets)
}

// Reused is how often a spent refresh token was used again after the grace period.
func (p *Provider) Reused() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.reused
}

// Early is how often a refresh came before it was due. That happens after a program was killed before it could store an
// answer.
func (p *Provider) Early() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.early
}

// Refreshes is how many refreshes there were.
func (p *Provider) Refreshes() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count
}

// Due is when the newest grant of a person is to be refreshed; zero when there is
// none.
func (p *Provider) Due(sub string) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range slices.Backward(p.families) {
		if f.claims["sub"] == sub {
			return f.due
		}
	}
	return time.Time{}
}

// Ended reports whether the grant of an access token has ended.
func (p *Provider) Ended(access string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.access[access]
	return f != nil && f.ended
}

// Approve signs in the device that waits with this user code (RFC 8628 §3.3). It reports whether there was one.
func (p *Provider) Approve(userCode string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.devices {
		if l.userCode == userCode {
			l.approved, l.at = true, p.now()
			return true
		}
	}
	return false
}

// ApproveAny signs in a device that waits, whatever its user code. It reports whether there was one.
func (p *Provider) ApproveAny() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.devices {
		l.approved, l.at = true, p.now()
	}
	return len(p.devices) > 0
}

// give makes a secret and notes it; p.mu is held.
func (p *Provider) give(kind string) string {
	text := rand.Text() + rand.Text()
	p.note(kind, text)
	return text
}

// note notes a secret; p.mu is held.
func (p *Provider) note(kind, text string) {
	if text != "" {
		p.secrets = append(p.secrets, Secret{kind, text})
	}
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{
		"issuer": p.Issuer, "authorization_endpoint": p.Issuer + "/authorize", "token_endpoint": p.Issuer + "/token",
		"jwks_uri": p.Issuer + "/keys", "userinfo_endpoint": p.Issuer + "/userinfo",
		"revocation_endpoint":           p.Issuer + "/revoke",
		"device_authorization_endpoint": p.Issuer + "/device", "end_session_endpoint": p.Issuer + "/end",
		"response_types_supported": []string{"code"},
		"subject_types_supported":  []string{"public"}, "id_token_signing_alg_values_supported": []string{"ES256"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
		"code_challenge_methods_supported":      []string{"S256"},
		"token_endpoint_auth_methods_supported": []string{"none"},
	})
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK,
		jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: "1", Algorithm: "ES256", Use: "sig"}}})
}

// answer writes JSON.
func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// refuse answers with an error (RFC 6749 §5.2).
func refuse(w http.ResponseWriter, code string) {
	answer(w, http.StatusBadRequest, map[string]string{"error": code})
}
