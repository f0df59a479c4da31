package openid_test

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// alone is set for a process that discovers and says what it found: the proxy of
// the environment is read once in a process, and never used for loopback.
const alone = "OPENID_TEST_DISCOVERS_ALONE"

func TestMain(m *testing.M) {
	if issuer := os.Getenv(alone); issuer != "" {
		pem, _ := os.ReadFile(os.Getenv(alone + "_CA"))
		c, err := openid.New(provider.Provider{Issuer: issuer, ClientID: "desk", RootCAs: pem}, openid.Options{})
		if err == nil {
			var found openid.Metadata
			found, err = c.Discover(context.Background())
			fmt.Println(found.TokenURL)
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestTheProxyOfTheEnvironment(t *testing.T) {
	ca, key, cert := authority(t)
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	site := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		const issuer = "https://id.example"
		writeJSON(w,
			claims{
				"issuer": issuer, "authorization_endpoint": issuer + "/a",
				"token_endpoint": issuer + "/through-the-proxy", "jwks_uri": issuer + "/k",
			})
	}))
	site.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	site.StartTLS()
	defer site.Close()
	var asked atomic.Value
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.Method + " " + r.Host)
		tunnel(w, site.Listener.Addr().String())
	}))
	defer proxy.Close()

	caFile := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(strings.ToUpper(kv), "="); !strings.HasSuffix(name, "_PROXY") {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	cmd.Env = append(cmd.Env, alone+"=https://id.example", alone+"_CA="+caFile, "HTTPS_PROXY="+proxy.URL)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "/through-the-proxy") {
		t.Errorf("%v: %s", err, out)
	}
	if got := asked.Load(); got != "CONNECT id.example:443" {
		t.Errorf("the proxy was asked %v", got)
	}
}

// tunnel joins a proxy's client and a server.
func tunnel(w http.ResponseWriter, to string) {
	server, err := net.Dial("tcp", to)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer func() { _ = server.Close() }()
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = client.Close() }()
	_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() { _, _ = io.Copy(server, client) }()
	_, _ = io.Copy(client, server)
}

// What crypto/tls refuses, told apart: whom it shows is not believed, or no
// connection that is secure can be agreed on.
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
			client, err := openid.New(conf, openid.Options{})
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
