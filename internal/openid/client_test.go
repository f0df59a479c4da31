package openid_test

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"net/url"
	"testing"
	"time"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/proxy"
	"app.latchkey/internal/session"
)

// receiver is a redirect receiver without a listener: the scripted browser hands the answer over. The receiver of
// package loopback has tests of its own.
type receiver struct {
	answer   chan url.Values
	finished chan bool
}

func (r *receiver) RedirectURI() string { return "http://127.0.0.1:1/callback" }

func (r *receiver) Wait(ctx context.Context) (url.Values, error) {
	select {
	case v := <-r.answer:
		return v, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (r *receiver) Finish(_ context.Context, ok bool, _, _ string) { r.finished <- ok }

func (r *receiver) Close() error { return nil }

// direct is the programs' own transport, without a proxy.
func direct(t *testing.T, roots []byte) http.RoundTripper {
	t.Helper()
	p, err := proxy.New(proxy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	transport, err := p.Transport(proxy.TransportOptions{RootCAs: roots})
	if err != nil {
		t.Fatal(err)
	}
	return transport
}

// client makes a client of the provider, with a browser that answers at once.
func (p *op) client(change ...func(*provider.Provider)) (*openid.Client, *receiver) {
	p.t.Helper()
	conf := provider.Provider{Issuer: p.site.URL, ClientID: "desk", OfflineAccess: "auto"}
	for _, f := range change {
		f(&conf)
	}
	r := &receiver{answer: make(chan url.Values, 1), finished: make(chan bool, 16)}
	way, browser := p.way, p.openFor(r)
	if way == nil {
		way = direct(p.t, nil)
	}
	if p.visit != nil {
		browser = p.visit(r)
	}
	c, err := openid.New(conf, openid.Options{
		Listen:         func(context.Context, openid.ListenSpec) (openid.Receiver, error) { return r, nil },
		RequestTimeout: cmp.Or(p.patience, 5*time.Second), Now: p.now, Log: p.log, Keys: p.keys,
		Sleep:   func(context.Context, time.Duration) error { return nil },
		OpenURL: browser, Transport: way,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(c.Close)
	return c, r
}

// openFor is a browser that answers at once.
func (p *op) openFor(r *receiver) func(context.Context, string) error {
	return func(_ context.Context, address string) error {
		client := &http.Client{
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
		res, err := client.Get(address)
		if err != nil {
			return err
		}
		_ = res.Body.Close()
		to, err := res.Location()
		if err != nil {
			return err
		}
		r.answer <- to.Query()
		return nil
	}
}

func signIn(t *testing.T, c *openid.Client, req session.SignInRequest) (session.Session, error) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	return c.SignIn(ctx, req)
}

// keep is a keep that keeps.
func keep(context.Context, session.Session) error { return nil }

// drop removes members.
func drop(names ...string) func(claims) {
	return func(c claims) { maps.DeleteFunc(c, func(k string, _ any) bool { return has(names, k) }) }
}

func put(name string, v any) func(claims) { return func(c claims) { c[name] = v } }

func has(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}
