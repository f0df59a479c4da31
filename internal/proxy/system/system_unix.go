//go:build !windows && !darwin

package system

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"github.com/godbus/dbus/v5"
)

// lookup asks the portal, which GNOME's and KDE's desktops answer, then their settings.
func (s Sources) lookup(ctx context.Context, u *url.URL) Answer {
	if proxies := s.portal(ctx, u); len(proxies) > 0 && !slices.Equal(proxies, []string{"direct://"}) {
		return Answer{Source: "the desktop's portal", Proxies: proxies}
	}
	if a, ok := gnome(s.output(ctx, "gsettings", "list-recursively", "org.gnome.system.proxy"), u); ok {
		return a
	}
	if text, err := os.ReadFile(filepath.Join(s.configHome(), "kioslaverc")); err == nil {
		if a, ok := kde(string(text), s.Getenv, u); ok {
			return a
		}
	}
	return Answer{}
}

func (s Sources) configHome() string {
	if dir := s.Getenv("XDG_CONFIG_HOME"); dir != "" {
		return dir
	}
	return filepath.Join(s.Getenv("HOME"), ".config")
}

// portal asks org.freedesktop.portal.ProxyResolver on the bus that the environment
// names, or on the one that systemd keeps for the person. The context ends the
// connection too.
func (s Sources) portal(ctx context.Context, u *url.URL) []string {
	address := s.Getenv("DBUS_SESSION_BUS_ADDRESS")
	if dir := s.Getenv("XDG_RUNTIME_DIR"); address == "" && dir != "" {
		if _, err := os.Stat(filepath.Join(dir, "bus")); err == nil {
			address = "unix:path=" + dbus.EscapeBusAddressValue(filepath.Join(dir, "bus"))
		}
	}
	if address == "" {
		return nil
	}
	conn, err := dbus.Connect(address, dbus.WithContext(ctx))
	if err != nil {
		return nil
	}
	defer func() { _ = conn.Close() }()
	portal := conn.Object("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop")
	var proxies []string
	if err := portal.CallWithContext(ctx, "org.freedesktop.portal.ProxyResolver.Lookup", 0,
		u.String()).Store(&proxies); err != nil {
		return nil
	}
	return proxies
}
