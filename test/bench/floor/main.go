// Command floor is what a token from a keychain costs at least: a Go program that reads one item of the Secret Service
// by the same library as Latchkey and prints how long it is. It reads no settings, no file, and checks nothing.
package main

import (
	"fmt"
	"os"

	"github.com/godbus/dbus/v5"
)

const (
	name  = "org.freedesktop.secrets"
	iface = "org.freedesktop.Secret."
)

func main() {
	if err := read(); err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

// read asks first for the alias, as Latchkey does: another first call may crash gnome-keyring (docs/decisions/0009).
func read() error {
	conn, err := dbus.Connect(os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	service := conn.Object(name, "/org/freedesktop/secrets")
	var collection, session dbus.ObjectPath
	if err := service.Call(iface+"Service.ReadAlias", 0, "default").Store(&collection); err != nil {
		return err
	}
	var items []dbus.ObjectPath
	if err := conn.Object(name, collection).Call("org.freedesktop.DBus.Properties.Get", 0, iface+"Collection",
		"Items").Store(&items); err != nil {
		return err
	}
	var output dbus.Variant
	if err := service.Call(iface+"Service.OpenSession", 0, "plain", dbus.MakeVariant("")).Store(&output,
		&session); err != nil {
		return err
	}
	var secret struct {
		Session           dbus.ObjectPath
		Parameters, Value []byte
		ContentType       string
	}
	if err := conn.Object(name, items[0]).Call(iface+"Item.GetSecret", 0, session).Store(&secret); err != nil {
		return err
	}
	_, err = fmt.Println(len(secret.Value))
	return err
}
