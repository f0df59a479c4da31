package network

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"app.latchkey/internal/doctor"
	"app.latchkey/test/bus"
	"app.latchkey/test/gateway"
)

// script serves an automatic configuration that names one proxy.
func script(t *testing.T, proxy string) string {
	return "http://" + gateway.Start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `function FindProxyForURL(url, host) { return "PROXY %s"; }`, proxy)
	})) + "/proxy.pac"
}

// gnome gives the computer GNOME's settings, by a gsettings of its own, on a session bus.
func (o *office) gnome(pac string) {
	o.env["DBUS_SESSION_BUS_ADDRESS"] = bus.Start(o.t, o.t.TempDir()).Address
	o.write("gsettings", "#!/bin/sh\ncat <<END\norg.gnome.system.proxy mode 'auto'\n"+
		"org.gnome.system.proxy autoconfig-url '"+pac+"'\nEND\n")
}

// portal gives the computer a desktop portal, simulated by python3-dbusmock.
func (o *office) portal(proxy string) {
	t := o.t
	b := bus.Start(t, t.TempDir())
	const name, path, iface = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop",
		"org.freedesktop.portal.ProxyResolver"
	b.Serve(t, name, "/usr/bin/python3", "-m", "dbusmock", "--session", name, path, iface)
	conn, err := dbus.Connect(b.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.Object(name, path).Call("org.freedesktop.DBus.Mock.AddMethod", 0, iface, "Lookup", "s", "as",
		"ret = ['"+proxy+"'] if args[0] == '"+issuer+"/' else ['direct://']").Err; err != nil {
		t.Fatal(err)
	}
	o.env["DBUS_SESSION_BUS_ADDRESS"] = b.Address
}

// A person signs in and renews through every kind of proxy, whoever names the proxy, and the doctor says which one is
// used.
func TestEveryWayOut(t *testing.T) {
	for name, c := range map[string]struct {
		put  func(o *office, plain *gateway.Proxy)
		says string // of the doctor
	}{
		"an http proxy of the environment": {func(o *office, p *gateway.Proxy) {
			o.env["HTTPS_PROXY"] = "http://" + gateway.Start(o.t, p)
		}, "(the environment)"},
		"an https proxy": {func(o *office, p *gateway.Proxy) {
			s := httptest.NewUnstartedServer(p)
			s.TLS = o.ca.server(o.t)
			s.StartTLS()
			o.t.Cleanup(s.Close)
			o.env["LATCHKEY_PROXY"] = s.URL
		}, "by the proxy https://"},
		"Basic": {func(o *office, p *gateway.Proxy) {
			p.Admit = gateway.Basic("ada:p@ss word")
			o.env["LATCHKEY_PROXY"] = "http://ada:p%40ss%20word@" + gateway.Start(o.t, p)
		}, "(the setting proxy)"},
		"NTLM": {func(o *office, p *gateway.Proxy) {
			p.Admit = gateway.NTLM("ada", "ACME", "pw")
			o.env["LATCHKEY_PROXY"] = `http://ACME%5Cada:pw@` + gateway.Start(o.t, p)
		}, "(the setting proxy)"},
		"a script": {func(o *office, p *gateway.Proxy) {
			o.env["LATCHKEY_PROXY"] = script(o.t, gateway.Start(o.t, p))
		}, "(the setting proxy, by http://"},
		"GNOME's script": {func(o *office, p *gateway.Proxy) {
			o.gnome(script(o.t, gateway.Start(o.t, p)))
		}, "(GNOME's settings, by http://"},
		"the portal": {func(o *office, p *gateway.Proxy) {
			o.portal("http://" + gateway.Start(o.t, p))
		}, "(the desktop's portal)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			p := &gateway.Proxy{To: o.at}
			c.put(o, p)
			o.goesThrough(c.says)
			if asked := p.Asked(); len(asked) < 2 || !slices.Contains(asked, "CONNECT id.acme.test:443") {
				t.Errorf("the proxy was asked for %q", asked)
			}
		})
	}
	t.Run("SOCKS 5", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		at, name := gateway.Socks(t, o.at, "ada:pw")
		o.env["ALL_PROXY"] = "socks5h://ada:pw@" + at
		o.goesThrough("by the proxy socks5://")
		if name() != "id.acme.test" {
			t.Errorf("the proxy was asked for %q", name())
		}
	})
}

// A proxy that refuses ends no session: the person is told, and the session goes on when the way is free again.
func TestAProxyEndsNoSession(t *testing.T) {
	o := newOffice(t)
	o.env["HTTPS_PROXY"] = "http://" + gateway.Start(t, &gateway.Proxy{To: o.at})
	if _, errs, code := o.run("signin", "--timeout", "20s"); code != 0 {
		t.Fatalf("signin: exit code %d: %s", code, errs)
	}
	free := o.env["HTTPS_PROXY"]
	for _, refuse := range []string{
		answering(t, http.StatusForbidden), answering(t, http.StatusProxyAuthRequired), "http://" + nobody(t),
	} {
		o.env["HTTPS_PROXY"] = refuse
		_, errs, code := o.run("token", "--renew")
		if code != 1 || !strings.Contains(errs, "named by the environment") {
			t.Errorf("%s: exit code %d: %s", refuse, code, errs)
		}
	}
	o.env["HTTPS_PROXY"] = free
	if _, errs, code := o.run("token", "--renew"); code != 0 || o.idp.Refreshes() != 1 {
		t.Errorf("free again: exit code %d, %d refreshes: %s", code, o.idp.Refreshes(), errs)
	}
}

// goesThrough signs in, renews, and looks what the set-up check says of the proxy.
func (o *office) goesThrough(says string) {
	t := o.t
	if _, errs, code := o.run("signin", "--timeout", "20s"); code != 0 {
		t.Fatalf("signin: exit code %d: %s", code, errs)
	}
	if _, errs, code := o.run("token", "--renew"); code != 0 || o.idp.Refreshes() != 1 || !o.did("/userinfo") {
		t.Errorf("token --renew: exit code %d, %d refreshes: %s", code, o.idp.Refreshes(), errs)
	}
	if f := o.finding("proxy"); f.Status != doctor.Pass || f.Title != "Requests go through a proxy" ||
		!strings.Contains(f.Detail, says) {
		t.Errorf("doctor: %+v", f)
	}
}

// A command that needs no network does not ask the desktop for its proxy: neither version nor token with a fresh
// session.
func TestWhoAsksNobodyStartsNothing(t *testing.T) {
	o := newOffice(t)
	o.env["HTTPS_PROXY"] = "http://" + gateway.Start(t, &gateway.Proxy{To: o.at})
	if _, errs, code := o.run("signin", "--timeout", "20s"); code != 0 {
		t.Fatalf("signin: exit code %d: %s", code, errs)
	}
	delete(o.env, "HTTPS_PROXY")
	called := 0
	o.env["LATCHKEY_PROXY"] = "http://" + gateway.Start(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		called++
	})) + "/proxy.pac"
	for _, args := range [][]string{{"version"}, {"token"}, {"status"}} {
		if _, errs, code := o.run(args...); code != 0 || called != 0 {
			t.Errorf("%s: exit code %d, the script was fetched %d times: %s", args, code, called, errs)
		}
	}
	o.env["LATCHKEY_PROXY"] = "system"
	o.env["DBUS_SESSION_BUS_ADDRESS"] = bus.Start(t, t.TempDir()).Address
	mark := o.home + "/started"
	o.write("gsettings", "#!/bin/sh\n: >"+mark+"\n")
	for _, args := range [][]string{{"version"}, {"token"}, {"status"}} {
		if _, errs, code := o.run(args...); code != 0 || exists(mark) {
			t.Errorf("%s: exit code %d, gsettings started: %t: %s", args, code, exists(mark), errs)
		}
	}
	if o.run("token", "--renew"); !exists(mark) {
		t.Error("a renewal did not ask the desktop")
	}
}
