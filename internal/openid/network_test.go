package openid_test

import (
	"crypto/tls"
	"encoding/pem"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// The failures of crypto/tls are told apart: the certificate is not trusted, or the two sides agree on no secure
// connection.
func TestConnectionsThatAreNotSecure(t *testing.T) {
	for name, c := range map[string]struct {
		conf  *tls.Config
		trust bool
		host  string
		want  error
	}{
		"TLS 1.1": {
			&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, true, "", openid.ErrHandshake,
		},
		"TLS 1.2": {
			&tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}, true, "", nil,
		},
		"TLS 1.3":                  {&tls.Config{MinVersion: tls.VersionTLS13}, true, "", nil},
		"no TLS":                   {nil, true, "", openid.ErrHandshake},
		"an unknown authority":     {&tls.Config{}, false, "", openid.ErrTLS},
		"a certificate of another": {&tls.Config{}, true, "localhost", openid.ErrTLS},
	} {
		t.Run(name, func(t *testing.T) {
			var site *httptest.Server
			site = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				writeJSON(w,
					claims{
						"issuer": site.URL, "authorization_endpoint": site.URL + "/a",
						"token_endpoint": site.URL + "/t", "jwks_uri": site.URL + "/k",
					})
			}))
			site.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
			if site.TLS = c.conf; c.conf == nil {
				site.Start()
			} else {
				site.StartTLS()
			}
			defer site.Close()
			conf := provider.Provider{Issuer: strings.Replace(site.URL, "http:", "https:", 1), ClientID: "desk"}
			if c.host != "" {
				conf.Issuer = strings.Replace(conf.Issuer, "127.0.0.1", c.host, 1)
			}
			if cert := site.Certificate(); c.trust && cert != nil {
				conf.RootCAs = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
			}
			client, err := openid.New(conf, openid.Options{Transport: direct(t, conf.RootCAs)})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := client.Discover(t.Context()); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

// Neither code nor token follows a redirect anywhere, and nothing is believed that
// stands behind one (RFC 9700 §4.12).
func TestNoRedirectIsFollowed(t *testing.T) {
	for _, path := range []string{discoveryPath, "/jwks", "/token", "/userinfo", "/device", "/revoke"} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			p := newOP(t, lies{})
			var followed atomic.Int32
			elsewhere := httptest.NewServer(
				http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
			p.lies.serve = at(path, http.RedirectHandler(elsewhere.URL+path, status).ServeHTTP)
			c, _ := p.client()
			_, _ = signIn(t, c, session.SignInRequest{Device: path == "/device"})
			_, _ = c.Revoke(t.Context(),
				session.Revocation{
					Key: session.Key{Issuer: p.site.URL, Subject: "ada"}, ClientID: "desk", Refresh: secret.New("RT1"),
				})
			if n := followed.Load(); n > 0 {
				t.Errorf("%s with %d: followed %d times", path, status, n)
			}
			elsewhere.Close()
		}
	}
}
