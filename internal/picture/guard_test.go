package picture

import (
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"app.latchkey/internal/proxy"
)

// fetcher is a Fetcher by the programs' own transport.
func fetcher(t *testing.T, how proxy.Options, roots []byte, o Options) *Fetcher {
	t.Helper()
	p, err := proxy.New(how)
	if err != nil {
		t.Fatal(err)
	}
	o.Transport = func(guard func(netip.Addr) error) (http.RoundTripper, error) {
		return p.Transport(proxy.TransportOptions{RootCAs: roots, Guard: guard})
	}
	f, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A public name may resolve to a private address. The address of the connection decides.
func TestNoWayIntoAPrivateNetwork(t *testing.T) {
	for _, inside := range []string{
		"127.0.0.1", "::1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "::", "100.64.0.1",
		"192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.1",
		"203.0.113.1", "224.0.0.1", "240.0.0.1",
		"255.255.255.255", "fe80::1", "fe80::1%1", "fc00::1", "fd00::1", "fec0::1", "ff02::1",
		"::ffff:10.0.0.1", "::127.0.0.1",
		"64:ff9b::a00:1", "64:ff9b:1::a00:1", "100::1", "2001::1", "2001:db8::1", "2002:a00:1::1", "3fff::1", "5f00::1",
	} {
		if err := (&Fetcher{}).judge(netip.MustParseAddr(inside)); !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %v", inside, err)
		}
	}
	for _, outside := range []string{"93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34"} {
		if err := (&Fetcher{}).judge(netip.MustParseAddr(outside)); err != nil {
			t.Errorf("%s: %v", outside, err)
		}
	}
	if err := (&Fetcher{o: Options{Loopback: true}}).judge(netip.IPv6Loopback()); err != nil {
		t.Errorf("loopback, allowed: %v", err)
	}
}

// gateway is an HTTP proxy that takes every CONNECT to one server, and writes down what
// it was asked for.
type gateway struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func newGateway(t *testing.T, to string) *gateway {
	p := &gateway{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.asked = append(p.asked, r.Host)
		p.mu.Unlock()
		far, err := net.Dial("tcp", to)
		if err != nil {
			t.Error(err)
			return
		}
		near, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = near.Write([]byte("HTTP/1.1 200 OK\r\n\r\n"))
		go func() { _, _ = io.Copy(far, buffered); _ = far.Close() }()
		_, _ = io.Copy(near, far)
		_ = near.Close()
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *gateway) hosts() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

// pictures is a server of https pictures, and the PEM of its certificate for example.com.
func pictures(t *testing.T) (*httptest.Server, []byte) {
	mux := http.NewServeMux()
	mux.HandleFunc("/a.png", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(drawn(3, 3)) })
	mux.Handle("/inside", http.RedirectHandler("https://10.0.0.1/a.png", http.StatusFound))
	s := httptest.NewUnstartedServer(mux)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that fail are part of the tests
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
}

func TestBehindAProxyTheTargetIsJudged(t *testing.T) {
	site, ca := pictures(t)
	p := newGateway(t, site.Listener.Addr().String())
	f := fetcher(t, proxy.Options{Setting: p.URL}, ca, Options{Hosts: []string{"Example.com"}})
	for _, inside := range []string{
		"https://10.0.0.1/a.png", "https://[fd00::1]/a.png", "https://100.64.0.1/a.png",
		"https://no-such-host.invalid/a.png",
		"https://2130706433/a.png", "https://example.com/inside",
	} {
		if _, err := f.Fetch(t.Context(), inside); !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %v, want ErrAddress", inside, err)
		}
	}
	got, err := f.Fetch(t.Context(), "https://example.com/a.png")
	if err != nil || !strings.HasPrefix(got, "data:image/png") {
		t.Errorf("a host of the settings: %v", err)
	}
	_, err = f.Fetch(t.Context(), "https://93.184.216.34/a.png")
	if !errors.Is(err, ErrFetch) { // the certificate is another's
		t.Errorf("a public address: %v", err)
	}
	if _, err := f.Fetch(t.Context(), "https://localhost./a.png"); err == nil {
		t.Error("this computer's own name, with a dot")
	}
	want := []string{"example.com:443", "93.184.216.34:443"}
	if asked := p.hosts(); !slices.Equal(asked, want) {
		t.Errorf("the proxy was asked for %q, want %q", asked, want)
	}
}

// A proxy of the environment is used, and the guard judges addresses all the same.
func TestAProxyOfTheEnvironmentIsNoWayIn(t *testing.T) {
	site, _ := pictures(t)
	p := newGateway(t, site.Listener.Addr().String())
	env := map[string]string{"HTTPS_PROXY": p.URL}
	f := fetcher(t, proxy.Options{Getenv: func(name string) string { return env[name] }}, nil, Options{})
	for _, address := range []string{
		"https://10.0.0.1/a.png", "https://127.0.0.1/a.png", "https://169.254.169.254/a.png",
	} {
		if _, err := f.Fetch(t.Context(), address); !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %v", address, err)
		}
	}
	_, err := f.Fetch(t.Context(), "https://93.184.216.34/a.png")
	if want := []string{"93.184.216.34:443"}; !errors.Is(err, ErrFetch) || !slices.Equal(p.hosts(), want) {
		t.Errorf("%v, and the proxy was asked for %q", err, p.hosts())
	}
}

func TestAHostOfTheSettingsMayLieInside(t *testing.T) {
	site, _ := pictures(t)
	// leads to this machine, without being named loopback
	inside := strings.Replace(site.URL, "127.0.0.1", "0.0.0.0", 1)
	_, err := fetcher(t, proxy.Options{}, nil, Options{}).Fetch(t.Context(), inside+"/a.png")
	if !errors.Is(err, ErrAddress) {
		t.Errorf("without the setting: %v", err)
	}
	if _, err := fetcher(t, proxy.Options{}, nil, Options{Hosts: []string{"0.0.0.0"}}).Fetch(t.Context(),
		inside+"/a.png"); !errors.Is(err, ErrFetch) {
		t.Errorf("with the setting, and a certificate of nobody: %v", err)
	}
}
