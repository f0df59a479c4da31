package vault_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"app.latchkey/internal/vault"
)

// These tests run in a child of the test's own, with a private session bus and a
// real gnome-keyring on it: the keychain library looks at the environment when it
// is imported, before a test could set it.
func TestSecretService(t *testing.T) {
	if os.Getenv("VAULT_TEST_BUS") == "" {
		home := t.TempDir()
		script := `printf pw | gnome-keyring-daemon --unlock --components=secrets --foreground >/dev/null 2>&1 & echo $! > "$HOME/pid"
for n in $(seq 600); do dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets/collection/login org.freedesktop.DBus.Peer.Ping >/dev/null 2>&1 && break; read -t 0.05 < /dev/zero || true; done
"$TEST_PROGRAM" -test.run='^TestSecretService$' -test.v; code=$?; kill -CONT "$(cat "$HOME/pid")"; kill "$(cat "$HOME/pid")"; exit $code`
		cmd := exec.Command("dbus-run-session", "--", "bash", "-c", script)
		cmd.Env = append(os.Environ(), "VAULT_TEST_BUS=1", "HOME="+home, "XDG_DATA_HOME="+home+"/data", "XDG_RUNTIME_DIR="+home, "TEST_PROGRAM="+os.Args[0])
		out, err := cmd.CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("--- PASS: TestSecretService/what_is_stored")) {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	dir := t.TempDir()
	conf := vault.Config{Dir: dir, Kind: vault.Keychain, Service: "latchkey-test", Timeout: 5 * time.Second}
	t.Run("what is stored is found again", func(t *testing.T) {
		v := vault.New(conf)
		if err := v.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		saved(t, conf)
		if got, err := vault.New(conf).Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
			t.Errorf("%q %v", got, err)
		}
		if err := vault.New(conf).Probe(t.Context()); err != nil {
			t.Errorf("probe: %v", err)
		}
	})
	t.Run("from passphrase to keychain and back", func(t *testing.T) {
		other := conf
		other.Dir = t.TempDir()
		v := saved(t, file(other.Dir))
		if err := v.Change(t.Context(), vault.Keychain, phrase); err != nil {
			t.Fatal(err)
		}
		data, _ := os.ReadFile(filepath.Join(other.Dir, "vault"))
		if !bytes.Contains(data[:200], []byte(`"seal":"keychain"`)) {
			t.Errorf("%s", data[:200])
		}
	})
	t.Run("slow", func(t *testing.T) {
		pid := daemon(t)
		if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		slow := conf
		slow.Timeout = 300 * time.Millisecond
		_, err := vault.New(slow).Load(t.Context())
		_ = syscall.Kill(pid, syscall.SIGCONT)
		if !errors.Is(err, vault.ErrKeychainTimeout) {
			t.Errorf("%v, want ErrKeychainTimeout", err)
		}
		if got, err := vault.New(conf).Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
			t.Errorf("after it woke: %q %v", got, err)
		}
	})
	t.Run("locked, and nothing is lost", func(t *testing.T) {
		lock(t)
		if _, err := vault.New(conf).Load(t.Context()); !errors.Is(err, vault.ErrKeychainLocked) {
			t.Errorf("%v, want ErrKeychainLocked", err)
		}
		fresh := conf
		fresh.Dir = t.TempDir()
		if err := vault.New(fresh).Save(t.Context(), blob); !errors.Is(err, vault.ErrKeychainLocked) {
			t.Errorf("a new vault: %v, want ErrKeychainLocked", err)
		}
		if _, err := os.Stat(filepath.Join(dir, "vault")); err != nil {
			t.Error("the vault is gone")
		}
	})
	t.Run("the question that nobody can answer is a dismissal", func(t *testing.T) {
		// No prompter runs on this bus, so gnome-keyring gives its question up.
		if err := vault.New(conf).UnlockKeychain(t.Context()); !errors.Is(err, vault.ErrKeychainDismissed) {
			t.Errorf("%v, want ErrKeychainDismissed", err)
		}
	})
}

func TestWithoutABus(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	err := vault.New(vault.Config{Dir: t.TempDir(), Kind: vault.Keychain}).Save(t.Context(), blob)
	if !errors.Is(err, vault.ErrKeychainAbsent) {
		t.Errorf("%v, want ErrKeychainAbsent", err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus")
	if err := vault.New(vault.Config{Dir: t.TempDir(), Kind: vault.Keychain}).Ready(t.Context()); !errors.Is(err, vault.ErrKeychainAbsent) {
		t.Errorf("%v, want ErrKeychainAbsent", err)
	}
}

func daemon(t *testing.T) int {
	t.Helper()
	out, err := exec.Command("pgrep", "-f", "gnome-keyring-daemon --unlock --components=secrets --foreground", "-P", ppid(t)).Output()
	if err != nil {
		t.Fatalf("no gnome-keyring: %v", err)
	}
	pid := 0
	for _, c := range strings.Fields(string(out))[0] {
		pid = pid*10 + int(c-'0')
	}
	return pid
}

// ppid is the shell that started both this process and the daemon.
func ppid(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("ps", "-o", "ppid=", "-p", strings.TrimSpace(run(t, "sh", "-c", "echo $PPID"))).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func lock(t *testing.T) {
	t.Helper()
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	const path = "/org/freedesktop/secrets/collection/login"
	if err := conn.Object("org.freedesktop.secrets", "/org/freedesktop/secrets").Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{path}).Err; err != nil {
		t.Fatal(err)
	}
}
