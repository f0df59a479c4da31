//go:build unix

package vault_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"app.latchkey/internal/vault"
)

// kept is a folder in which a write could not be put in its place.
func kept(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	v := saved(t, file(dir))
	v.RefuseRenames(syscall.EACCES, time.Hour)
	if err := v.Save(t.Context(), []byte("kept")); !errors.Is(err, vault.ErrKept) {
		t.Fatal(err)
	}
	return dir
}

// asKilled is the folder as a program leaves it that is killed now. With half set, what was not renamed yet has
// reached the disk only in part.
func asKilled(t *testing.T, dir string, half bool) string {
	t.Helper()
	to := t.TempDir()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if half && filepath.Ext(f.Name()) != "" && f.Name() != "vault.key" && f.Name() != "vault.next" {
			data = data[:len(data)/2]
		}
		if err := os.WriteFile(filepath.Join(to, f.Name()), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

func loads(t *testing.T, dir, want string) {
	t.Helper()
	if got, err := vault.New(file(dir)).Load(t.Context()); err != nil || string(got) != want {
		t.Errorf("%q %v, want %q", got, err, want)
	}
}

// proofs are those of callers that have not read the vault.
var proofs = map[string]func(context.Context, *vault.Vault){
	"ahead":    func(ctx context.Context, v *vault.Vault) { v.ProveAhead(ctx)() },
	"writable": func(ctx context.Context, v *vault.Vault) { _ = v.Writable(ctx) },
}

// A write that could not be put in its place is what the next program reads, whatever proves meanwhile that the vault
// can be written, however that ends, and wherever it is killed.
func TestAProofLeavesAKeptWriteAlone(t *testing.T) {
	for name, prove := range proofs {
		for _, refused := range []bool{false, true} {
			dir := kept(t)
			v := vault.New(file(dir))
			met := 0
			v.OnRename(func() error {
				met++
				for _, half := range []bool{false, true} {
					loads(t, asKilled(t, dir, half), "kept")
				}
				if refused {
					return syscall.EROFS
				}
				return nil
			})
			prove(t.Context(), v)
			loads(t, dir, "kept")
			v.OnRename(func() error { return nil })
			if err := v.Ready(t.Context()); err != nil || met != 1 {
				t.Errorf("%s: %v, %d renames", name, err, met)
			}
			loads(t, dir, "kept")
			files, _ := filepath.Glob(filepath.Join(dir, "vault*"))
			if len(files) != 3 { // with its key and its lock
				t.Errorf("%s: left behind: %v", name, files)
			}
		}
	}
}

// What a killed proof has left is never read, and the next write removes it.
func TestWhatAKilledProofLeaves(t *testing.T) {
	dir := t.TempDir()
	v := saved(t, file(dir))
	left := ""
	v.OnRename(func() error {
		left = asKilled(t, dir, false)
		return nil
	})
	v.ProveAhead(t.Context())()
	next := vault.New(file(left))
	if got, err := next.Load(t.Context()); err != nil || string(got) != string(blob) {
		t.Errorf("%q %v", got, err)
	}
	if err := next.Save(t.Context(), []byte("after")); err != nil {
		t.Error(err)
	}
	loads(t, left, "after")
	if files, _ := filepath.Glob(filepath.Join(left, "vault*")); len(files) != 3 {
		t.Errorf("left behind: %v", files)
	}
}

// A proof ahead spares the next Ready its own, once, and only when it succeeded.
func TestAProofAheadCountsOnce(t *testing.T) {
	v := saved(t, file(t.TempDir()))
	proven, refusal := 0, error(nil)
	v.OnRename(func() error {
		proven++
		return refusal
	})
	ready := func(want error, times int) {
		t.Helper()
		if err := v.Ready(t.Context()); !errors.Is(err, want) || proven != times {
			t.Errorf("%v, want %v; proven %d times, want %d", err, want, proven, times)
		}
	}
	v.ProveAhead(t.Context())
	ready(nil, 1)
	ready(nil, 2)
	refusal = syscall.EROFS
	v.ProveAhead(t.Context())()
	ready(vault.ErrReadOnly, 4)
}

// While a proof has the lock, a Load of the same program does not take the lock for its own: the last step of a key's
// change waits for a caller that has it.
func TestAProofAheadIsNoCallersLock(t *testing.T) {
	dir := t.TempDir()
	if err := saved(t, file(dir)).TurnUpTo(t.Context(), 4, []byte("turned")); err != nil {
		t.Fatal(err)
	}
	keys := func() string {
		data, err := os.ReadFile(filepath.Join(dir, "vault.key"))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	both := keys()
	v, met, goOn := vault.New(file(dir)), make(chan struct{}), make(chan struct{})
	v.OnRename(func() error {
		close(met)
		<-goOn
		return nil
	})
	wait := v.ProveAhead(t.Context())
	<-met
	if got, err := v.Load(t.Context()); err != nil || string(got) != "turned" || keys() != both {
		t.Errorf("%q %v, the keys changed: %t", got, err, keys() != both)
	}
	close(goOn)
	wait()
	if _, err := vault.New(file(dir)).Load(t.Context()); err != nil || keys() == both {
		t.Errorf("%v; the change was not ended", err)
	}
}
