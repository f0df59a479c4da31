//go:build linux

// Package bus gives a test a session bus of its own with a real Secret Service on it. The bus starts no service by
// itself: a second keychain beside the test's own would write the same files.
package bus

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// Bus is a running session bus.
type Bus struct {
	Address string // for DBUS_SESSION_BUS_ADDRESS
	home    string
	conn    *dbus.Conn
}

const (
	secrets = "org.freedesktop.secrets"
	// Login is the collection that the keychain keeps its items in.
	Login = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
	// limit is the longest that this package waits for one thing.
	limit = 60 * time.Second
)

// Start starts a session bus with its files under home. It ends with the test.
func Start(t *testing.T, home string) *Bus {
	t.Helper()
	conf := filepath.Join(home, "bus.conf")
	text :=
		`<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=` + filepath.Join(home, "bus") +
			`</listen><auth>EXTERNAL</auth><policy context="default"><allow send_destination="*" ` +
			`eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("dbus-daemon", "--config-file="+conf, "--nofork", "--print-address")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	run(t, cmd)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("dbus-daemon: %v", err)
	}
	b := &Bus{Address: strings.TrimSpace(line), home: home}
	if b.conn, err = dbus.Connect(b.Address); err != nil {
		t.Fatalf("dbus-daemon: %v", err)
	}
	t.Cleanup(func() { _ = b.conn.Close() })
	return b
}

// Serve starts a program on the bus, and waits until it has its name there.
func (b *Bus) Serve(t *testing.T, name string, args ...string) {
	t.Helper()
	owned := make(chan *dbus.Signal, 16)
	b.conn.Signal(owned)
	defer b.conn.RemoveSignal(owned)
	if err := b.conn.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.DBus"),
		dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, name)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "DBUS_SESSION_BUS_ADDRESS="+b.Address)
	run(t, cmd)
	for {
		select {
		case s := <-owned:
			if len(s.Body) > 0 && s.Body[0] == name {
				return
			}
		case <-time.After(limit):
			t.Fatalf("%s never came to the bus", name)
		}
	}
}

// Keychain starts a gnome-keyring with an unlocked login collection. env is its
// environment; the process is returned so that a test can stop it for a while.
func (b *Bus) Keychain(t *testing.T, env []string) *os.Process {
	t.Helper()
	return b.daemon(t, env, "pw", Login, false, "--unlock")
}

// Locked starts a gnome-keyring in which a collection of an earlier start is locked.
func (b *Bus) Locked(t *testing.T, env []string, at dbus.ObjectPath) *os.Process {
	t.Helper()
	return b.daemon(t, env, "", at, true)
}

// WithoutPassword makes a collection without a password the default one, as a person does
// who leaves the password's field empty. It returns the collection.
func (b *Bus) WithoutPassword(t *testing.T, label string) dbus.ObjectPath {
	t.Helper()
	service := b.conn.Object(secrets, root)
	var output dbus.Variant
	var session, made dbus.ObjectPath
	if err := service.Call("org.freedesktop.Secret.Service.OpenSession", 0, "plain",
		dbus.MakeVariant("")).Store(&output, &session); err != nil {
		t.Fatal(err)
	}
	properties := map[string]dbus.Variant{"org.freedesktop.Secret.Collection.Label": dbus.MakeVariant(label)}
	const create = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface.CreateWithMasterPassword"
	if err := service.Call(create, 0, properties, sentSecret{session, []byte{}, []byte{}, "text/plain"}).Store(
		&made); err != nil {
		t.Fatal(err)
	}
	if err := service.Call("org.freedesktop.Secret.Service.SetAlias", 0, "default", made).Err; err != nil {
		t.Fatal(err)
	}
	return made
}

// Gone ends a keychain, and waits until the bus has seen its end.
func (b *Bus) Gone(t *testing.T, daemon *os.Process) {
	t.Helper()
	if err := daemon.Kill(); err != nil {
		t.Fatal(err)
	}
	for owned := true; owned; {
		if err := b.conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, secrets).Store(&owned); err != nil {
			t.Fatal(err)
		}
	}
}

// daemon starts a gnome-keyring and waits until ready is true.
func (b *Bus) daemon(t *testing.T, env []string, password string, at dbus.ObjectPath, want bool,
	flags ...string) *os.Process {
	t.Helper()
	cmd := exec.Command("gnome-keyring-daemon", append(flags, "--components=secrets", "--foreground")...)
	cmd.Env = append(append([]string{}, env...), "DBUS_SESSION_BUS_ADDRESS="+b.Address)
	cmd.Stdin = strings.NewReader(password)
	run(t, cmd)
	last := "it never came to the bus"
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		locked, err := b.locked(at)
		switch {
		case err != nil:
			last = err.Error()
		case locked != want:
			last = fmt.Sprintf("that %s is locked is %v", at, locked)
		default:
			return cmd.Process
		}
	}
	t.Fatalf("no Secret Service after %s: %s", limit, last)
	return nil
}

// locked reports whether a collection is locked. It starts no service.
func (b *Bus) locked(at dbus.ObjectPath) (bool, error) {
	var v dbus.Variant
	call := b.conn.Object(secrets, at).Call("org.freedesktop.DBus.Properties.Get", dbus.FlagNoAutoStart,
		"org.freedesktop.Secret.Collection", "Locked")
	if err := call.Store(&v); err != nil {
		return false, err
	}
	locked, ok := v.Value().(bool)
	if !ok {
		return false, fmt.Errorf("Locked is a %T", v.Value())
	}
	return locked, nil
}

// run starts a program and ends it with the test.
func run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatalf("%s: %v", cmd.Path, err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
}
