//go:build linux

// Package bus gives a test a session bus of its own with a real Secret Service on
// it. Nothing can be started by its name on that bus: a second keychain that the
// bus starts beside the test's own would fight with it over the same files.
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
	// limit is how long anything that is waited for may take.
	limit = 60 * time.Second
)

// Start starts a session bus with its files under home. It ends with the test.
func Start(t *testing.T, home string) *Bus {
	t.Helper()
	conf := filepath.Join(home, "bus.conf")
	text := `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=` + filepath.Join(home, "bus") + `</listen><auth>EXTERNAL</auth><policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`
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

// Keychain starts a gnome-keyring with an unlocked login collection. env is its
// environment; the process is returned so that a test can stop it for a while.
func (b *Bus) Keychain(t *testing.T, env []string) *os.Process {
	t.Helper()
	cmd := exec.Command("gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground")
	cmd.Env = append(append([]string{}, env...), "DBUS_SESSION_BUS_ADDRESS="+b.Address)
	cmd.Stdin = strings.NewReader("pw")
	run(t, cmd)
	last := "it never came to the bus"
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		locked, err := b.locked()
		switch {
		case err != nil:
			last = err.Error()
		case locked:
			last = "the login collection stays locked"
		default:
			return cmd.Process
		}
	}
	t.Fatalf("no Secret Service after %s: %s", limit, last)
	return nil
}

// locked asks the login collection, and starts nothing.
func (b *Bus) locked() (bool, error) {
	var v dbus.Variant
	call := b.conn.Object(secrets, Login).Call("org.freedesktop.DBus.Properties.Get", dbus.FlagNoAutoStart, "org.freedesktop.Secret.Collection", "Locked")
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
