//go:build !windows && !darwin

package system

import (
	"cmp"
	"context"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/godbus/dbus/v5"
)

// portalLimit is how long the portal may take, so that time is left to ask the others.
const portalLimit = time.Second

// lookup asks the portal, which GNOME's and KDE's desktops answer, then their settings.
// GNOME's are asked on a session bus alone: gsettings starts one where there is none.
func (s Sources) lookup(ctx context.Context, u *url.URL) Answer {
	if address := s.bus(); address != "" {
		if proxies := s.portal(ctx, address, u); len(proxies) > 0 && !slices.Equal(proxies, []string{"direct://"}) {
			return Answer{Source: "the desktop's portal", Proxies: proxies}
		}
		if a, ok := gnome(s.output(ctx, "gsettings", "list-recursively", "org.gnome.system.proxy"), u); ok {
			return a
		}
	}
	home := cmp.Or(s.Getenv("XDG_CONFIG_HOME"), filepath.Join(s.Getenv("HOME"), ".config"))
	if text, err := os.ReadFile(filepath.Join(home, "kioslaverc")); err == nil {
		if a, ok := kde(string(text), s.Getenv, u); ok {
			return a
		}
	}
	return Answer{}
}

// bus is the address of the session bus that the environment names, or of the one that
// systemd keeps for the person; "" where there is none.
func (s Sources) bus() string {
	switch address := s.Getenv("DBUS_SESSION_BUS_ADDRESS"); address {
	case "", "autolaunch:", "disabled:": // see package nobus
	default:
		return address
	}
	dir := s.Getenv("XDG_RUNTIME_DIR")
	if _, err := os.Stat(filepath.Join(dir, "bus")); dir == "" || err != nil {
		return ""
	}
	return "unix:path=" + dbus.EscapeBusAddressValue(filepath.Join(dir, "bus"))
}

// portal asks org.freedesktop.portal.ProxyResolver, if it runs. The context ends the
// connection too.
func (s Sources) portal(ctx context.Context, address string, u *url.URL) []string {
	ctx, stop := context.WithTimeout(ctx, portalLimit)
	defer stop()
	conn, err := dbus.Connect(address, dbus.WithContext(ctx))
	if err != nil {
		return nil
	}
	defer func() { _ = conn.Close() }()
	portal := conn.Object("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop")
	var proxies []string
	if err := portal.CallWithContext(ctx, "org.freedesktop.portal.ProxyResolver.Lookup", dbus.FlagNoAutoStart,
		u.String()).Store(&proxies); err != nil {
		return nil
	}
	return proxies
}
