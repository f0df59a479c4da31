package system

import (
	"fmt"
	"net/url"
	"testing"
)

func at(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestExceptionsAsEachSystemWritesThem(t *testing.T) {
	for _, c := range []struct {
		entry, address string
		want           bool
	}{
		{"localhost", "https://localhost/", true}, {"'intra.example'", "https://intra.example/", true},
		{"example.com", "https://www.example.com/", false},
		{".example.com", "https://www.example.com/", true}, {".example.com", "https://example.com/", true},
		{".example.com", "https://badexample.com/", false},
		{"*.example.com", "https://a.b.example.com/", true}, {"*.example.com", "https://example.com/", false},
		{"192.168.*", "https://192.168.3.4/", true},
		{"10.0.0.0/8", "https://10.1.2.3/", true}, {"10.0.0.0/8", "https://11.1.2.3/", false},
		{"169.254/16", "https://169.254.9.9/", true}, {"10/8", "https://10.2.3.4/", true},
		{"fe80::/10", "https://[fe80::1]/", true}, {"::1", "https://[::1]:8443/", true},
		{"[::1]", "https://[::1]/", true}, {"10.1.2.3", "https://[::ffff:10.1.2.3]/", true},
		{"id.example:8443", "https://id.example:8443/", true}, {"id.example:8443", "https://id.example/", false},
		{"id.example:443", "https://id.example/", true},
		{"https://id.example", "https://id.example/", true}, {"http://id.example", "https://id.example/", false},
		{"<local>", "https://intra/", true}, {"<local>", "https://a.b/", false},
		{"ID.Example", "https://id.example./", true}, {"", "https://id.example/", false},
		{"*", "https://id.example/", true}, {"[", "https://id.example/", false},
	} {
		if got := excepted([]string{"none.example", c.entry}, at(t, c.address), false); got != c.want {
			t.Errorf("%q for %s: %t", c.entry, c.address, got)
		}
	}
	for entry, want := range map[string]bool{"example.com": true, "*.www.example.com": true, "ample.com": false} {
		if got := excepted([]string{entry}, at(t, "https://www.example.com"), true); got != want {
			t.Errorf("with its hosts, %q: %t", entry, got)
		}
	}
}

const gnomeManual = `org.gnome.system.proxy autoconfig-url ''
org.gnome.system.proxy ignore-hosts ['localhost', '127.0.0.0/8', 'corp.example']
org.gnome.system.proxy mode 'manual'
org.gnome.system.proxy.http host 'web.example'
org.gnome.system.proxy.http port 8080
org.gnome.system.proxy.https host 'secure.example'
org.gnome.system.proxy.https port 3128
org.gnome.system.proxy.socks host ''
org.gnome.system.proxy.socks port 0
`

const macManual = `<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
    1 : 169.254/16
  }
  ExcludeSimpleHostnames : 1
  HTTPSEnable : 1
  HTTPSPort : 3128
  HTTPSProxy : secure.example
  ProxyAutoConfigEnable : 0
}
`

func TestTheDesktopsSettings(t *testing.T) {
	env := map[string]string{"HTTPS_PROXY": "http://env.example:1", "NO_PROXY": "a.example"}
	kdeOf := func(text, address string) (Answer, bool) {
		return kde("[Other]\nProxyType=1\n[Proxy Settings]\n"+text, func(k string) string { return env[k] },
			at(t, address))
	}
	gnomeOf := func(text, address string) (Answer, bool) { return gnome(text, at(t, address)) }
	macOf := func(text, address string) (Answer, bool) { return scutil(text, at(t, address)) }
	for _, c := range []struct {
		name, text, address string
		read                func(text, address string) (Answer, bool)
		want                string
	}{
		{"GNOME", gnomeManual, "https://id.example", gnomeOf, "[http://secure.example:3128]  false"},
		{"GNOME, http", gnomeManual, "http://id.example", gnomeOf, "[http://web.example:8080]  false"},
		{"GNOME, excepted", gnomeManual, "https://www.corp.example", gnomeOf, "[direct://]  false"},
		{
			"GNOME, SOCKS", "org.gnome.system.proxy mode 'manual'\norg.gnome.system.proxy ignore-hosts @as []\n" +
				"org.gnome.system.proxy.socks host 's.example'\norg.gnome.system.proxy.socks port 1080\n",
			"https://id.example", gnomeOf, "[socks://s.example:1080]  false",
		},
		{
			"GNOME, script", "org.gnome.system.proxy mode 'auto'\n" +
				"org.gnome.system.proxy autoconfig-url 'http://a/p.pac'\n", "https://id.example", gnomeOf,
			"[] http://a/p.pac false",
		},
		{
			"GNOME, detect", "org.gnome.system.proxy mode 'auto'\norg.gnome.system.proxy autoconfig-url ''\n",
			"https://id.example", gnomeOf, "[]  true",
		},
		{"GNOME, none", "org.gnome.system.proxy mode 'none'\n", "https://id.example", gnomeOf, ""},
		{"GNOME, nonsense", "No such schema", "https://id.example", gnomeOf, ""},
		{
			"KDE", "ProxyType=1\nhttpsProxy=http://k.example 3128\nNoProxyFor=corp.example,.other",
			"https://id.example", kdeOf, "[http://k.example:3128]  false",
		},
		{
			"KDE, excepted", "ProxyType=1\nhttpsProxy=http://k.example:3128\nNoProxyFor=corp.example",
			"https://corp.example", kdeOf, "[direct://]  false",
		},
		{
			"KDE, only those", "ProxyType=1\nhttpsProxy=http://k.example 3128\nNoProxyFor=corp.example\n" +
				"ReversedException=true", "https://corp.example", kdeOf, "[http://k.example:3128]  false",
		},
		{
			"KDE, script", "ProxyType=2\nProxy Config Script[$e]=file:///etc/p.pac", "https://id.example", kdeOf,
			"[] file:///etc/p.pac false",
		},
		{"KDE, detect", "ProxyType=3", "https://id.example", kdeOf, "[]  true"},
		{
			"KDE, variables", "ProxyType=4\nhttpsProxy=HTTPS_PROXY\nNoProxyFor=NO_PROXY", "https://id.example", kdeOf,
			"[http://env.example:1]  false",
		},
		{
			"KDE, variables, excepted", "ProxyType=4\nhttpsProxy=HTTPS_PROXY\nNoProxyFor=NO_PROXY", "https://a.example",
			kdeOf, "[direct://]  false",
		},
		{"KDE, none", "ProxyType=0\nhttpsProxy=http://k.example 3128", "https://id.example", kdeOf, ""},
		{"macOS", macManual, "https://id.example", macOf, "[http://secure.example:3128]  false"},
		{"macOS, excepted", macManual, "https://printer.local", macOf, "[direct://]  false"},
		{"macOS, a plain name", macManual, "https://intra", macOf, "[direct://]  false"},
		{"macOS, script", "<dictionary> {\n  ProxyAutoConfigEnable : 1\n  ProxyAutoConfigURLString : http://a/p.pac\n}",
			"https://id.example", macOf, "[] http://a/p.pac false"},
		{"macOS, detect", "<dictionary> {\n  ProxyAutoDiscoveryEnable : 1\n}", "https://id.example", macOf, "[]  true"},
		{"macOS, none", "<dictionary> {\n}", "https://id.example", macOf, ""},
	} {
		got, ok := c.read(c.text, c.address)
		if text := fmt.Sprintf("%v %s %t", got.Proxies, got.PAC, got.Detect); ok != (c.want != "") ||
			ok && text != c.want {
			t.Errorf("%s: %q, %t", c.name, text, ok)
		}
	}
	for address, want := range map[string]string{
		"https://id.example": "[http://w.example:8080]", "https://a.corp": "[direct://]",
		"https://intra": "[direct://]",
	} {
		if got := windows(map[string]string{"https": "w.example:8080"}, "*.corp;<local>",
			at(t, address)); fmt.Sprint(got.Proxies) != want {
			t.Errorf("Windows, %s: %v", address, got.Proxies)
		}
	}
}
