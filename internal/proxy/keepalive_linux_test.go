package proxy_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/proxy"
)

// ownNetwork says that the process has a network of its own.
const ownNetwork = "LATCHKEY_TEST_NETWORK"

// A connection of HTTP/1.1 that a change of network has left dead is noticed while nobody uses it, and the next request
// goes over another. The test runs in a network of its own, whose address comes and goes.
func TestADeadConnectionIsNotUsed(t *testing.T) {
	if os.Getenv(ownNetwork) == "" {
		again := exec.Command("unshare", "--map-root-user", "--net", os.Args[0], "-test.run", "^"+t.Name()+"$")
		again.Env = append(os.Environ(), ownNetwork+"=1")
		if out, err := again.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	ip := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	const address = "10.77.7.7"
	ip("link", "set", "lo", "up")
	ip("addr", "add", address+"/32", "dev", "lo")
	l, err := net.Listen("tcp4", address+":0")
	if err != nil {
		t.Fatal(err)
	}
	site := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	site.Listener = l
	site.Start()
	defer site.CloseClientConnections()
	p, err := proxy.New(proxy.Options{Setting: "direct"})
	if err != nil {
		t.Fatal(err)
	}
	transport, err := p.Transport(proxy.TransportOptions{Ping: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	ask := func() (got httptrace.GotConnInfo) {
		t.Helper()
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
			GotConn: func(i httptrace.GotConnInfo) { got = i },
		})
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, site.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := (&http.Client{Transport: transport, Timeout: 10 * time.Second}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		return got
	}
	ask()
	kept := ask()
	if !kept.Reused {
		t.Fatal("the connection was not kept")
	}
	port := kept.Conn.LocalAddr().(*net.TCPAddr).Port
	ip("addr", "del", address+"/32", "dev", "lo")
	for end := time.Now().Add(30 * time.Second); established(t, port); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the system does not notice")
		}
	}
	ip("addr", "add", address+"/32", "dev", "lo")
	if next := ask(); next.Reused {
		t.Error("the dead connection was used")
	}
}

// established reports whether the system holds a connection from this port (proc_pid_net(5)).
func established(t *testing.T, port int) bool {
	t.Helper()
	table, err := os.ReadFile("/proc/self/net/tcp")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		f := strings.Fields(line)
		if len(f) > 3 && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", port)) && f[3] == "01" {
			return true
		}
	}
	return false
}
