package vault_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"app.latchkey/internal/secret"
	"app.latchkey/internal/vault"
)

// Inspect changes nothing, whatever it finds.
func TestInspect(t *testing.T) {
	dir := t.TempDir()
	if found := vault.New(file(dir)).Inspect(t.Context()); found.Stored || found.Err != nil {
		t.Errorf("empty: %+v", found)
	}
	saved(t, file(dir))
	wrong, none := file(dir), file(dir)
	wrong.Passphrase, none.Passphrase = secret.New("another passphrase"), secret.Secret{}
	path := filepath.Join(dir, "vault")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		conf vault.Config
		data []byte
		want error
	}{
		{file(dir), whole, nil},
		{wrong, whole, vault.ErrWrongPassphrase},
		{none, whole, vault.ErrPassphraseNeeded},
		{file(dir), whole[:len(whole)-1], vault.ErrDamaged},
		{file(dir), []byte("nonsense"), vault.ErrDamaged},
		{file(dir), []byte("{\"latchkey\":\"vault\",\"v\":99}\n"), vault.ErrNewer},
	} {
		if err := os.WriteFile(path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		found := vault.New(c.conf).Inspect(t.Context())
		if !errors.Is(found.Err, c.want) || (found.Err == nil) != (c.want == nil) || !found.Stored || found.Open {
			t.Errorf("%+v, want %v", found, c.want)
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, c.data) {
			t.Errorf("the file was changed: %v", err)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 2 { // the vault and its keys
		t.Errorf("left behind: %v", files)
	}
	if runtime.GOOS == "windows" { // has no such modes: the folder is the person's alone
		return
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if found := vault.New(file(dir)).Inspect(t.Context()); !found.Open {
		t.Error("that others can read it was not seen")
	}
}
