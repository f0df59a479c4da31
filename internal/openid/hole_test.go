package openid_test

import (
	"encoding/pem"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"app.latchkey/internal/proxy"
	"app.latchkey/internal/session"
)

// hole forwards connections, until those that there are lead nowhere: what is sent on them is taken and lost, as after
// a change of network. Later connections are forwarded.
type hole struct {
	net.Listener
	sent chan struct{} // one for each piece that was forwarded to the server

	mu   sync.Mutex
	lost []*atomic.Bool // by connection
}

func newHole(t *testing.T, to string) *hole {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &hole{Listener: l, sent: make(chan struct{}, 1000)}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				t.Error(err)
				return
			}
			lost := &atomic.Bool{}
			h.mu.Lock()
			h.lost = append(h.lost, lost)
			h.mu.Unlock()
			serving.Go(func() { h.forward(far, near, lost, h.sent) })
			serving.Go(func() { h.forward(near, far, lost, nil) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		serving.Wait()
	})
	return h
}

// forward ends both when one end is closed.
func (h *hole) forward(to, from net.Conn, lost *atomic.Bool, sent chan<- struct{}) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		if lost.Load() {
			continue
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
		select {
		case sent <- struct{}{}:
		default:
		}
	}
}

// open makes the connections that there are lead nowhere.
func (h *hole) open() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, lost := range h.lost {
		lost.Store(true)
	}
}

// through lets the client reach the provider through a hole, with pings as often as is said. then runs when the
// person is at the browser, and the keys have been fetched.
func (p *op) through(t *testing.T, ping time.Duration, then func(*hole)) *hole {
	t.Helper()
	h := newHole(t, p.site.Listener.Addr().String())
	p.site.URL = "https://" + h.Addr().String()
	way, err := proxy.New(proxy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	transport, err := way.Transport(proxy.TransportOptions{
		RootCAs: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.site.Certificate().Raw}), Ping: ping,
	})
	if err != nil {
		t.Fatal(err)
	}
	there := &patient{RoundTripper: transport, keys: make(chan struct{})}
	t.Cleanup(there.CloseIdleConnections)
	p.way, p.patience = there, 20*time.Second
	p.visitAfter(there.keys, func() { then(h) })
	return h
}

// A network that changes while the person is at the browser leaves the kept connection dead, without a word. The code
// is redeemed on a new one, long before the time of the request is over.
func TestAConnectionThatDiedMeanwhile(t *testing.T) {
	d := &doors{protocols: map[string]bool{}}
	p := newOP(t, lies{start: d.start(true)})
	p.through(t, 500*time.Millisecond, (*hole).open)
	client, _ := p.client()
	began := time.Now()
	if _, err := signIn(t, client, session.SignInRequest{}); err != nil {
		t.Fatalf("after %s: %v", time.Since(began), err)
	}
	if n := p.count("POST /token"); n != 1 {
		t.Errorf("the provider was given the code %d times", n)
	}
	if got := d.opened(); got != "2 connections, 2 handshakes, 1 of them resumed" || !d.protocols["h2"] {
		t.Errorf("%s, %v", got, d.protocols)
	}
}

// A provider that takes its time answers pings meanwhile: the code is not sent again.
func TestASlowExchangeIsNotADeadConnection(t *testing.T) {
	p := newOP(t, lies{start: (&doors{protocols: map[string]bool{}}).start(true)})
	var h *hole
	p.lies.serve = at("/token", func(w http.ResponseWriter, r *http.Request) {
		for len(h.sent) > 0 {
			<-h.sent
		}
		for range 2 { // pings of the client, which nothing else makes it send
			<-h.sent
		}
		p.token(w, r)
	})
	h = p.through(t, time.Second, func(*hole) {})
	client, _ := p.client()
	if _, err := signIn(t, client, session.SignInRequest{}); err != nil {
		t.Fatal(err)
	}
	if n := p.count("POST /token"); n != 1 {
		t.Errorf("the provider was given the code %d times", n)
	}
}

// Nothing is kept open when a sign-in or a renewal has ended: each kept connection would wake the program up.
func TestNoConnectionIsLeft(t *testing.T) {
	d := &doors{protocols: map[string]bool{}}
	p := newOP(t, lies{start: d.start(true)})
	p.through(t, time.Hour, func(*hole) {})
	client, _ := p.client()
	s, err := signIn(t, client, session.SignInRequest{})
	if err != nil {
		t.Fatal(err)
	}
	d.allClosed(t)
	if _, err := client.Refresh(t.Context(), s, keepNothing); err != nil {
		t.Fatal(err)
	}
	d.allClosed(t)
	before := p.count("POST /revoke")
	_, _ = client.Revoke(t.Context(), session.Revocation{
		Key: s.Key, ClientID: s.ClientID, Refresh: s.Tokens.Refresh, Since: s.SignedInAt,
	})
	if p.count("POST /revoke") == before {
		t.Error("nothing was revoked: the test looks at nothing")
	}
	d.allClosed(t)
}

// allClosed waits until no connection is open.
func (d *doors) allClosed(t *testing.T) {
	t.Helper()
	select {
	case <-d.none():
	case <-time.After(20 * time.Second):
		t.Error("a connection is left open")
	}
}
