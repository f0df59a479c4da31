package proxy_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net/url"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/proxy"
	"app.latchkey/internal/proxy/route"
	"app.latchkey/internal/proxy/system"
)

// clientPair is a certificate with its key in PEM.
func clientPair(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})...)
}

func TestWhoDecides(t *testing.T) {
	desktop := func(proxies ...string) func(context.Context, *url.URL) system.Answer {
		return func(context.Context, *url.URL) system.Answer {
			return system.Answer{Source: "the desktop", Proxies: proxies}
		}
	}
	for _, c := range []struct {
		setting string
		env     map[string]string
		desktop func(context.Context, *url.URL) system.Answer
		address string
		want    string
	}{
		{want: "directly (nothing names a proxy)"},
		{
			setting: "direct", env: map[string]string{"HTTPS_PROXY": "e:1"}, desktop: desktop("http://d:2"),
			want: "directly (the setting proxy)",
		},
		{
			setting: "http://u:pw@s:3", env: map[string]string{"HTTPS_PROXY": "e:1"},
			want: "by the proxy http://s:3 (the setting proxy)",
		},
		{
			setting: "system", env: map[string]string{"HTTPS_PROXY": "e:1"}, desktop: desktop("http://d:2"),
			want: "by the proxy http://e:1 (the environment)",
		},
		{env: map[string]string{"https_proxy": "https://u:pw@e"}, want: "by the proxy https://e:443 (the environment)"},
		{env: map[string]string{"ALL_PROXY": "socks5h://e"}, want: "by the proxy socks5://e:1080 (the environment)"},
		{
			env: map[string]string{"HTTP_PROXY": "e:1"}, desktop: desktop("http://d:2"),
			want: "by the proxy http://d:2 (the desktop)",
		},
		{
			env: map[string]string{"HTTPS_PROXY": "e:1", "NO_PROXY": ".example"}, desktop: desktop("http://d:2"),
			want: "directly (the environment)",
		},
		{
			env: map[string]string{"HTTPS_PROXY": "e:1", "no_proxy": "10.0.0.0/8"}, address: "https://10.2.3.4/",
			want: "directly (the environment)",
		},
		{env: map[string]string{"all_proxy": "e:1", "NO_PROXY": "*"}, want: "directly (the environment)"},
		{desktop: desktop("socks://d", "direct://"), want: "by the proxy socks5://d:1080, else directly (the desktop)"},
		{desktop: desktop("direct://"), want: "directly (the desktop)"},
		{setting: "http://s:3", address: "http://localhost:8080/", want: "directly (an address of this computer)"},
		{setting: "http://s:3", address: "http://127.0.0.2/", want: "directly (an address of this computer)"},
		{setting: "http://s:3", address: "https://[::1]:8443/", want: "directly (an address of this computer)"},
		{setting: "http://s:3", address: "https://app.localhost/", want: "directly (an address of this computer)"},
	} {
		p, err := proxy.New(proxy.Options{
			Setting: c.setting, Getenv: func(k string) string { return c.env[k] }, System: c.desktop,
		})
		if err != nil {
			t.Fatal(err)
		}
		if c.address == "" {
			c.address = "https://id.example/path"
		}
		got, err := p.Explain(t.Context(), c.address)
		if err != nil || got.String() != c.want {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
	}
}

func TestTheSetting(t *testing.T) {
	for _, good := range []string{
		"", "system", "SYSTEM", "direct", "proxy.example:3128", "http://u:p@proxy.example/", "https://proxy.example",
		"socks://[::1]:1080", "http://a/proxy.pac", "https://a/?pac", "file:///etc/proxy.pac",
	} {
		if says := route.Check(good); says != "" {
			t.Errorf("%q: %s", good, says)
		}
	}
	for bad, want := range map[string]string{
		"ftp://a": "http, https, socks5 and socks5h", "socks4://a": "not", "http://": "no host",
		"http://:8080": "no host", "http://a:0": "no port", "http://a:99999": "no port",
		"http://u:s3cr3t@a b": "", "socks5://a/path": "no path", "file://host/p.pac": "",
		"http://ü.example": "no host", "http://u:s3cr3t@a/%zz": "",
	} {
		says := route.Check(bad)
		if _, err := proxy.New(proxy.Options{Setting: bad}); !errors.Is(err, route.ErrSetting) || says == "" ||
			!strings.Contains(says, want) || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%q: %q, %v", bad, says, err)
		}
	}
	p, err := proxy.New(proxy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "ftp://a", "https://", "%zz"} {
		if _, err := p.Explain(t.Context(), bad); !errors.Is(err, route.ErrSetting) {
			t.Errorf("Explain(%q): %v", bad, err)
		}
	}
}

func FuzzSetting(f *testing.F) {
	for _, s := range []string{"http://u:p@a:1", "socks5h://a", "a:1", "http://a/p.pac", "file:///x", "http://[::1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		p, err := proxy.New(proxy.Options{Setting: value})
		if (err == nil) != (route.Check(value) == "") || err != nil && !errors.Is(err, route.ErrSetting) {
			t.Fatalf("%v", err)
		}
		if p == nil || strings.Contains(value, "/") && !strings.HasSuffix(value, "/") {
			return // a script may be fetched
		}
		if c, err := p.Explain(t.Context(), "http://localhost/"); err != nil || c.String() == "" {
			t.Fatalf("%v", err)
		}
	})
}
