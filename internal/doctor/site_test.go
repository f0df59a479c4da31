package doctor_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// site is a provider on loopback as a doctor meets it: discovery, keys, the
// authorization endpoint for a browser without a session, the token endpoint for a
// code that was never given. faults are what is wrong with it for now.
type site struct {
	server *httptest.Server
	issuer string

	mu     sync.Mutex
	faults faults
}

type faults struct {
	document  func(map[string]any)
	discovery http.HandlerFunc // in place of the document
	keys      []jose.JSONWebKey
	noKeys    bool
	ahead     time.Duration    // of its clock
	redirects []string         // the registered ones; nil takes any on loopback
	blind     bool             // shows its sign-in page whatever the redirect address
	anywhere  bool             // sends the browser to any redirect address
	scopes    []string         // the allowed ones; nil allows any
	client    string           // the one that it knows; "desk" when empty
	secret    string           // that the token endpoint insists on
	refusal   string           // of the token endpoint, as a code
	careless  bool             // the token endpoint looks at the code before the client
	forgetful bool             // its answers bear no iss
	endpoint  http.HandlerFunc // in place of userinfo and revocation
}

var siteKey = sync.OnceValue(func() *ecdsa.PrivateKey {
	k, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return k
})

// newSite serves plain http, or TLS with the given configuration.
func newSite(t *testing.T, conf *tls.Config) *site {
	t.Helper()
	s := &site{}
	s.server = httptest.NewUnstartedServer(s)
	s.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if conf != nil {
		s.server.TLS = conf
		s.server.StartTLS()
	} else {
		s.server.Start()
	}
	t.Cleanup(s.server.Close)
	s.issuer = s.server.URL
	return s
}

// set changes what is wrong.
func (s *site) set(f faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

// ServeHTTP implements http.Handler.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f := s.faults
	s.mu.Unlock()
	if f.client == "" {
		f.client = "desk"
	}
	w.Header().Set("Date", time.Now().Add(f.ahead).UTC().Format(http.TimeFormat))
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		if f.discovery != nil {
			f.discovery(w, r)
			return
		}
		s.describe(w, f)
	case "/keys":
		s.publish(w, f)
	case "/authorize":
		s.authorize(w, r, f)
	case "/token":
		s.token(w, r, f)
	case "/userinfo", "/user", "/revoke":
		if f.endpoint != nil {
			f.endpoint(w, r)
			return
		}
		if r.URL.Path != "/revoke" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	default:
		http.NotFound(w, r)
	}
}

func (s *site) describe(w http.ResponseWriter, f faults) {
	doc := map[string]any{
		"issuer": s.issuer, "authorization_endpoint": s.issuer + "/authorize", "token_endpoint": s.issuer + "/token",
		"jwks_uri": s.issuer + "/keys", "userinfo_endpoint": s.issuer + "/userinfo",
		"revocation_endpoint": s.issuer + "/revoke", "end_session_endpoint": s.issuer + "/logout",
		"device_authorization_endpoint":                  s.issuer + "/device",
		"scopes_supported":                               []string{"openid", "offline_access"},
		"grant_types_supported":                          []string{"authorization_code", "refresh_token"},
		"code_challenge_methods_supported":               []string{"S256"},
		"id_token_signing_alg_values_supported":          []string{"ES256"},
		"authorization_response_iss_parameter_supported": true,
	}
	if f.document != nil {
		f.document(doc)
	}
	answer(w, http.StatusOK, doc)
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (s *site) publish(w http.ResponseWriter, f faults) {
	if f.noKeys {
		http.Error(w, "gone", http.StatusInternalServerError)
		return
	}
	keys := f.keys
	if keys == nil {
		keys = []jose.JSONWebKey{{Key: &siteKey().PublicKey, KeyID: "1", Use: "sig"}}
	}
	answer(w, http.StatusOK, map[string]any{"keys": keys})
}

// authorize is asked by a browser in which nobody is signed in, with prompt=none.
func (s *site) authorize(w http.ResponseWriter, r *http.Request, f faults) {
	q := r.URL.Query()
	redirect := q.Get("redirect_uri")
	switch {
	case q.Get("client_id") != f.client:
		http.Error(w, "<h1>Unknown client</h1> error: invalid_client", http.StatusBadRequest)
		return
	case f.blind:
		_, _ = fmt.Fprintf(w, "<h1>Sign in</h1><form><input name=user></form> ticket %s", rand.Text())
		return
	case !f.anywhere && !strings.HasPrefix(redirect, "http://127.0.0.1:") ||
		f.redirects != nil && !slices.Contains(f.redirects, redirect):
		http.Error(w, "<script>let a = 1</script><h1>Sorry</h1>redirect_uri did not match any registered one",
			http.StatusBadRequest)
		return
	}
	back := url.Values{"state": {q.Get("state")}, "iss": {s.issuer}, "error": {"login_required"}}
	if f.forgetful {
		back.Del("iss")
	}
	for _, scope := range strings.Fields(q.Get("scope")) {
		if f.scopes != nil && !slices.Contains(f.scopes, scope) {
			back.Set("error", "invalid_scope")
		}
	}
	http.Redirect(w, r, redirect+"?"+back.Encode(), http.StatusFound)
}

func (s *site) token(w http.ResponseWriter, r *http.Request, f faults) {
	id, secret, _ := r.BasicAuth()
	if id == "" {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	switch {
	case !f.careless && (id != f.client || secret != f.secret):
		answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
	case f.refusal != "":
		answer(w, http.StatusBadRequest, map[string]string{"error": f.refusal})
	default:
		answer(w, http.StatusBadRequest,
			map[string]string{"error": "invalid_grant", "error_description": "no such code"})
	}
}

// weakKey is an RSA key of 1,024 bits; nobody needs its factors.
func weakKey() jose.JSONWebKey {
	n := new(big.Int).SetBit(new(big.Int), 1023, 1)
	return jose.JSONWebKey{Key: &rsa.PublicKey{N: n.SetBit(n, 0, 1), E: 65537}, KeyID: "weak", Use: "sig"}
}

// authority is a certificate authority of the test's own.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{key: siteKey()}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Acme Root"},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(365 * 24 * time.Hour), IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.pem = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return a
}

// server is a TLS configuration with a certificate for the names, valid for so long.
func (a *authority) server(t *testing.T, life time.Duration, names ...string) *tls.Config {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Acme ID"},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(life),
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, siteKey().Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: siteKey()}}}
}

// newProxy is a proxy that sends every CONNECT to the site, for whoever knows the
// password; none is asked for when it is empty.
func newProxy(t *testing.T, to *site, password string) *httptest.Server {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Authorization", r.Header.Get("Proxy-Authorization"))
		if _, got, _ := r.BasicAuth(); got != password {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		there, err := net.Dial("tcp4", to.server.Listener.Addr().String())
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			_ = there.Close()
			return
		}
		_, _ = fmt.Fprint(here, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(there, here); _ = there.Close() }()
		go func() { _, _ = io.Copy(here, there); _ = here.Close() }()
	}))
	t.Cleanup(proxy.Close)
	return proxy
}
