package picture

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestMain is a program that fetches one picture, when it is started with FETCH.
func TestMain(m *testing.M) {
	if address := os.Getenv("FETCH"); address != "" {
		_, err := Fetcher{}.Fetch(context.Background(), address)
		fmt.Print(err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// A public name may resolve to an address inside: what counts is where the
// connection would go.
func TestNoWayIntoAPrivateNetwork(t *testing.T) {
	for _, inside := range []string{
		"127.0.0.1", "::1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "::", "100.64.0.1",
		"192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.1",
		"203.0.113.1", "224.0.0.1", "240.0.0.1",
		"255.255.255.255", "fe80::1", "fe80::1%1", "fc00::1", "fd00::1", "fec0::1", "ff02::1",
		"::ffff:10.0.0.1", "::127.0.0.1",
		"64:ff9b::a00:1", "64:ff9b:1::a00:1", "100::1", "2001::1", "2001:db8::1", "2002:a00:1::1", "3fff::1", "5f00::1",
	} {
		address := net.JoinHostPort(inside, "443")
		if err := (guard{}).control("tcp", address, nil); !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %v", inside, err)
		}
	}
	for _, outside := range []string{"93.184.216.34:443", "[2606:4700::1111]:8443", "[::ffff:93.184.216.34]:443"} {
		if err := (guard{}).control("tcp", outside, nil); err != nil {
			t.Errorf("%s: %v", outside, err)
		}
	}
	if err := (guard{Fetcher{Loopback: true}}).control("tcp", "[::1]:443", nil); err != nil {
		t.Errorf("loopback, allowed: %v", err)
	}
}

// proxy is an HTTP proxy that takes every CONNECT to one server, and writes down what
// it was asked for.
type proxy struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func newProxy(t *testing.T, to string) *proxy {
	p := &proxy{}
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

func (p *proxy) hosts() []string {
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
	p := newProxy(t, site.Listener.Addr().String())
	at, _ := url.Parse(p.URL)
	f := Fetcher{RootCAs: ca, Proxy: http.ProxyURL(at), Hosts: []string{"Example.com"}}
	for _, inside := range []string{
		"https://10.0.0.1/a.png", "https://[fd00::1]/a.png", "https://100.64.0.1/a.png",
		"https://no-such-host.invalid/a.png",
		"https://2130706433/a.png", "https://localhost./a.png", "https://example.com/inside",
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
	want := []string{"example.com:443", "example.com:443", "93.184.216.34:443"}
	if asked := p.hosts(); !slices.Equal(asked, want) {
		t.Errorf("the proxy was asked for %q, want %q", asked, want)
	}
}

// A proxy in the environment is used, and switches nothing off.
func TestAProxyOfTheEnvironmentIsNoWayIn(t *testing.T) {
	site, _ := pictures(t)
	p := newProxy(t, site.Listener.Addr().String())
	fetch := func(address string) string {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "FETCH="+address, "HTTPS_PROXY="+p.URL, "NO_PROXY=")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatal(err, string(out))
		}
		return string(bytes.TrimSpace(out))
	}
	for _, address := range []string{
		"https://10.0.0.1/a.png", "https://127.0.0.1/a.png", "https://169.254.169.254/a.png",
	} {
		if got := fetch(address); !strings.HasPrefix(got, ErrAddress.Error()) {
			t.Errorf("%s: %s", address, got)
		}
	}
	got, want := fetch("https://93.184.216.34/a.png"), []string{"93.184.216.34:443"}
	if got != ErrFetch.Error() || !slices.Equal(p.hosts(), want) {
		t.Errorf("%s, and the proxy was asked for %q", got, p.hosts())
	}
}

func TestAHostOfTheSettingsMayLieInside(t *testing.T) {
	site, _ := pictures(t)
	// leads to this machine, without being named loopback
	inside := strings.Replace(site.URL, "127.0.0.1", "0.0.0.0", 1)
	if _, err := (Fetcher{}).Fetch(t.Context(), inside+"/a.png"); !errors.Is(err, ErrAddress) {
		t.Errorf("without the setting: %v", err)
	}
	if _, err := (Fetcher{Hosts: []string{"0.0.0.0"}}).Fetch(t.Context(), inside+"/a.png"); !errors.Is(err, ErrFetch) {
		t.Errorf("with the setting, and a certificate of nobody: %v", err)
	}
}
