//go:build linux

package system_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"

	"app.latchkey/internal/proxy/system"
	"app.latchkey/test/bus"
)

// portal stands in for the desktop's portal on a bus.
type portal struct {
	mu     sync.Mutex
	answer []string
	silent chan struct{} // until it is closed
}

func (p *portal) say(proxies ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = proxies
	if p.silent != nil {
		close(p.silent)
		p.silent = nil
	}
}

// hang does not answer until the test sends it the answer.
func (p *portal) hang() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silent = make(chan struct{})
}

func (p *portal) Lookup(uri string) ([]string, *dbus.Error) {
	if uri != "https://id.example/" {
		return nil, dbus.MakeFailedError(errors.New("no such address: " + uri))
	}
	p.mu.Lock()
	silent := p.silent
	p.mu.Unlock()
	if silent != nil {
		<-silent
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.answer, nil
}

func desktop(t *testing.T, env map[string]string, gsettings string) string {
	t.Helper()
	s := system.Sources{
		Getenv: func(name string) string { return env[name] },
		Run: func(_ context.Context, name string, args ...string) ([]byte, error) {
			if name != "gsettings" || fmt.Sprint(args) != "[list-recursively org.gnome.system.proxy]" ||
				gsettings == "" {
				return nil, errors.New("no such program")
			}
			return []byte(gsettings), nil
		},
	}
	a := s.Lookup(t.Context(), &url.URL{Scheme: "https", Host: "id.example", Path: "/"})
	return fmt.Sprintf("%s %v %s", a.Source, a.Proxies, a.PAC)
}

func TestTheDesktopIsAskedInOrder(t *testing.T) {
	home := t.TempDir()
	b := bus.Start(t, home)
	conn, err := dbus.Connect(b.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	p := &portal{}
	p.say("socks://p.example:1080", "direct://")
	if err := conn.Export(p, "/org/freedesktop/portal/desktop", "org.freedesktop.portal.ProxyResolver"); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"DBUS_SESSION_BUS_ADDRESS": b.Address, "HOME": home}
	const auto = "org.gnome.system.proxy mode 'auto'\norg.gnome.system.proxy autoconfig-url 'http://a/p.pac'\n"
	if got := desktop(t, env, auto); got != "GNOME's settings [] http://a/p.pac" {
		t.Errorf("a bus without a portal: %s", got)
	}
	if _, err := conn.RequestName("org.freedesktop.portal.Desktop", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	if got := desktop(t, env, auto); got != "the desktop's portal [socks://p.example:1080 direct://] " {
		t.Errorf("the portal: %s", got)
	}
	if got := desktop(t, map[string]string{"XDG_RUNTIME_DIR": home, "HOME": home}, ""); got !=
		"the desktop's portal [socks://p.example:1080 direct://] " {
		t.Errorf("the bus of the runtime folder: %s", got)
	}
	p.hang()
	if got := desktop(t, env, auto); got != "GNOME's settings [] http://a/p.pac" {
		t.Errorf("a portal that hangs: %s", got)
	}
	p.say("direct://")
	if err := os.MkdirAll(filepath.Join(home, ".config"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".config", "kioslaverc"),
		[]byte("[Proxy Settings]\nProxyType=1\nhttpsProxy=http://k.example 3128\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := desktop(t, env, "org.gnome.system.proxy mode 'none'\n"); got !=
		"KDE's settings [http://k.example:3128] " {
		t.Errorf("KDE: %s", got)
	}
	if got := desktop(t, map[string]string{"HOME": t.TempDir(), "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"},
		""); got != " [] " {
		t.Errorf("a computer without a desktop: %s", got)
	}
	for _, none := range []string{"", "autolaunch:", "disabled:"} { // gsettings would start a bus there
		env := map[string]string{"HOME": t.TempDir(), "DBUS_SESSION_BUS_ADDRESS": none}
		if got := desktop(t, env, auto); got != " [] " {
			t.Errorf("without a bus (%q): %s", none, got)
		}
	}
}
