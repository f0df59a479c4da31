// Package instant is the OpenID provider of the benchmarks. It shows no page and answers at once, or after a set delay,
// and counts the requests.
//
// It is made for measurements and is no example: it checks no request. It listens on loopback and touches nothing else.
package instant

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// ClientID is the one client that it knows.
const ClientID = "bench"

// Provider is a running provider.
type Provider struct {
	Delay    atomic.Int64 // of every answer, in nanoseconds
	Lifetime atomic.Int64 // of access tokens, in seconds
	Padding  atomic.Int64 // bytes that are added to every token

	site   *httptest.Server
	signer jose.Signer
	keys   jose.JSONWebKeySet

	mu     sync.Mutex
	back   time.Time         // when a browser was last sent back
	nonces map[string]string // by code
	counts map[string]int
	from   map[string]bool // other ends of the connections, the browser's left out
	n      int
}

// Start starts one, with tokens that live for an hour.
func Start() (*Provider, error) { return start((*httptest.Server).Start) }

// StartTLS is [Start] over TLS, with HTTP/2.
func StartTLS() (*Provider, error) {
	return start(func(s *httptest.Server) {
		s.EnableHTTP2 = true
		s.StartTLS()
	})
}

func start(listen func(*httptest.Server)) (*Provider, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: "1"}},
		nil)
	if err != nil {
		return nil, err
	}
	p := &Provider{
		signer: signer, nonces: map[string]string{}, counts: map[string]int{}, from: map[string]bool{},
		keys: jose.JSONWebKeySet{
			Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "1", Use: "sig", Algorithm: "ES256"}},
		},
	}
	p.Lifetime.Store(3600)
	mux := http.NewServeMux()
	for path, answer := range map[string]http.HandlerFunc{
		"/.well-known/openid-configuration": p.discovery, "/jwks": p.jwks, "/authorize": p.authorize, "/token": p.token,
		"/userinfo": p.userinfo,
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			p.count(path, r.RemoteAddr)
			time.Sleep(time.Duration(p.Delay.Load()))
			answer(w, r)
		})
	}
	p.site = httptest.NewUnstartedServer(mux)
	listen(p.site)
	return p, nil
}

// Close ends it.
func (p *Provider) Close() { p.site.Close() }

// Issuer is its issuer.
func (p *Provider) Issuer() string { return p.site.URL }

// CA is the certificate that its own is to be trusted by, in PEM.
func (p *Provider) CA() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.site.Certificate().Raw})
}

// Connections returns on how many connections it was asked since the last call, by others than a browser. Over TLS
// each of them began with a handshake.
func (p *Provider) Connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.from)
	clear(p.from)
	return n
}

// Counts returns how often each path was asked since the last call.
func (p *Provider) Counts() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := maps.Clone(p.counts)
	clear(p.counts)
	return out
}

// SentBack returns when a browser was last sent back with a code.
func (p *Provider) SentBack() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.back
}

func (p *Provider) count(path, from string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts[path]++
	if path != "/authorize" {
		p.from[from] = true
	}
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	write(w, map[string]any{
		"issuer": p.site.URL, "authorization_endpoint": p.site.URL + "/authorize",
		"token_endpoint":    p.site.URL + "/token",
		"userinfo_endpoint": p.site.URL + "/userinfo", "jwks_uri": p.site.URL + "/jwks",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"ES256"},
		"code_challenge_methods_supported":      []string{"S256"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
	})
}

func (p *Provider) jwks(w http.ResponseWriter, _ *http.Request) { write(w, p.keys) }

// authorize sends the browser straight back.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	code := rand.Text()
	p.mu.Lock()
	p.nonces[code], p.back = q.Get("nonce"), time.Now()
	p.mu.Unlock()
	answer := url.Values{"code": {code}, "state": {q.Get("state")}}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+answer.Encode(), http.StatusFound)
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	nonce := p.nonces[r.PostFormValue("code")]
	delete(p.nonces, r.PostFormValue("code"))
	p.n++
	n := p.n
	p.mu.Unlock()
	answer := map[string]any{
		"access_token": p.opaque("access", n), "refresh_token": p.opaque("refresh", n), "token_type": "Bearer",
		"expires_in": p.Lifetime.Load(),
	}
	if r.PostFormValue("grant_type") == "authorization_code" {
		id, err := p.IDToken(nonce)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		answer["id_token"] = id
	}
	write(w, answer)
}

func (p *Provider) opaque(what string, n int) string {
	return fmt.Sprintf("%s-%d-%s", what, n, strings.Repeat("x", int(p.Padding.Load())))
}

// IDToken signs an ID token.
func (p *Provider) IDToken(nonce string) (string, error) {
	now := time.Now().Unix()
	claims, err := json.Marshal(map[string]any{
		"iss": p.site.URL, "sub": "ada", "aud": ClientID, "iat": now, "exp": now + p.Lifetime.Load(), "nonce": nonce,
	})
	if err != nil {
		return "", err
	}
	signed, err := p.signer.Sign(claims)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

func (p *Provider) userinfo(w http.ResponseWriter, _ *http.Request) {
	write(w, map[string]any{"sub": "ada", "name": "Ada Lovelace", "email": "ada@example.com", "email_verified": true})
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
