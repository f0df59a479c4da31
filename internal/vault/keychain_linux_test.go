package vault_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/99designs/keyring"
	"github.com/godbus/dbus/v5"

	"app.latchkey/internal/vault"
	"app.latchkey/test/bus"
)

const platformBackend = keyring.SecretServiceBackend

// These tests run in a child of the test's own, on a private session bus with a
// real gnome-keyring: the keychain library looks at the environment when it
// is imported, before a test could set it.
func TestSecretService(t *testing.T) {
	if os.Getenv("VAULT_TEST_KEYCHAIN") == "" {
		home := t.TempDir()
		env := append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+home+"/data", "XDG_RUNTIME_DIR="+home)
		b := bus.Start(t, home)
		daemon := b.Keychain(t, env)
		cmd := exec.Command(os.Args[0], "-test.run=^TestSecretService$", "-test.v", "-test.timeout=5m")
		cmd.Env = append(env, "DBUS_SESSION_BUS_ADDRESS="+b.Address, "VAULT_TEST_KEYCHAIN="+strconv.Itoa(daemon.Pid))
		out, err := cmd.CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("--- PASS: TestSecretService/the_question_is_answered,")) {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	dir := t.TempDir()
	conf := vault.Config{Dir: dir, Kind: vault.Keychain, Service: "latchkey-test", Timeout: 5 * time.Second}
	onKeychain(t, conf)
	saved(t, conf)
	t.Run("begun early", func(t *testing.T) {
		early := conf
		early.Early = vault.Begin()
		defer early.Early.Close()
		v := vault.New(early)
		for range 2 { // the second time it is connected to anew
			if got, err := v.Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
				t.Errorf("%q %v", got, err)
			}
			if err := v.SaveAnew(t.Context(), blob); err != nil {
				t.Error(err)
			}
		}
		vault.Begin().Close() // and not needed
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
		slow.Early = vault.Begin() // ends though the keychain does not answer
		if _, late := vault.New(slow).Load(t.Context()); !errors.Is(late, vault.ErrKeychainTimeout) {
			t.Errorf("begun early: %v, want ErrKeychainTimeout", late)
		}
		slow.Early.Close()
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
		// No prompter runs on this bus yet, so gnome-keyring gives its question up.
		if err := vault.New(conf).UnlockKeychain(t.Context()); !errors.Is(err, vault.ErrKeychainDismissed) {
			t.Errorf("%v, want ErrKeychainDismissed", err)
		}
	})
	prompts := bus.Prompts(t, os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	t.Run("the question is dismissed", func(t *testing.T) {
		prompts.Answer(bus.Dismiss)
		if err := vault.New(conf).UnlockKeychain(t.Context()); !errors.Is(err, vault.ErrKeychainDismissed) {
			t.Errorf("%v, want ErrKeychainDismissed", err)
		}
		if prompts.Asked() != 1 {
			t.Errorf("the person was asked %d times", prompts.Asked())
		}
		if _, err := vault.New(conf).Load(t.Context()); !errors.Is(err, vault.ErrKeychainLocked) {
			t.Errorf("%v, want ErrKeychainLocked", err)
		}
	})
	t.Run("another store instead, and the file is kept", func(t *testing.T) {
		other := conf
		other.Dir = t.TempDir()
		data, err := os.ReadFile(filepath.Join(dir, "vault"))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(other.Dir, "vault"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		v := vault.New(other)
		if err := v.Change(t.Context(), vault.File, phrase); err != nil {
			t.Fatal(err)
		}
		_, err = v.Load(t.Context())
		var aside *vault.SetAsideError
		if !errors.As(err, &aside) || !errors.Is(err, vault.ErrReplaced) {
			t.Fatalf("%v, want the file set aside", err)
		}
		if kept, err := os.ReadFile(aside.Path); err != nil || !bytes.Equal(kept, data) {
			t.Errorf("not kept as it was: %v", err)
		}
	})
	t.Run("the question is answered late", func(t *testing.T) {
		prompts.Answer(bus.Ignore)
		ctx, stop := context.WithTimeoutCause(t.Context(), 300*time.Millisecond, vault.ErrKeychainTimeout)
		defer stop()
		if err := vault.New(conf).UnlockKeychain(ctx); !errors.Is(err, vault.ErrKeychainTimeout) {
			t.Errorf("%v, want ErrKeychainTimeout", err)
		}
		prompts.Late("pw")
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
			got, err := vault.New(conf).Load(t.Context())
			if err == nil && bytes.Equal(got, blob) {
				break
			}
			if !errors.Is(err, vault.ErrKeychainLocked) || time.Now().After(deadline) {
				t.Fatalf("%q %v", got, err)
			}
		}
	})
	t.Run("the question is answered, at the second try", func(t *testing.T) {
		lock(t)
		prompts.Answer("wrong", "pw")
		v := vault.New(conf)
		if err := v.UnlockKeychain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if prompts.Asked() != 2 {
			t.Errorf("the person was asked %d times", prompts.Asked())
		}
		if got, err := v.Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
			t.Errorf("%q %v", got, err)
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
		for end := time.Now().Add(30 * time.Second); errors.Is(err, vault.ErrKeychain) &&
			!errors.Is(err, vault.ErrKeychainAbsent) && time.Now().Before(end); {
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
	if err := vault.New(vault.Config{Dir: t.TempDir(), Kind: vault.Keychain}).Ready(t.Context()); !errors.Is(err,
		vault.ErrKeychainAbsent) {
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
	if err := conn.Object("org.freedesktop.secrets", "/org/freedesktop/secrets").Call(
		"org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{bus.Login}).Err; err != nil {
		t.Fatal(err)
	}
}
