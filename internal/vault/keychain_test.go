package vault_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/99designs/keyring"

	"app.latchkey/internal/vault"
)

// onKeychain are the tests that hold on every system's keychain. They run on a real
// one: on Linux on a private session bus, on Windows and macOS on the user's own, with
// an item of the tests' name that is removed at the end.
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
		_, err := v.Load(t.Context())
		var aside *vault.SetAsideError
		if !errors.As(err, &aside) || !errors.Is(err, vault.ErrKeyLost) {
			t.Fatalf("%v, want ErrKeyLost and the file set aside", err)
		}
		if err := v.Save(t.Context(), blob); err != nil {
			t.Errorf("signing in does not work: %v", err)
		}
	})
	t.Run("the key of another machine", func(t *testing.T) {
		here, there := at(t, conf), at(t, conf)
		saved(t, here)
		key := stored(t, here)
		if err := open(t, here).Remove(itemName(here)); err != nil {
			t.Fatal(err)
		}
		saved(t, there) // makes another key
		v := vault.New(here)
		_, err := v.Load(t.Context())
		var aside *vault.SetAsideError
		if !errors.As(err, &aside) || !errors.Is(err, vault.ErrWrongKey) {
			t.Fatalf("%v, want ErrWrongKey and the file set aside", err)
		}
		// Nothing is lost: with the key and the file back in place all is as before.
		if err := open(t, here).Set(key); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(aside.Path, filepath.Join(here.Dir, "vault")); err != nil {
			t.Fatal(err)
		}
		if got, err := vault.New(here).Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
			t.Errorf("%q %v", got, err)
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
		if err := open(t, c).Set(keyring.Item{Key: itemName(c), Data: item}); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(c.Dir, "vault"), golden, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := vault.New(c).Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
			t.Errorf("%q %v", got, err)
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

func itemName(c vault.Config) string { return c.Service + " vault key" }

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
