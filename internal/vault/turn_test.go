package vault_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"app.latchkey/internal/vault"
)

// onEachStep checks every state that a kill between two steps of a key change can leave: the vault opens, with the old
// or the new content; after the next program has used it, no older file opens; and another program that had read the
// old key still works.
func onEachStep(t *testing.T, conf func(t *testing.T) vault.Config) {
	for step, want := range []string{
		"two accounts", "two accounts", "two accounts", "one account", "one account", "one account",
	} {
		t.Run(fmt.Sprintf("killed after step %d of the turn", step), func(t *testing.T) {
			c := conf(t)
			if err := vault.New(c).Save(t.Context(), []byte("two accounts")); err != nil {
				t.Fatal(err)
			}
			older, err := os.ReadFile(filepath.Join(c.Dir, "vault"))
			if err != nil {
				t.Fatal(err)
			}
			beside, killed := vault.New(c), vault.New(c)
			for _, v := range []*vault.Vault{beside, killed} {
				if _, err := v.Load(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if err := killed.TurnUpTo(t.Context(), step, []byte("one account")); err != nil {
				t.Fatal(err)
			}
			for who, v := range map[string]*vault.Vault{
				"the next program": vault.New(c), "the program beside": beside,
			} {
				if got, err := v.Load(t.Context()); err != nil || string(got) != want {
					t.Errorf("%s: %q %v", who, got, err)
				}
			}
			if want == "one account" {
				// Reading the vault alone has done the last step.
				if err := os.WriteFile(filepath.Join(c.Dir, "vault"), older, 0o600); err != nil {
					t.Fatal(err)
				}
				if got, _ := vault.New(c).Load(t.Context()); string(got) == "two accounts" {
					t.Error("an older file opens")
				}
				return
			}
			locked(t, beside, func(ctx context.Context) error {
				if _, err := beside.Load(ctx); err != nil {
					return err
				}
				return beside.SaveAnew(ctx, []byte("one account"))
			})
			if got, err := vault.New(c).Load(t.Context()); err != nil || string(got) != "one account" {
				t.Errorf("signed out by the program beside: %q %v", got, err)
			}
			rolledBack(t, c, older)
		})
	}
}

// locked runs f with the vault's lock.
func locked(t *testing.T, v *vault.Vault, f func(context.Context) error) {
	t.Helper()
	release, err := v.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if err := f(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestATurnUnderAPassphrase(t *testing.T) {
	onEachStep(t, func(t *testing.T) vault.Config { return file(t.TempDir()) })
}

// The keys cannot be stored when an account is signed out: the account is taken away all
// the same, and the next write turns the key.
func TestATurnThatIsPutOff(t *testing.T) {
	dir := t.TempDir()
	v := saved(t, file(dir))
	older, err := os.ReadFile(filepath.Join(dir, "vault"))
	if err != nil {
		t.Fatal(err)
	}
	// A folder stands where the keys would be written first.
	block := filepath.Join(dir, "vault.key.next", "full")
	if err := os.MkdirAll(block, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := v.SaveAnew(t.Context(), []byte("one account")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Dir(block)); err != nil {
		t.Fatal(err)
	}
	next := vault.New(file(dir))
	if got, err := next.Load(t.Context()); err != nil || string(got) != "one account" {
		t.Fatalf("%q %v", got, err)
	}
	if err := next.Save(t.Context(), []byte("one account")); err != nil {
		t.Fatal(err)
	}
	rolledBack(t, file(dir), older)
}

// A killed sign-out leaves the account signed in or signed out, under a passphrase too.
func TestAKilledTurnBreaksNothing(t *testing.T) {
	dir := t.TempDir()
	saved(t, file(dir))
	for range 10 {
		path := filepath.Join(dir, "vault")
		first, _ := os.ReadFile(path)
		cmd := other("turn", dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for range 2 { // until it has turned the key twice
			untilChanged(t, path, &first)
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if got, err := vault.New(file(dir)).Load(t.Context()); err != nil ||
			len(bytes.Trim(got, string(got[:1]))) != 0 && !bytes.Equal(got, blob) {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
	}
}
