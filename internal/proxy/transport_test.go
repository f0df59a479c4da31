package proxy_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/proxy"
	"app.latchkey/internal/proxy/pac"
	"app.latchkey/internal/proxy/route"
	"app.latchkey/internal/proxy/system"
	"app.latchkey/test/gateway"
)

const target, hello = "https://example.com/x?secret=1", "hello example.com"

func TestEveryKindOfProxyLeadsThere(t *testing.T) {
	s := newSite(t)
	to := s.Listener.Addr().String()
	plain := gateway.Start(t, &gateway.Proxy{To: to})
	secure := httptest.NewTLSServer(&gateway.Proxy{To: to})
	t.Cleanup(secure.Close)
	socks, name := gateway.Socks(t, to, "")
	guarded, _ := gateway.Socks(t, to, "ada:pw")
	for _, setting := range []string{
		"http://" + plain, plain, "https://" + secure.Listener.Addr().String(), "socks5://" + socks,
		"socks5h://" + socks, "socks://" + socks,
		"socks5://ada:pw@" + guarded,
		"http://ada:pw@" + gateway.Start(t, &gateway.Proxy{To: to, Admit: gateway.Basic("ada:pw")}),
	} {
		a := newAsker(t, proxy.Options{Setting: setting}, proxy.TransportOptions{RootCAs: s.roots})
		if got, err := a.get(t, target); err != nil || got != hello {
			t.Errorf("%s: %q, %v", setting, got, err)
		}
	}
	if name() != "example.com" {
		t.Errorf("the SOCKS proxy was asked for %q, not for the name", name())
	}
}

// nobody is an address at which nothing listens.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func TestWhatAProxyRefusesIsTheProxysWord(t *testing.T) {
	s := newSite(t)
	to := s.Listener.Addr().String()
	status := func(code int) string {
		return "http://ada:s3cr3t@" +
			gateway.Start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }))
	}
	socks, _ := gateway.Socks(t, to, "ada:pw")
	odd := gateway.Start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_, _ = conn.Write([]byte("SSH-2.0-nonsense\r\n"))
			_ = conn.Close()
		}
	}))
	for setting, want := range map[string]error{
		status(403): route.ErrRefused, status(502): route.ErrRefused, status(302): route.ErrRefused,
		status(407):           route.ErrSignIn,
		"http://" + nobody(t): route.ErrReach, "socks5://" + nobody(t): route.ErrReach, "http://" + odd: route.ErrReach,
		"socks5://ada:s3cr3t@" + socks:                        route.ErrSignIn,
		"https://" + gateway.Start(t, &gateway.Proxy{To: to}): route.ErrReach,
	} {
		a := newAsker(t, proxy.Options{Setting: setting}, proxy.TransportOptions{RootCAs: s.roots})
		_, err := a.get(t, target)
		u, _ := url.Parse(setting)
		if !errors.Is(err, want) || !strings.Contains(err.Error(), u.Host) ||
			strings.Contains(errors.Unwrap(err).Error(), "s3cr3t") ||
			strings.Contains(errors.Unwrap(err).Error(), "secret=1") {
			t.Errorf("%s: %v", setting, err)
		}
	}
}

func TestAScriptsWaysAreTriedInOrder(t *testing.T) {
	s := newSite(t)
	g := &gateway.Proxy{To: s.Listener.Addr().String()}
	good, dead := gateway.Start(t, g), nobody(t)
	script := fmt.Sprintf(`function FindProxyForURL(url, host) { if (url != "https://example.com/") throw url; `+
		`return "PROXY %s; SOCKS4 x; PROXY %s; DIRECT"; }`, dead, good)
	fetched := 0
	at := "http://" + gateway.Start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fetched++
		_, _ = w.Write([]byte(script))
	})) + "/proxy.pac"
	file := filepath.Join(t.TempDir(), "proxy.pac")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	desktop := func(_ context.Context, u *url.URL) system.Answer {
		return system.Answer{Source: "GNOME's settings", PAC: at}
	}
	for name, opts := range map[string]proxy.Options{
		"by setting": {Setting: at}, "by a file": {Setting: "file://" + file}, "by the desktop": {System: desktop},
	} {
		a := newAsker(t, opts, proxy.TransportOptions{RootCAs: s.roots})
		for range 2 {
			if got, err := a.get(t, target); err != nil || got != hello {
				t.Errorf("%s: %q, %v", name, got, err)
			}
			a.client.CloseIdleConnections()
		}
		c, err := a.proxy.Explain(t.Context(), target)
		if err != nil || c.Err != nil || len(c.Routes) != 3 ||
			!strings.HasPrefix(c.String(), "by the proxy http://"+dead+", else by the proxy http://"+good+
				", else directly (") {
			t.Errorf("%s: %s, %v", name, c, err)
		}
	}
	if fetched != 2 { // once for each set-up that fetches
		t.Errorf("the script was fetched %d times", fetched)
	}
	if len(g.Asked()) != 6 {
		t.Errorf("the gateway was asked %d times", len(g.Asked()))
	}
}

func TestAScriptThatFailsIsToldAndTheWayIsDirect(t *testing.T) {
	serve := func(f http.HandlerFunc) string { return "http://" + gateway.Start(t, f) + "/p.pac" }
	for name, c := range map[string]struct {
		at   string
		want error
	}{
		"missing": {serve(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }), route.ErrScript},
		"broken": {
			serve(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>hotel</html>")) }),
			pac.ErrScript,
		},
		"too large": {
			serve(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 2<<20)) }), pac.ErrSize,
		},
		"without end": {
			serve(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("while(1){}")) }), pac.ErrSlow,
		},
		"slow":   {serve(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), route.ErrScript},
		"nobody": {"http://" + nobody(t) + "/p.pac", route.ErrScript},
		"nonsense": {serve(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`function FindProxyForURL() { return "TELEGRAPH x" }`))
		}), route.ErrScript},
		"no file": {"file:///nonexistent/p.pac", route.ErrScript},
	} {
		a := newAsker(t, proxy.Options{Setting: c.at}, proxy.TransportOptions{})
		choice, err := a.proxy.Explain(t.Context(), "https://nowhere.invalid/")
		if err != nil || !errors.Is(choice.Err, c.want) ||
			!strings.HasPrefix(choice.String(), "directly (the setting proxy, by ") {
			t.Errorf("%s: %s, %v, %v", name, choice, choice.Err, err)
		}
		if name == "broken" {
			if _, err := a.get(t, "https://nowhere.invalid/"); !errors.Is(err, route.ErrScript) {
				t.Errorf("where the direct way fails too: %v", err)
			}
		}
	}
}

func TestWhoseCertificateWasSeen(t *testing.T) {
	s := newSite(t)
	at := gateway.Start(t, &gateway.Proxy{To: s.Listener.Addr().String()})
	a := newAsker(t, proxy.Options{Setting: "http://" + at}, proxy.TransportOptions{})
	_, err := a.get(t, target)
	var seen *route.CertificateError
	var cause *tls.CertificateVerificationError
	if !errors.As(err, &seen) || !errors.Is(err, route.ErrCertificate) || !errors.As(err, &cause) {
		t.Fatalf("%v", err)
	}
	if seen.Issuer != "Acme Co" && seen.Issuer != " (Acme Co)" || seen.Host != "example.com" ||
		seen.Way.String() != "by the proxy http://"+at || seen.Self {
		t.Errorf("%+v", seen)
	}
	secure := httptest.NewTLSServer(&gateway.Proxy{})
	t.Cleanup(secure.Close)
	a = newAsker(t, proxy.Options{Setting: "https://" + secure.Listener.Addr().String()}, proxy.TransportOptions{})
	if _, err := a.get(t, target); !errors.As(err, &seen) || !seen.Self {
		t.Errorf("an https proxy of another's certificate: %v", err)
	}
	direct := newAsker(t, proxy.Options{}, proxy.TransportOptions{})
	if _, err := direct.get(t, s.URL); !errors.As(err, &seen) || !seen.Way.Direct() {
		t.Errorf("without a proxy: %v", err)
	}
}

func TestTheGuardJudgesBothWays(t *testing.T) {
	s := newSite(t)
	g := &gateway.Proxy{To: s.Listener.Addr().String()}
	at := gateway.Start(t, g)
	no := func(ip netip.Addr) error { return fmt.Errorf("%s is private", ip) }
	direct := newAsker(t, proxy.Options{}, proxy.TransportOptions{RootCAs: s.roots, Guard: no})
	if _, err := direct.get(t, s.URL); !errors.Is(err, route.ErrGuard) {
		t.Errorf("directly: %v", err)
	}
	through := newAsker(t, proxy.Options{Setting: at}, proxy.TransportOptions{RootCAs: s.roots, Guard: no})
	for _, address := range []string{"https://10.1.2.3/", "https://[fd00::1]/", "https://unresolvable.invalid/"} {
		if _, err := through.get(t, address); !errors.Is(err, route.ErrGuard) {
			t.Errorf("%s by a proxy: %v", address, err)
		}
	}
	if len(g.Asked()) != 0 {
		t.Errorf("the proxy was asked %v", g.Asked())
	}
	yes := newAsker(t, proxy.Options{Setting: at},
		proxy.TransportOptions{RootCAs: s.roots, Guard: func(netip.Addr) error { return nil }})
	if _, err := yes.get(t, "https://192.0.2.1/"); !errors.Is(err, route.ErrCertificate) || len(g.Asked()) != 1 {
		t.Errorf("an address that may be reached: %v", err)
	}
}

func TestAGatewayThatWantsACertificateGetsIt(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "%d", len(r.TLS.PeerCertificates))
	}))
	s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	s.StartTLS()
	t.Cleanup(s.Close)
	roots, pair := newSite(t).roots, clientPair(t)
	if got, err := newAsker(t, proxy.Options{}, proxy.TransportOptions{RootCAs: roots, ClientCert: pair}).get(t,
		s.URL); err != nil || got != "1" {
		t.Errorf("%q, %v", got, err)
	}
	strangers := proxy.TransportOptions{
		RootCAs: roots, ClientCert: pair, Guard: func(netip.Addr) error { return nil },
	}
	if _, err := newAsker(t, proxy.Options{}, strangers).get(t, s.URL); err == nil {
		t.Error("a server that nobody chose was shown the certificate")
	}
	gate := httptest.NewUnstartedServer(&gateway.Proxy{To: newSite(t).Listener.Addr().String()})
	gate.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	gate.StartTLS()
	t.Cleanup(gate.Close)
	if got, err := newAsker(t, proxy.Options{Setting: gate.URL}, strangers).get(t, "https://192.0.2.1/"); err == nil ||
		!errors.Is(err, route.ErrCertificate) { // of the server behind, whose name is another
		t.Errorf("an https proxy that wants a certificate: %q, %v", got, err)
	}
	if _, err := newAsker(t, proxy.Options{}, proxy.TransportOptions{RootCAs: roots}).get(t, s.URL); err == nil {
		t.Error("a gateway that wants a certificate is content without")
	}
	p, err := proxy.New(proxy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, opts := range []proxy.TransportOptions{
		{ClientCert: roots}, {ClientCert: []byte("x")}, {RootCAs: []byte("x")},
	} {
		if _, err := p.Transport(opts); !errors.Is(err, route.ErrSetting) {
			t.Errorf("%v", err)
		}
	}
}

// Whatever the setting: no old TLS, and no headers without end.
func TestTheLimitsOfATransport(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Long", strings.Repeat("x", 128<<10))
	}))
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := newSite(t).roots
	if _, err := newAsker(t, proxy.Options{}, proxy.TransportOptions{RootCAs: roots}).get(t, s.URL); err == nil {
		t.Error("headers of 128 KiB were taken")
	}
	old := httptest.NewUnstartedServer(http.NotFoundHandler())
	old.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	old.StartTLS()
	t.Cleanup(old.Close)
	if _, err := newAsker(t, proxy.Options{}, proxy.TransportOptions{RootCAs: roots}).get(t, old.URL); err == nil {
		t.Error("TLS 1.1 was taken")
	}
}

// A request whose time ends while a proxy or a script is waited for names it.
func TestWhatIsWaitedForIsNamed(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // the system accepts, and nobody answers
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	at := silent.Addr().String()
	patience := errors.New("out of patience")
	for _, setting := range []string{"http://" + at, "https://" + at, "socks5://" + at} {
		p, err := proxy.New(proxy.Options{Setting: setting})
		if err != nil {
			t.Fatal(err)
		}
		transport, err := p.Transport(proxy.TransportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeoutCause(t.Context(), 50*time.Millisecond, patience)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = transport.RoundTrip(req)
		stop()
		var reach *route.ReachError
		if !errors.As(err, &reach) || reach.Proxy != at || reach.Source != "the setting proxy" ||
			!errors.Is(err, patience) {
			t.Errorf("%s: %v", setting, err)
		}
	}
}
