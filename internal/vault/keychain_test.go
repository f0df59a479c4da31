package vault_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/99designs/keyring"

	"app.latchkey/internal/secret"
	"app.latchkey/internal/vault"
)

// onKeychain are the tests that must pass with every system's keychain. They run with a real one: on Linux on a private
// session bus, on Windows and macOS with the user's own, with an item of the tests' name that is removed at the end.
func onKeychain(t *testing.T, conf vault.Config) {
	t.Run("what is stored is found again", func(t *testing.T) {
		c := at(t, conf)
		v := vault.New(c)
		if err := v.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		saved(t, c)
		if got, err := vault.New(c).Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
			t.Errorf("%q %v", got, err)
		}
		if err := vault.New(c).Probe(t.Context()); err != nil {
			t.Errorf("probe: %v", err)
		}
	})
	t.Run("the item is small and plain whatever the tokens' size", func(t *testing.T) {
		c := at(t, conf)
		if err := vault.New(c).Save(t.Context(), bytes.Repeat([]byte("token"), 1<<18)); err != nil {
			t.Fatal(err)
		}
		// CRED_MAX_CREDENTIAL_BLOB_SIZE is 5 * 512 bytes on Windows.
		item := stored(t, c)
		if len(item.Data) == 0 || len(item.Data) >= 2560/10 {
			t.Errorf("the item has %d bytes", len(item.Data))
		}
		for _, b := range item.Data {
			if b < ' ' || b > '~' {
				t.Errorf("the item has the byte %#x", b)
			}
		}
	})
	t.Run("two programs begin at once", func(t *testing.T) {
		c := at(t, conf)
		_ = open(t, c).Remove(itemName(c))
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				v := vault.New(c)
				if err := v.Ready(t.Context()); err != nil {
					t.Error(err)
					return
				}
				release, err := v.Lock(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				defer release()
				if err := v.Save(t.Context(), blob); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if got, err := vault.New(c).Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
			t.Errorf("sealed with a key that the keychain has not: %q %v", got, err)
		}
	})
	t.Run("the key is lost", func(t *testing.T) {
		c := at(t, conf)
		saved(t, c)
		if err := open(t, c).Remove(itemName(c)); err != nil {
			t.Fatal(err)
		}
		v := vault.New(c)
		if _, err := v.Load(t.Context()); !unreadable(err) || !errors.Is(err, vault.ErrKeyLost) {
			t.Fatalf("%v, want ErrKeyLost", err)
		}
		aside := setAside(t, v)
		if err := v.Save(t.Context(), []byte("another")); err != nil {
			t.Errorf("signing in does not work: %v", err)
		}
		if _, err := os.Stat(aside.Path); err != nil {
			t.Errorf("what was there: %v", err)
		}
	})
	t.Run("another keychain, and the right one again", func(t *testing.T) {
		c := at(t, conf)
		saved(t, c)
		key := stored(t, c)
		if err := open(t, c).Remove(itemName(c)); err != nil {
			t.Fatal(err)
		}
		// Reading the vault changes nothing.
		if _, err := vault.New(c).Load(t.Context()); !errors.Is(err, vault.ErrKeyLost) {
			t.Fatalf("%v, want ErrKeyLost", err)
		}
		other := vault.New(c) // somebody signs in
		setAside(t, other)
		if err := other.Save(t.Context(), []byte("other")); err != nil {
			t.Fatal(err)
		}
		theirs := stored(t, c)
		for range 2 { // the keychains change by turns, as the desktops do
			back(t, c, key, blob)
			back(t, c, theirs, []byte("other"))
		}
	})
	t.Run("the golden file of version 1", func(t *testing.T) {
		c := at(t, conf)
		item, err := os.ReadFile("testdata/keychain.v1.item")
		if err != nil {
			t.Fatal(err)
		}
		golden, err := os.ReadFile("testdata/keychain.v1.vault")
		if err != nil {
			t.Fatal(err)
		}
		first := keyring.Item{Key: c.Service + " vault key", Data: item}
		if err := open(t, c).Set(first); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(c.Dir, "vault"), golden, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := vault.New(c).Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
			t.Errorf("%q %v", got, err)
		}
		v := vault.New(c)
		if _, err := v.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := v.SaveAnew(t.Context(), blob); err != nil {
			t.Fatal(err)
		}
		rolledBack(t, c, golden)
	})
	t.Run("an older file is worth nothing after an account was taken away", func(t *testing.T) {
		c := at(t, conf)
		saved(t, c)
		before, err := os.ReadFile(filepath.Join(c.Dir, "vault"))
		if err != nil {
			t.Fatal(err)
		}
		beside := vault.New(c) // another program, which has the old key
		if _, err := beside.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := vault.New(c).SaveAnew(t.Context(), []byte("nobody")); err != nil {
			t.Fatal(err)
		}
		if got, err := beside.Load(t.Context()); err != nil || string(got) != "nobody" {
			t.Errorf("the program beside: %q %v", got, err)
		}
		if err := beside.Save(t.Context(), []byte("again")); err != nil {
			t.Fatal(err)
		}
		if got, err := vault.New(c).Load(t.Context()); err != nil || string(got) != "again" {
			t.Errorf("what the program beside wrote: %q %v", got, err)
		}
		rolledBack(t, c, before)
	})
	onEachStep(t, func(t *testing.T) vault.Config { return at(t, conf) })
	t.Run("from a forgotten passphrase over memory to the keychain", func(t *testing.T) {
		c := at(t, conf)
		saved(t, file(c.Dir))
		v := vault.New(c)
		if err := v.Change(t.Context(), vault.Memory, secret.Secret{}); err != nil {
			t.Fatal(err)
		}
		if err := v.Change(t.Context(), vault.Keychain, secret.Secret{}); err != nil {
			t.Fatal(err)
		}
		if got, err := vault.New(c).Load(t.Context()); err != nil || got != nil {
			t.Errorf("the next start: %q %v", got, err)
		}
	})
	t.Run("from passphrase to keychain and back", func(t *testing.T) {
		c := at(t, conf)
		v := saved(t, file(c.Dir))
		if err := v.Change(t.Context(), vault.Keychain, phrase); err != nil {
			t.Fatal(err)
		}
		data, _ := os.ReadFile(filepath.Join(c.Dir, "vault"))
		if !bytes.Contains(data[:200], []byte(`"seal":"keychain"`)) {
			t.Errorf("%s", data[:200])
		}
		if err := v.Change(t.Context(), vault.File, phrase); err != nil {
			t.Fatal(err)
		}
		if got, err := vault.New(file(c.Dir)).Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
			t.Errorf("%q %v", got, err)
		}
	})
}

// back puts the keychain's item in place and demands that what it opens is back, for a
// look and for a write.
func back(t *testing.T, c vault.Config, item keyring.Item, want []byte) {
	t.Helper()
	if err := open(t, c).Set(item); err != nil {
		t.Fatal(err)
	}
	if got, err := vault.New(c).Load(t.Context()); err != nil || !bytes.Equal(got, want) {
		t.Errorf("a look: %q %v, want %q", got, err, want)
	}
	v := vault.New(c)
	got, err := v.Load(t.Context())
	if err == nil {
		err = v.Save(t.Context(), got)
	}
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("a write: %q %v, want %q", got, err, want)
	}
	files, err := filepath.Glob(filepath.Join(c.Dir, "vault*"))
	if err != nil || len(files) != 3 { // and the lock's
		t.Errorf("two vaults make %v (%v)", files, err)
	}
}

// rolledBack puts an older file in place, which must not open.
func rolledBack(t *testing.T, c vault.Config, older []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(c.Dir, "vault"), older, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := vault.New(c).Load(t.Context()); !unreadable(err) {
		t.Errorf("an older file opens: %q %v", got, err)
	}
}

// unreadable reports whether a vault can be read only after a sign-in.
func unreadable(err error) bool {
	var u *vault.UnreadableError
	return errors.As(err, &u)
}

// setAside sets the file aside as a sign-in does.
func setAside(t *testing.T, v *vault.Vault) *vault.SetAsideError {
	t.Helper()
	release, err := v.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	_, err = v.Load(t.Context())
	if !unreadable(err) {
		t.Fatalf("%v, and it is to be set aside", err)
	}
	var aside *vault.SetAsideError
	if err := v.SetAside(err); !errors.As(err, &aside) {
		t.Fatalf("%v, want the file set aside", err)
	}
	return aside
}

// at is the vault of conf in a folder of the test's own. It is not of t.TempDir, whose
// removal Wine 8 cannot do and the test would fail for.
func at(t *testing.T, conf vault.Config) vault.Config {
	t.Helper()
	dir, err := os.MkdirTemp("", "vault")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	conf.Dir = dir
	return conf
}

func itemName(c vault.Config) string { return vault.ItemName(c) }

// open opens the keychain as the vault does.
func open(t *testing.T, c vault.Config) keyring.Keyring {
	t.Helper()
	k, err := keyring.Open(keyring.Config{
		AllowedBackends: []keyring.BackendType{platformBackend}, ServiceName: c.Service,
		LibSecretCollectionName: "login", WinCredPrefix: c.Service, KeychainTrustApplication: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// stored returns the vault's item.
func stored(t *testing.T, c vault.Config) keyring.Item {
	t.Helper()
	item, err := open(t, c).Get(itemName(c))
	if err != nil {
		t.Fatal(err)
	}
	return item
}
