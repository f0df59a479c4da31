package proxy

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a server without a network: fake time does not pass while a real connection is waited for.
type pipes struct {
	transport *transport
	server    *httptest.Server
	dialled   atomic.Int32
	slept     time.Duration // by which the wall clock has gone ahead
}

// handed is a listener whose connections are handed over.
type handed struct {
	conns chan net.Conn
	close func()
}

func (h handed) Accept() (net.Conn, error) {
	conn, open := <-h.conns
	if !open {
		return nil, net.ErrClosed
	}
	return conn, nil
}

func (h handed) Close() error   { h.close(); return nil }
func (h handed) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 443} }

func newPipes(t *testing.T, http2 bool, o TransportOptions) *pipes {
	t.Helper()
	p, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	made, err := p.Transport(o)
	if err != nil {
		t.Fatal(err)
	}
	s := &pipes{transport: made.(*transport)}
	conns := make(chan net.Conn)
	h := handed{conns, sync.OnceFunc(func() { close(conns) })}
	s.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	}))
	_ = s.server.Listener.Close()
	s.server.Listener, s.server.EnableHTTP2 = h, http2
	s.server.StartTLS()
	base := s.transport.base
	base.TLSClientConfig.RootCAs = x509.NewCertPool()
	base.TLSClientConfig.RootCAs.AddCert(s.server.Certificate())
	base.DialContext = func(context.Context, string, string) (net.Conn, error) {
		s.dialled.Add(1)
		ours, theirs := net.Pipe()
		h.conns <- theirs
		return ours, nil
	}
	s.transport.idle = newIdle(func() time.Time { return time.Now().Add(s.slept) })
	return s
}

// ask asks once, and returns how many connections there were so far.
func (s *pipes) ask(t *testing.T) int32 {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://example.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Fatal(err)
	}
	return s.dialled.Load()
}

// When the person comes back after minutes, the code is redeemed on the connection that is still open. After a sleep of
// the computer a new connection is made.
func TestAConnectionLastsAsLongAsAPersonMayTake(t *testing.T) {
	for name, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			// A certificate of net/http/httptest is good in fake time too, which begins in the year 2000.
			synctest.Test(t, func(t *testing.T) {
				s := newPipes(t, http2, TransportOptions{})
				defer s.server.Close()
				defer s.transport.CloseIdleConnections()
				for step, c := range []struct {
					wait, sleep time.Duration
					want        int32
				}{
					{0, 0, 1},
					{0, 0, 1},
					{9*time.Minute + 59*time.Second, 0, 1}, // at the browser
					{10*time.Minute + time.Second, 0, 2},   // nobody used it for longer than a sign-in lasts
					{4 * time.Minute, 4 * time.Second, 2},  // the clock was corrected
					{time.Second, time.Minute, 3},          // the computer slept
					{time.Minute, 0, 3},
					{time.Second, -time.Hour, 3}, // the clock was set back
				} {
					time.Sleep(c.wait)
					s.slept += c.sleep
					synctest.Wait()
					if got := s.ask(t); got != c.want {
						t.Errorf("step %d: %d connections, want %d", step, got, c.want)
					}
				}
			})
		})
	}
}

// A connection to a stranger's server, such as one of a picture, is not kept for a person, and its TLS session is not
// taken up again.
func TestStrangersAreNotRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPipes(t, true, TransportOptions{Guard: func(netip.Addr) error { return nil }})
		defer s.server.Close()
		defer s.transport.CloseIdleConnections()
		if s.transport.base.TLSClientConfig.ClientSessionCache != nil {
			t.Error("TLS sessions are kept")
		}
		for step, c := range []struct {
			wait time.Duration
			want int32
		}{{0, 1}, {29 * time.Second, 1}, {31 * time.Second, 2}} {
			time.Sleep(c.wait)
			synctest.Wait()
			if got := s.ask(t); got != c.want {
				t.Errorf("step %d: %d connections, want %d", step, got, c.want)
			}
		}
	})
}
