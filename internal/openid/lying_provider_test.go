package openid_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/openid"
)

// claims is a JSON object.
type claims map[string]any

// lies are the answers in which this provider differs from a correct one. Each function is called just before the
// correct answer would be sent, and may change it.
type lies struct {
	discovery func(claims)
	answer    func(url.Values)            // of the authorization endpoint
	header    func(map[string]any)        // of the ID token
	idToken   func(claims)                // its claims
	rawID     func(string) string         // as it is sent
	payload   func([]byte) []byte         // its claims as bytes, before they are signed
	keys      func([]jose.JSONWebKey) any // of the key set
	token     func(claims)                // the token endpoint's answer
	userinfo  func(claims)
	signer    func() (jose.SigningKey, string) // another key, with its kid
	push      func(claims)                     // the answer to a pushed request
	device    func(claims)                     // the device authorization endpoint's answer
	pending   []string                         // error codes of the first polls; "" breaks the connection
	serve     map[string]http.HandlerFunc      // whole endpoints, by path
	start     func(*httptest.Server)           // starts it otherwise than over plain http
}

// op is a provider on loopback that is correct except for its lies.
type op struct {
	patience time.Duration // of the client with each request; 5 s when zero
	t        *testing.T
	site     *httptest.Server
	lies     lies
	now      func() time.Time                                    // of the client; nil is the system's
	log      *slog.Logger                                        // of the client; nil is none
	keys     openid.Keys                                         // of the client; nil is none
	way      http.RoundTripper                                   // of the client; nil is direct
	visit    func(*receiver) func(context.Context, string) error // the browser; nil is openFor
	// guard is asked before each request is answered, if set; false means that it has answered.
	guard func(http.ResponseWriter, *http.Request) bool

	mu       sync.Mutex
	requests []string // "METHOD /path", in order
	forms    []url.Values
	auth     []string // Authorization headers of the token endpoint
	asked    url.Values
	pushed   map[string]url.Values // by request_uri
	refresh  string
	n        int
}

var (
	rsaKey   = sync.OnceValue(func() *rsa.PrivateKey { k, _ := rsa.GenerateKey(rand.Reader, 2048); return k })
	otherRSA = sync.OnceValue(func() *rsa.PrivateKey { k, _ := rsa.GenerateKey(rand.Reader, 2048); return k })
	// A modulus of 1,024 bits. Its factors are not needed.
	weakRSA = sync.OnceValue(func() *rsa.PublicKey {
		n := new(big.Int).SetBit(new(big.Int).Rsh(rsaKey().N, 1024), 1023, 1)
		return &rsa.PublicKey{N: n.SetBit(n, 0, 1), E: 65537}
	})
	otherEC = sync.OnceValue(func() *ecdsa.PrivateKey {
		k, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		return k
	})
	ecKey = sync.OnceValue(func() *ecdsa.PrivateKey {
		k, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		return k
	})
	edKey = sync.OnceValue(func() ed25519.PrivateKey { _, k, _ := ed25519.GenerateKey(rand.Reader); return k })
)

func newOP(t *testing.T, l lies) *op {
	t.Helper()
	p := &op{t: t, lies: l}
	mux := http.NewServeMux()
	for path, h := range map[string]http.HandlerFunc{
		"/.well-known/openid-configuration": p.discovery, "/jwks": p.jwks, "/authorize": p.authorize,
		"/token": p.token, "/userinfo": p.userinfo, "/device": p.device, "/par": p.par,
		"/logout": func(http.ResponseWriter, *http.Request) {}, "/revoke": func(http.ResponseWriter, *http.Request) {},
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm()
			p.mu.Lock()
			p.requests = append(p.requests, r.Method+" "+path)
			if r.Method == http.MethodPost {
				p.forms = append(p.forms, r.PostForm)
				p.auth = append(p.auth, r.Header.Get("Authorization"))
			}
			lie, guard := p.lies.serve[path], p.guard
			p.mu.Unlock()
			if guard != nil && !guard(w, r) {
				return
			}
			if lie != nil {
				lie(w, r)
				return
			}
			h(w, r)
		})
	}
	p.site = httptest.NewUnstartedServer(mux)
	if l.start == nil {
		l.start = (*httptest.Server).Start
	}
	l.start(p.site)
	t.Cleanup(p.site.Close)
	return p
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func writeJSONBody(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }

func (p *op) discovery(w http.ResponseWriter, _ *http.Request) {
	doc := claims{
		"issuer": p.site.URL, "authorization_endpoint": p.site.URL + "/authorize",
		"token_endpoint":    p.site.URL + "/token",
		"userinfo_endpoint": p.site.URL + "/userinfo", "jwks_uri": p.site.URL + "/jwks",
		"revocation_endpoint":  p.site.URL + "/revoke",
		"end_session_endpoint": p.site.URL + "/logout", "device_authorization_endpoint": p.site.URL + "/device",
		"scopes_supported": []string{"openid", "offline_access"},
		"authorization_response_iss_parameter_supported": true,
	}
	if p.lies.discovery != nil {
		p.lies.discovery(doc)
	}
	writeJSON(w, doc)
}

func (p *op) jwks(w http.ResponseWriter, _ *http.Request) {
	keys := []jose.JSONWebKey{
		{Key: &rsaKey().PublicKey, KeyID: "rsa", Use: "sig", Algorithm: "RS256"},
		{Key: &ecKey().PublicKey, KeyID: "ec", Use: "sig"},
		{Key: edKey().Public(), KeyID: "ed", Use: "sig"},
	}
	if p.lies.keys != nil {
		writeJSON(w, claims{"keys": p.lies.keys(keys)})
		return
	}
	writeJSON(w, claims{"keys": keys})
}

// par takes a pushed authorization request (RFC 9126).
func (p *op) par(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	uri := fmt.Sprint("urn:ietf:params:oauth:request_uri:", len(p.pushed)+1)
	if p.pushed == nil {
		p.pushed = map[string]url.Values{}
	}
	p.pushed[uri] = r.PostForm
	p.mu.Unlock()
	answer := claims{"request_uri": uri, "expires_in": 60}
	if p.lies.push != nil {
		p.lies.push(answer)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	writeJSONBody(w, answer)
}

func (p *op) authorize(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked = r.Form
	if uri := r.Form.Get("request_uri"); uri != "" {
		p.asked = p.pushed[uri]
	}
	asked := p.asked
	p.mu.Unlock()
	v := url.Values{"code": {"CODE"}, "state": {asked.Get("state")}, "iss": {p.site.URL}}
	if p.lies.answer != nil {
		p.lies.answer(v)
	}
	http.Redirect(w, r, asked.Get("redirect_uri")+"?"+v.Encode(), http.StatusFound)
}

func (p *op) device(w http.ResponseWriter, _ *http.Request) {
	answer := claims{
		"device_code": "DEVICE", "user_code": "WDJB-MJHT", "verification_uri": p.site.URL + "/link",
		"verification_uri_complete": p.site.URL + "/link?user_code=WDJB-MJHT", "expires_in": 1800,
	}
	if p.lies.device != nil {
		p.lies.device(answer)
	}
	writeJSON(w, answer)
}

func (p *op) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fail := func(code string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(claims{"error": code})
	}
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
		if base64.RawURLEncoding.EncodeToString(sum[:]) != p.asked.Get("code_challenge") ||
			r.PostForm.Get("redirect_uri") != p.asked.Get("redirect_uri") {
			fail("invalid_grant")
			return
		}
	case "urn:ietf:params:oauth:grant-type:device_code":
		if r.PostForm.Get("device_code") != "DEVICE" {
			fail("invalid_grant")
			return
		}
		if len(p.lies.pending) > 0 {
			code := p.lies.pending[0]
			p.lies.pending = p.lies.pending[1:]
			if code == "" {
				panic(http.ErrAbortHandler)
			}
			fail(code)
			return
		}
	case "refresh_token":
		if r.PostForm.Get("refresh_token") != p.refresh {
			fail("invalid_grant")
			return
		}
	}
	p.n++
	p.refresh = fmt.Sprint("RT", p.n)
	access := fmt.Sprint("AT", p.n)
	now := time.Now()
	id := claims{
		"iss": p.site.URL, "sub": "ada", "aud": "desk", "exp": now.Add(time.Hour).Unix(), "iat": now.Unix(),
		"auth_time": now.Unix(),
		"nonce":     p.asked.Get("nonce"), "at_hash": p.leftHalf(access), "name": "Ada", "email": "ada@id.example",
	}
	if p.asked == nil { // nobody came by the authorization endpoint
		delete(id, "nonce")
	}
	if p.lies.idToken != nil {
		p.lies.idToken(id)
	}
	answer := claims{
		"access_token": access, "token_type": "Bearer", "expires_in": 3600, "refresh_token": p.refresh,
		"id_token": p.sign(id),
	}
	if p.lies.token != nil {
		p.lies.token(answer)
	}
	writeJSON(w, answer)
}

// leftHalf is the at_hash of the algorithm that signs (OIDC Core §3.1.3.6).
func (p *op) leftHalf(access string) string {
	alg := "RS256"
	if p.lies.signer != nil {
		key, _ := p.lies.signer()
		alg = string(key.Algorithm)
	}
	sum := sha512.New()
	switch {
	case strings.HasSuffix(alg, "256"):
		sum = sha256.New()
	case strings.HasSuffix(alg, "384"):
		sum = sha512.New384()
	}
	sum.Write([]byte(access))
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:sum.Size()/2])
}

// sign makes a compact JWS, with the header as the lies want it.
func (p *op) sign(c any) string {
	key, kid := jose.SigningKey{Algorithm: jose.RS256, Key: rsaKey()}, "rsa"
	if p.lies.signer != nil {
		key, kid = p.lies.signer()
	}
	o := (&jose.SignerOptions{}).WithType("JWT")
	if kid != "" {
		o = o.WithHeader("kid", kid)
	}
	extra := map[string]any{}
	if p.lies.header != nil {
		p.lies.header(extra)
	}
	for k, v := range extra {
		o = o.WithHeader(jose.HeaderKey(k), v)
	}
	s, err := jose.NewSigner(key, o)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	data, _ := json.Marshal(c)
	if p.lies.payload != nil {
		data = p.lies.payload(data)
	}
	jws, err := s.Sign(data)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	raw, _ := jws.CompactSerialize()
	if p.lies.rawID != nil {
		raw = p.lies.rawID(raw)
	}
	return raw
}

func (p *op) userinfo(w http.ResponseWriter, r *http.Request) {
	if !strings.Contains(r.Header.Get("Authorization"), " AT") || r.URL.RawQuery != "" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	c := claims{
		"sub": "ada", "name": "Ada Lovelace", "email": "ada@acme.example", "email_verified": "true",
		"picture": "https://id.example/a.png",
	}
	if p.lies.userinfo != nil {
		p.lies.userinfo(c)
	}
	writeJSON(w, c)
}

// count returns how often an endpoint was asked.
func (p *op) count(request string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, r := range p.requests {
		if r == request {
			n++
		}
	}
	return n
}

// unsigned makes an alg none token.
func unsigned(raw string) string {
	parts := strings.Split(raw, ".")
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."
}

// serve answers by these handlers from now on, also while an earlier answer is still on its way.
func (p *op) serve(handlers map[string]http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lies.serve = handlers
}
