package vault_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"app.latchkey/internal/vault"
	"app.latchkey/test/bus"
)

// These tests run in a child of the test's own, on a private session bus with a
// real gnome-keyring: the keychain library looks at the environment when it
// is imported, before a test could set it.
func TestSecretService(t *testing.T) {
	if os.Getenv("VAULT_TEST_KEYCHAIN") == "" {
		home := t.TempDir()
		env := append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+home+"/data", "XDG_RUNTIME_DIR="+home)
		b := bus.Start(t, home)
		daemon := b.Keychain(t, env)
		cmd := exec.Command(os.Args[0], "-test.run=^TestSecretService$", "-test.v")
		cmd.Env = append(env, "DBUS_SESSION_BUS_ADDRESS="+b.Address, "VAULT_TEST_KEYCHAIN="+strconv.Itoa(daemon.Pid))
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
		pid, err := strconv.Atoi(os.Getenv("VAULT_TEST_KEYCHAIN"))
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		slow := conf
		slow.Timeout = 300 * time.Millisecond
		_, err = vault.New(slow).Load(t.Context())
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
	t.Run("gone, and nothing is lost", func(t *testing.T) {
		pid, err := strconv.Atoi(os.Getenv("VAULT_TEST_KEYCHAIN"))
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		// Until the bus has seen its end, the read may still be under way.
		err = vault.ErrKeychain
		for end := time.Now().Add(30 * time.Second); errors.Is(err, vault.ErrKeychain) && !errors.Is(err, vault.ErrKeychainAbsent) && time.Now().Before(end); {
			_, err = vault.New(conf).Load(t.Context())
		}
		if !errors.Is(err, vault.ErrKeychainAbsent) {
			t.Errorf("%v, want ErrKeychainAbsent", err)
		}
		if _, err := os.Stat(filepath.Join(dir, "vault")); err != nil {
			t.Error("the vault is gone")
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

func lock(t *testing.T) {
	t.Helper()
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.Object("org.freedesktop.secrets", "/org/freedesktop/secrets").Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{bus.Login}).Err; err != nil {
		t.Fatal(err)
	}
}
