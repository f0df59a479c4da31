package wire_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"app.latchkey/internal/secret"
	"app.latchkey/internal/settings"
	"app.latchkey/internal/vault"
	"app.latchkey/internal/wire"
)

// made returns parts over folders of their own, with the policy's text.
func made(t *testing.T, policy string) (*wire.Parts, settings.Options) {
	t.Helper()
	dir := t.TempDir()
	o := settings.Options{
		ConfigDir: filepath.Join(dir, "config"), DataDir: filepath.Join(dir, "data"),
		PolicyPath: filepath.Join(dir, "policy.toml"),
	}
	if policy != "" {
		if err := os.WriteFile(o.PolicyPath, []byte(policy), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := settings.Load(o)
	if err != nil {
		t.Fatal(err)
	}
	p, err := wire.New(s, wire.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p, o
}

// store is the store that the next start would use.
func store(t *testing.T, o settings.Options) string {
	t.Helper()
	s, err := settings.Load(o)
	if err != nil {
		t.Fatal(err)
	}
	return s.Store
}

func TestAChosenStoreIsKeptForTheNextStart(t *testing.T) {
	p, o := made(t, "")
	phrase := secret.New("correct horse battery")
	if err := p.ChangeStore(t.Context(), "memory", secret.Secret{}); err != nil || store(t, o) != "keychain" {
		t.Errorf("memory is for this time alone: %v, then %s", err, store(t, o))
	}
	if err := p.ChangeStore(t.Context(), "file", secret.New("x")); !errors.Is(err, vault.ErrWeakPassphrase) ||
		store(t, o) != "keychain" {
		t.Errorf("what fails is not kept: %v, then %s", err, store(t, o))
	}
	if err := p.ChangeStore(t.Context(), "file", phrase); err != nil || store(t, o) != "file" ||
		p.Vault.Kind() != vault.File {
		t.Errorf("%v, then %s, now %s", err, store(t, o), p.Vault.Kind())
	}
}

func TestThePolicysStoreIsNotChanged(t *testing.T) {
	p, o := made(t, `store = "keychain"`)
	for _, kind := range []string{"file", "memory"} {
		var refused *settings.Error
		if err := p.ChangeStore(t.Context(), kind, secret.New("correct horse battery")); !errors.As(err, &refused) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if store(t, o) != "keychain" || p.Vault.Kind() != vault.Keychain {
		t.Errorf("%s, now %s", store(t, o), p.Vault.Kind())
	}
}
