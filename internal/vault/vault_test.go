package vault_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/internal/secret"
	"app.latchkey/internal/vault"
)

var (
	blob   = []byte("a marked T0KEN-in-the-blob")
	phrase = secret.New("correct horse battery")
)

// cheap are the Argon2id parameters of the tests that do not test the derivation itself.
var cheap = vault.Cost{Time: 1, Memory: 8, Threads: 1}

func file(dir string) vault.Config {
	return vault.Config{Dir: dir, Kind: vault.File, Passphrase: phrase, Cost: cheap}
}

func saved(t *testing.T, c vault.Config) *vault.Vault {
	t.Helper()
	v := vault.New(c)
	if err := v.Save(t.Context(), blob); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAPassphraseKeepsTheBlob(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	saved(t, file(dir))
	if got, err := vault.New(file(dir)).Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
		t.Fatalf("%q %v", got, err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "vault"))
	if err != nil || bytes.Contains(data, []byte("T0KEN")) || bytes.Contains(data, []byte("horse")) {
		t.Errorf("the disk has it in the clear (%v)", err)
	}
	if runtime.GOOS != "windows" {
		for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "vault"): 0o600} {
			if info, _ := os.Stat(path); info.Mode().Perm() != want {
				t.Errorf("%s has mode %v", path, info.Mode().Perm())
			}
		}
	}
}

func TestAWrongPassphraseLosesNothing(t *testing.T) {
	dir := t.TempDir()
	saved(t, file(dir))
	c := file(dir)
	c.Passphrase = secret.New("")
	v := vault.New(c)
	if _, err := v.Load(t.Context()); !errors.Is(err, vault.ErrPassphraseNeeded) {
		t.Errorf("without one: %v", err)
	}
	if err := v.Unlock(t.Context(), secret.New("wrong horse")); !errors.Is(err, vault.ErrWrongPassphrase) {
		t.Errorf("a wrong one: %v", err)
	}
	if err := v.Unlock(t.Context(), phrase); err != nil {
		t.Fatal(err)
	}
	if got, err := v.Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
		t.Errorf("%q %v", got, err)
	}
	if err := vault.New(vault.Config{Dir: t.TempDir(), Kind: vault.File, Passphrase: secret.New("short")}).Save(
		t.Context(), blob); !errors.Is(err, vault.ErrWeakPassphrase) {
		t.Errorf("a short one: %v", err)
	}
}

func TestMemoryKeepsNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	v := saved(t, vault.Config{Dir: dir, Kind: vault.Memory})
	if got, err := v.Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
		t.Errorf("%q %v", got, err)
	}
	release, err := v.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	release()
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Error("the folder was made")
	}
}

// Whoever has forgotten the passphrase starts over: what was stored is kept under other
// names, told once, and opens again when it is put back.
func TestStartingOver(t *testing.T) {
	dir := t.TempDir()
	saved(t, file(dir))
	v := vault.New(vault.Config{Dir: dir, Kind: vault.File, Cost: cheap})
	if _, err := v.Load(t.Context()); !errors.Is(err, vault.ErrPassphraseNeeded) {
		t.Fatal(err)
	}
	if err := v.StartOver(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := v.Load(t.Context())
	var aside *vault.SetAsideError
	if !errors.As(err, &aside) || !errors.Is(err, vault.ErrForgotten) {
		t.Fatalf("what is told: %v", err)
	}
	if got, err := v.Load(t.Context()); err != nil || got != nil {
		t.Errorf("after that: %q %v", got, err)
	}
	next := secret.New("another passphrase")
	if err := v.Change(t.Context(), vault.File, next); err != nil {
		t.Fatal(err)
	}
	if err := v.Save(t.Context(), []byte("new")); err != nil {
		t.Fatal(err)
	}
	again := vault.New(vault.Config{Dir: dir, Kind: vault.File, Passphrase: next})
	if got, err := again.Load(t.Context()); err != nil || string(got) != "new" {
		t.Errorf("the new vault: %q %v", got, err)
	}
	keys, _ := filepath.Glob(filepath.Join(dir, "vault-key.*.unreadable"))
	if len(keys) != 1 {
		t.Fatalf("the old keys: %v", keys)
	}
	for from, to := range map[string]string{aside.Path: "vault", keys[0]: "vault.key"} {
		if err := os.Rename(from, filepath.Join(dir, to)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := vault.New(file(dir)).Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
		t.Errorf("put back: %q %v", got, err)
	}
}

// “This time only” in place of a forgotten passphrase, and then another passphrase: the
// vault is changed, so that the next start does not ask for the forgotten one.
func TestAStoreChosenAfterThisTimeOnly(t *testing.T) {
	dir := t.TempDir()
	saved(t, file(dir))
	v := vault.New(vault.Config{Dir: dir, Kind: vault.File, Cost: cheap})
	if err := v.Change(t.Context(), vault.Memory, secret.Secret{}); err != nil {
		t.Fatal(err)
	}
	next := secret.New("another passphrase")
	if err := v.Change(t.Context(), vault.File, next); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Load(t.Context()); !errors.Is(err, vault.ErrReplaced) {
		t.Errorf("that the older one was put away is not told: %v", err)
	}
	again := vault.New(vault.Config{Dir: dir, Kind: vault.File, Passphrase: next})
	if got, err := again.Load(t.Context()); err != nil || got != nil {
		t.Errorf("the next start: %q %v", got, err)
	}
}

// What cannot be read is set aside, told once, and never overwritten.
func TestAnUnreadableFileIsSetAside(t *testing.T) {
	for name, c := range map[string]struct {
		break_ func([]byte) []byte
		want   error
	}{
		"a byte of the content": {func(b []byte) []byte { b[len(b)-1] ^= 1; return b }, vault.ErrDamaged},
		"a byte of the header": {
			func(b []byte) []byte { return bytes.Replace(b, []byte(`"v":2`), []byte(`"v":2 `), 1) }, vault.ErrDamaged,
		},
		"cut short":    {func(b []byte) []byte { return b[:len(b)/2] }, vault.ErrDamaged},
		"empty":        {func([]byte) []byte { return nil }, vault.ErrDamaged},
		"another file": {func([]byte) []byte { return []byte("{}\nhello") }, vault.ErrDamaged},
		"a newer version": {
			func(b []byte) []byte { return bytes.Replace(b, []byte(`"v":2`), []byte(`"v":3`), 1) }, vault.ErrNewer,
		},
		"a newer, unknown shape": {
			func([]byte) []byte { return []byte("{\"latchkey\":\"vault\",\"v\":9,\"nonce\":{}}\nx") }, vault.ErrNewer,
		},
		"another key's": {
			func(b []byte) []byte { return bytes.Replace(b, []byte(`"kid":"`), []byte(`"kid":"x`), 1) },
			vault.ErrWrongKey,
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			saved(t, file(dir))
			path := filepath.Join(dir, "vault")
			data, _ := os.ReadFile(path)
			broken := c.break_(data)
			if err := os.WriteFile(path, broken, 0o600); err != nil {
				t.Fatal(err)
			}
			v := vault.New(file(dir))
			for range 2 { // and only looking at it changes nothing
				if _, err := v.Load(t.Context()); !unreadable(err) || !errors.Is(err, c.want) {
					t.Fatalf("%v, want %v", err, c.want)
				}
			}
			aside := setAside(t, v)
			if kept, err := os.ReadFile(aside.Path); err != nil || !bytes.Equal(kept, broken) {
				t.Errorf("not kept as it was: %v", err)
			}
			if got, err := v.Load(t.Context()); got != nil || err != nil {
				t.Errorf("still there: %v", err)
			}
			if err := v.Save(t.Context(), blob); err != nil {
				t.Errorf("signing in does not work: %v", err)
			}
		})
	}
}

func TestChangingTheStoreSealsAnew(t *testing.T) {
	dir := t.TempDir()
	v := saved(t, file(dir))
	before, _ := os.ReadFile(filepath.Join(dir, "vault"))
	next := secret.New("another passphrase")
	if err := v.Change(t.Context(), vault.File, next); err != nil {
		t.Fatal(err)
	}
	after, _ := os.ReadFile(filepath.Join(dir, "vault"))
	if bytes.Equal(before, after) {
		t.Error("not sealed anew")
	}
	if _, err := vault.New(file(dir)).Load(t.Context()); !errors.Is(err, vault.ErrWrongPassphrase) {
		t.Errorf("the old passphrase: %v", err)
	}
	if err := v.Change(t.Context(), vault.File, secret.New("x")); !errors.Is(err, vault.ErrWeakPassphrase) {
		t.Errorf("%v", err)
	}
	c := file(dir)
	c.Passphrase = next
	if got, err := vault.New(c).Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
		t.Errorf("%q %v", got, err)
	}
}

func TestAFolderThatCannotBeWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(dir, []byte("a file stands in its place"), 0o600); err != nil {
		t.Fatal(err)
	}
	v := vault.New(file(dir))
	if err := v.Ready(t.Context()); !errors.Is(err, vault.ErrReadOnly) {
		t.Errorf("Ready: %v", err)
	}
	if err := v.Save(t.Context(), blob); !errors.Is(err, vault.ErrReadOnly) {
		t.Errorf("Save: %v", err)
	}
}

// TestHelper is the other process of the tests below; by itself it does nothing.
func TestHelper(t *testing.T) {
	dir := os.Getenv("VAULT_TEST_DIR")
	switch os.Getenv("VAULT_TEST_ROLE") {
	case "count":
		for range 20 {
			release, err := vault.New(vault.Config{Dir: dir}).Lock(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			data, _ := os.ReadFile(filepath.Join(dir, "count"))
			_ = os.WriteFile(filepath.Join(dir, "count"), append(data, 'x'), 0o600)
			release()
		}
	case "turn":
		v := vault.New(file(dir))
		if _, err := v.Load(context.Background()); err != nil {
			t.Fatal(err)
		}
		for n := 0; ; n++ {
			if err := v.SaveAnew(context.Background(), bytes.Repeat([]byte{byte('a' + n%26)}, 1<<20)); err != nil {
				t.Fatal(err)
			}
		}
	case "write":
		v := vault.New(file(dir))
		for n := 0; ; n++ {
			if err := v.Save(context.Background(), bytes.Repeat([]byte{byte('a' + n%26)}, 1<<20)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func other(role, dir string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.run=^TestHelper$")
	cmd.Env = append(os.Environ(), "VAULT_TEST_ROLE="+role, "VAULT_TEST_DIR="+dir)
	return cmd
}

func TestTheLockExcludesProcessesAndGoroutines(t *testing.T) {
	dir := t.TempDir()
	var wait sync.WaitGroup
	for range 5 {
		wait.Go(func() {
			if out, err := other("count", dir).CombinedOutput(); err != nil {
				t.Errorf("%v %s", err, out)
			}
		})
	}
	wait.Wait()
	if data, _ := os.ReadFile(filepath.Join(dir, "count")); len(data) != 100 {
		t.Errorf("%d of 100 counted", len(data))
	}
	v := vault.New(vault.Config{Dir: dir})
	release, err := v.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	if _, err := v.Lock(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second goroutine: %v", err)
	}
	release()
}

// A write that is killed leaves the old blob or the new one, never half of either.
func TestAKilledWriteBreaksNothing(t *testing.T) {
	dir := t.TempDir()
	saved(t, file(dir))
	for range 10 {
		cmd := other("write", dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "vault")
		first, _ := os.ReadFile(path)
		untilChanged(t, path, &first)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		got, err := vault.New(file(dir)).Load(t.Context())
		if err != nil || len(got) != 1<<20 && !bytes.Equal(got, blob) ||
			len(got) == 1<<20 && strings.Trim(string(got), string(got[:1])) != "" {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
	}
	saved(t, file(dir))
	if left, _ := filepath.Glob(filepath.Join(dir, "vault.tmp-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// untilChanged waits until a file is another than the one that was seen last.
func untilChanged(t *testing.T, path string, last *[]byte) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if now, _ := os.ReadFile(path); !bytes.Equal(now, *last) {
			*last = now
			return
		}
	}
	t.Fatal("nothing was written")
}

func TestGoldenFile(t *testing.T) {
	golden, err := os.ReadFile("testdata/passphrase.v1.vault")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "vault"), golden, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := vault.New(file(dir)).Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
		t.Errorf("%q %v", got, err)
	}
}

func FuzzLoad(f *testing.F) {
	golden, _ := os.ReadFile("testdata/passphrase.v1.vault")
	f.Add(golden)
	f.Add([]byte("{\"latchkey\":\"vault\",\"v\":1}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.Contains(data, []byte("argon2id")) && !bytes.Equal(data, golden) {
			return // a sound KDF takes its time, which is not what is looked for here
		}
		dir := t.TempDir()
		path := filepath.Join(dir, "vault")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := vault.New(file(dir)).Load(context.Background())
		if err == nil && !bytes.Equal(got, blob) {
			t.Errorf("%q was believed", data)
		}
	})
}
