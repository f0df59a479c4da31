package doctor_test

import (
	"os"
	"syscall"
	"testing"

	"github.com/godbus/dbus/v5"

	"app.latchkey/internal/doctor"
	"app.latchkey/test/bus"
)

// A real gnome-keyring on a bus of the test's own: sound, locked, and stopped.
func TestTheKeychainsStates(t *testing.T) {
	m := newMachine(t, newSite(t, nil))
	b := bus.Start(t, m.home)
	env := append(os.Environ(), "HOME="+m.home, "XDG_DATA_HOME="+m.path("data"), "XDG_RUNTIME_DIR="+m.home)
	daemon := b.Keychain(t, env)
	m.env["DBUS_SESSION_BUS_ADDRESS"], m.env["LATCHKEY_STORE"] = b.Address, "keychain"
	delete(m.env, "LATCHKEY_STORE_PASSPHRASE")
	m.config["keychain_timeout"] = `"60s"` // a busy machine is no broken keychain

	sound := func(when string) {
		t.Helper()
		if f := worst(m.examine(), "keychain"); f.Status != doctor.Pass {
			t.Errorf("%s: %s", when, f.Line())
		}
	}
	sound("at first")

	conn, err := dbus.Connect(b.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	service := conn.Object("org.freedesktop.secrets", "/org/freedesktop/secrets")
	if err := service.Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{bus.Login}).Err; err != nil {
		t.Fatal(err)
	}
	if f := worst(m.examine(), "keychain"); f.Status != doctor.Fail || f.Title != "The keychain is locked" {
		t.Errorf("locked: %s", f.Line())
	}
	// "Unlock it: sign in to the desktop", which starts it with the password.
	if err := daemon.Kill(); err != nil {
		t.Fatal(err)
	}
	for owned := true; owned; {
		if err := conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, "org.freedesktop.secrets").Store(&owned); err != nil {
			t.Fatal(err)
		}
	}
	daemon = b.Keychain(t, env)
	sound("after it was unlocked")

	if err := daemon.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = daemon.Signal(syscall.SIGCONT) }()
	m.config["keychain_timeout"] = `"1s"`
	if f := worst(m.examine(), "keychain"); f.Status != doctor.Fail || f.Title != "The keychain does not answer" {
		t.Errorf("stopped: %s", f.Line())
	}
	if err := daemon.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	m.config["keychain_timeout"] = `"60s"`
	sound("after it goes on")
}
