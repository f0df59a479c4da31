package proxy_test

import (
	"bufio"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"app.latchkey/internal/proxy"
)

// site is the server that everybody wants to reach: https://example.com, by the
// certificate that net/http/httptest has.
type site struct {
	*httptest.Server
	roots []byte
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "hello %s", r.Host)
	}))
	t.Cleanup(s.Close)
	return &site{s, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})}
}

// gateway is an HTTP proxy that leads every tunnel to one server.
type gateway struct {
	to string // host:port
	// admit answers for a request that may not pass, and reports whether it may.
	admit func(w http.ResponseWriter, r *http.Request) bool

	mu    sync.Mutex
	asked []string // targets
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	g.asked = append(g.asked, r.Method+" "+r.Host)
	g.mu.Unlock()
	if g.admit != nil && !g.admit(w, r) {
		return
	}
	out, err := net.Dial("tcp", g.to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	in, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = io.WriteString(in, "HTTP/1.1 200 Connection established\r\n\r\n")
	join(in, out)
}

func (g *gateway) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.asked)
}

func join(a, b net.Conn) {
	go func() {
		_, _ = io.Copy(a, b)
		_ = a.Close()
	}()
	_, _ = io.Copy(b, a)
	_ = b.Close()
}

// start serves the gateway, and gives host:port.
func start(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// socksProxy is a SOCKS 5 server that leads to one server; want is user:password, or "".
func socksProxy(t *testing.T, to, want string) (address string, asked func() string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	var mu sync.Mutex
	var name string
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				if got, ok := greet(conn, want); ok {
					mu.Lock()
					name = got
					mu.Unlock()
					if out, err := net.Dial("tcp", to); err == nil {
						join(conn, out)
					}
				}
				_ = conn.Close()
			}()
		}
	}()
	return l.Addr().String(), func() string {
		mu.Lock()
		defer mu.Unlock()
		return name
	}
}

// greet speaks RFC 1928 and RFC 1929, and gives the name that was asked for.
func greet(conn net.Conn, want string) (string, bool) {
	r := bufio.NewReader(conn)
	text := func() string {
		n, _ := r.ReadByte()
		out := make([]byte, n)
		_, _ = io.ReadFull(r, out)
		return string(out)
	}
	_, _ = r.ReadByte()
	methods := text()
	if want == "" {
		_, _ = conn.Write([]byte{5, 0})
	} else {
		if !strings.Contains(methods, "\x02") {
			_, _ = conn.Write([]byte{5, 0xff})
			return "", false
		}
		_, _ = conn.Write([]byte{5, 2})
		_, _ = r.ReadByte()
		user := text()
		if user+":"+text() != want {
			_, _ = conn.Write([]byte{1, 1})
			return "", false
		}
		_, _ = conn.Write([]byte{1, 0})
	}
	head := make([]byte, 4)
	_, _ = io.ReadFull(r, head)
	name := text()
	_, _ = io.ReadFull(r, make([]byte, 2))
	if head[3] != 3 || name == "refused.example" {
		_, _ = conn.Write([]byte{5, 2, 0, 1, 0, 0, 0, 0, 0, 0})
		return "", false
	}
	_, _ = conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	return name, true
}

// basic admits one user:password.
func basic(want string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Proxy-Authorization") == "Basic "+base64.StdEncoding.EncodeToString([]byte(want)) {
			return true
		}
		w.Header().Set("Proxy-Authenticate", `Basic realm="Acme gateway"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
		_, _ = io.WriteString(w, "<html>who are you?</html>")
		return false
	}
}

// asker asks one address by one proxy's set-up.
type asker struct {
	proxy  *proxy.Proxy
	client *http.Client
}

func newAsker(t *testing.T, opts proxy.Options, how proxy.TransportOptions) asker {
	t.Helper()
	p, err := proxy.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	transport, err := p.Transport(how)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: transport}
	t.Cleanup(client.CloseIdleConnections)
	return asker{p, client}
}

func (a asker) get(t *testing.T, address string) (string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := a.client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return string(body), err
}
