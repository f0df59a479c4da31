package doctor_test

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"app.latchkey/internal/doctor"
	"app.latchkey/internal/vault"
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
	// "Unlock the keychain: sign in to the desktop", which starts it with the password.
	if err := daemon.Kill(); err != nil {
		t.Fatal(err)
	}
	for owned := true; owned; {
		if err := conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0,
			"org.freedesktop.secrets").Store(&owned); err != nil {
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

// A keychain without a default collection is found, and making one mends it; a locked one
// is a fault only where a person has to be asked.
func TestTheDefaultCollection(t *testing.T) {
	m := newMachine(t, newSite(t, nil))
	b := bus.Start(t, m.home)
	secrets := b.Secrets(t, "", bus.Open)
	m.env["DBUS_SESSION_BUS_ADDRESS"], m.env["LATCHKEY_STORE"] = b.Address, "keychain"
	m.config["keychain_timeout"] = `"60s"`
	delete(m.env, "LATCHKEY_STORE_PASSPHRASE")
	if f := worst(m.examine(), "keychain"); f.Status != doctor.Fail ||
		f.Title != "The keychain has no default collection" || !strings.Contains(f.Advice, "set it as default") {
		t.Errorf("without one: %s", f.Line())
	}
	secrets.Rename("kdewallet")
	for lock, want := range map[bus.Lock]doctor.Status{
		bus.Open: doctor.Pass, bus.Quiet: doctor.Pass, bus.Asks: doctor.Fail,
	} {
		secrets.Relock(lock)
		if f := worst(m.examine(), "keychain"); f.Status != want {
			t.Errorf("lock %d: %s", lock, f.Line())
		}
	}
	if _, prompts, made := secrets.Items(); prompts != 0 || made != 0 {
		t.Errorf("%d questions, %d collections made", prompts, made)
	}
}

// The keychain of another desktop session has no key: the doctor says so and touches
// nothing, and with the right session again all is well.
func TestAnotherDesktopsKeychain(t *testing.T) {
	m := newMachine(t, newSite(t, nil))
	mine := bus.Start(t, t.TempDir())
	mine.Secrets(t, "login", bus.Open)
	other := bus.Start(t, t.TempDir())
	other.Secrets(t, "kdewallet", bus.Open)
	m.env["LATCHKEY_STORE"] = "keychain"
	delete(m.env, "LATCHKEY_STORE_PASSPHRASE")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", mine.Address)
	v := vault.New(vault.Config{
		Dir: m.path(".local", "share", "latchkey"), Kind: vault.Keychain, Service: "latchkey", Timeout: time.Minute,
	})
	if err := v.Save(t.Context(), []byte("sessions")); err != nil {
		t.Fatal(err)
	}
	m.env["DBUS_SESSION_BUS_ADDRESS"] = other.Address
	if f := worst(m.examine(), "vault"); f.Status != doctor.Fail ||
		!strings.Contains(f.Advice, "Open the desktop session whose keychain has the key") {
		t.Errorf("another session: %s", f.Line())
	}
	m.env["DBUS_SESSION_BUS_ADDRESS"] = mine.Address
	if f := worst(m.examine(), "vault"); f.Status != doctor.Pass {
		t.Errorf("the right session: %s", f.Line())
	}
}
