// Package gateway has the proxies of a company's network for tests, on loopback: an HTTP proxy and a SOCKS 5 proxy that
// lead every connection to one server, and the kinds of sign-in that a proxy may demand.
package gateway

import (
	"bufio"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Proxy is an HTTP proxy that leads every tunnel to one server.
type Proxy struct {
	To string // host:port
	// Admit answers for a request that may not pass, and reports whether it may.
	Admit func(w http.ResponseWriter, r *http.Request) bool

	mu    sync.Mutex
	asked []string // targets
}

// ServeHTTP implements http.Handler.
func (g *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	g.asked = append(g.asked, r.Method+" "+r.Host)
	g.mu.Unlock()
	if g.Admit != nil && !g.Admit(w, r) {
		return
	}
	out, err := net.Dial("tcp", g.To)
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

// Asked are the requests so far, such as "CONNECT id.example:443".
func (g *Proxy) Asked() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.asked)
}

func join(a, b net.Conn) {
	go func() {
		_, _ = io.Copy(a, b)
		_ = a.Close()
	}()
	_, _ = io.Copy(b, a)
	_ = b.Close()
}

// Start serves a proxy, and gives host:port.
func Start(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// Socks is a SOCKS 5 server that leads to one server; want is user:password, or "".
func Socks(t *testing.T, to, want string) (address string, asked func() string) {
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

// Basic admits one user:password.
func Basic(want string) func(http.ResponseWriter, *http.Request) bool {
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
