package openid_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
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
		writeJSON(w, claims{"issuer": issuer, "authorization_endpoint": issuer + "/a", "token_endpoint": issuer + "/through-the-proxy", "jwks_uri": issuer + "/k"})
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
