// Package item reads one item of the Secret Service by the same D-Bus library as Latchkey, for the floors of the
// benchmarks. It checks nothing, and is no example.
package item

import (
	"os"

	"github.com/godbus/dbus/v5"
)

const (
	name  = "org.freedesktop.secrets"
	iface = "org.freedesktop.Secret."
)

// Read returns the first item of the default collection. It asks first for the alias, as Latchkey does: another first
// call may crash gnome-keyring (docs/decisions/0009).
func Read() ([]byte, error) {
	conn, err := dbus.Connect(os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	service := conn.Object(name, "/org/freedesktop/secrets")
	var collection, session dbus.ObjectPath
	if err := service.Call(iface+"Service.ReadAlias", 0, "default").Store(&collection); err != nil {
		return nil, err
	}
	if collection == "/" { // gnome-keyring's answer once in a thousand times
		collection = "/org/freedesktop/secrets/collection/login"
	}
	var items []dbus.ObjectPath
	if err := conn.Object(name, collection).Call("org.freedesktop.DBus.Properties.Get", 0, iface+"Collection",
		"Items").Store(&items); err != nil {
		return nil, err
	}
	var output dbus.Variant
	if err := service.Call(iface+"Service.OpenSession", 0, "plain", dbus.MakeVariant("")).Store(&output,
		&session); err != nil {
		return nil, err
	}
	var secret struct {
		Session           dbus.ObjectPath
		Parameters, Value []byte
		ContentType       string
	}
	if err := conn.Object(name, items[0]).Call(iface+"Item.GetSecret", 0, session).Store(&secret); err != nil {
		return nil, err
	}
	return secret.Value, nil
}
