package openid_test

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"sync"
	"testing"
	"time"

	"app.latchkey/internal/proof/hardware"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/proxy"
	"app.latchkey/internal/session"
	"app.latchkey/test/gateway"
)

// doors counts the connections and TLS handshakes of a server.
type doors struct {
	mu                               sync.Mutex
	connections, handshakes, resumed int
	open                             int
	closed                           chan struct{} // of who waits until none is open
	protocols                        map[string]bool
}

// start starts the server over TLS, with HTTP/2 or HTTP/1.1 alone.
func (d *doors) start(http2 bool) func(*httptest.Server) {
	return func(s *httptest.Server) {
		s.EnableHTTP2 = http2
		s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			d.mu.Lock()
			defer d.mu.Unlock()
			switch state {
			case http.StateNew:
				d.connections, d.open = d.connections+1, d.open+1
			case http.StateClosed:
				if d.open--; d.open == 0 && d.closed != nil {
					close(d.closed)
					d.closed = nil
				}
			}
		}
		s.TLS = &tls.Config{VerifyConnection: func(c tls.ConnectionState) error {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.handshakes++
			if c.DidResume {
				d.resumed++
			}
			d.protocols[c.NegotiatedProtocol] = true
			return nil
		}}
		s.StartTLS()
	}
}

// none is closed when no connection is open.
func (d *doors) none() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed == nil {
		d.closed = make(chan struct{})
	}
	out := d.closed
	if d.open == 0 {
		close(out)
		d.closed = nil
	}
	return out
}

// opened is what was opened since the last call.
func (d *doors) opened() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := fmt.Sprintf("%d connections, %d handshakes, %d of them resumed", d.connections, d.handshakes, d.resumed)
	d.connections, d.handshakes, d.resumed = 0, 0, 0
	return out
}

// hour lets an hour pass, after which no connection is kept open.
func (d *doors) hour(t *testing.T, way http.RoundTripper) {
	t.Helper()
	for t.Context().Err() == nil {
		way.(*patient).CloseIdleConnections() // HTTP/2 ends a stream a moment after its last byte was read
		d.mu.Lock()
		open := d.open
		d.mu.Unlock()
		if open == 0 {
			return
		}
		runtime.Gosched()
	}
}

// patient lets the browser answer only after the keys have been fetched, since a person is slower than that.
type patient struct {
	http.RoundTripper
	keys chan struct{} // closed then
	once sync.Once
}

func (p *patient) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := p.RoundTripper.RoundTrip(r)
	if err == nil && r.URL.Path == "/jwks" {
		res.Body = &watched{res.Body, func() { p.once.Do(func() { close(p.keys) }) }}
	}
	return res, err
}

// CloseIdleConnections is the transport's own.
func (p *patient) CloseIdleConnections() {
	p.RoundTripper.(interface{ CloseIdleConnections() }).CloseIdleConnections()
}

// watched tells when the whole body was read: then its connection is free again.
type watched struct {
	io.ReadCloser
	read func()
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	if err == io.EOF {
		w.read()
	}
	return n, err
}

// across gives the client the programs' own transport, by which it reaches the provider under the name example.com
// through a proxy, or as what it is without one. The browser goes without a connection.
func (p *op) across(t *testing.T, byProxy bool) {
	t.Helper()
	setting := "direct"
	if byProxy {
		setting = "http://" + gateway.Start(t, &gateway.Proxy{To: p.site.Listener.Addr().String()})
		p.site.URL = "https://example.com" // addresses of this computer never go by a proxy
	}
	way, err := proxy.New(proxy.Options{Setting: setting})
	if err != nil {
		t.Fatal(err)
	}
	transport, err := way.Transport(proxy.TransportOptions{
		RootCAs: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.site.Certificate().Raw}),
	})
	if err != nil {
		t.Fatal(err)
	}
	there := &patient{RoundTripper: transport, keys: make(chan struct{})}
	t.Cleanup(there.CloseIdleConnections)
	p.way = there
	p.visitAfter(there.keys, func() {})
}

// visitAfter lets the person at the browser wait for the keys to be fetched; then runs before the provider answers.
func (p *op) visitAfter(keys <-chan struct{}, then func()) {
	p.visit = func(r *receiver) func(context.Context, string) error {
		return func(ctx context.Context, address string) error {
			select {
			case <-keys:
			case <-ctx.Done():
				return ctx.Err()
			}
			then()
			page := httptest.NewRecorder()
			p.site.Config.Handler.ServeHTTP(page, httptest.NewRequest(http.MethodGet, address, nil))
			to, err := url.Parse(page.Header().Get("Location"))
			if err == nil {
				r.answer <- to.Query()
			}
			return err
		}
	}
}

// A whole sign-in asks for discovery, keys, token and userinfo on one connection; so does a renewal an hour later,
// whose connection resumes the TLS session of the first.
func TestASignInOpensOneConnection(t *testing.T) {
	for _, http2 := range []bool{true, false} {
		for _, byProxy := range []bool{false, true} {
			for kind, c := range map[string]struct {
				lies   func(lies) lies
				nonces bool
				change func(*provider.Provider)
			}{
				"plain":          {},
				"compressed":     {lies: compressed},
				"proofs, nonces": {nonces: true, change: func(p *provider.Provider) { p.DPoP = "require" }},
				"pushed":         {lies: pushing},
			} {
				t.Run(fmt.Sprintf("%s/http2=%t/proxy=%t", kind, http2, byProxy), func(t *testing.T) {
					d := &doors{protocols: map[string]bool{}}
					l := lies{start: d.start(http2)}
					if c.lies != nil {
						l = c.lies(l)
					}
					p, change := d.provider(t, l, c.nonces), []func(*provider.Provider){}
					if c.change != nil {
						change = append(change, c.change)
					}
					now := time.Now()
					p.now = func() time.Time { return now }
					p.across(t, byProxy)
					client, _ := p.client(change...)
					s, err := signIn(t, client, session.SignInRequest{})
					if err != nil {
						t.Fatal(err)
					}
					if got := d.opened(); got != "1 connections, 1 handshakes, 0 of them resumed" {
						t.Errorf("the sign-in: %s, for %v", got, p.requests)
					}
					now = now.Add(time.Hour)
					d.hour(t, p.way)
					if _, err = client.Refresh(t.Context(), s, keepNothing); err != nil {
						t.Fatal(err)
					}
					if got := d.opened(); got != "1 connections, 1 handshakes, 1 of them resumed" {
						t.Errorf("the renewal: %s, for %v", got, p.requests)
					}
					want := map[bool]string{true: "h2", false: "http/1.1"}[http2]
					if len(d.protocols) != 1 || !d.protocols[want] {
						t.Errorf("spoken was %v, want %s", d.protocols, want)
					}
				})
			}
		}
	}
}

// provider is one that binds tokens and wants nonces, or a plain one.
func (d *doors) provider(t *testing.T, l lies, nonces bool) *op {
	if !nonces {
		return newOP(t, l)
	}
	b := newBound(t, l, func(b *bound) { b.nonces = true })
	b.op.keys = hardware.Maker{Want: hardware.SoftwareOnly}
	return b.op
}

func keepNothing(context.Context, session.Session) error { return nil }

// compressed makes a provider send every document compressed, if it is asked to.
func compressed(l lies) lies {
	start := l.start
	l.start = func(s *httptest.Server) {
		plain := s.Config.Handler
		s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Accept-Encoding") != "gzip" {
				plain.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Encoding", "gzip")
			out := gzip.NewWriter(w)
			plain.ServeHTTP(zipped{w, out}, r)
			_ = out.Close()
		})
		start(s)
	}
	return l
}

type zipped struct {
	http.ResponseWriter
	out io.Writer
}

func (z zipped) Write(p []byte) (int, error) { return z.out.Write(p) }
