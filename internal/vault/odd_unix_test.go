//go:build unix

package vault_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"app.latchkey/internal/vault"
)

// A pipe, a device or a folder in the place of the vault's file is not read, since reading could block or never end. A
// sign-in sets it aside.
func TestWhatIsNoFileIsNotRead(t *testing.T) {
	for name, put := range map[string]func(path string) error{
		"a fifo":              func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"a link to /dev/zero": func(path string) error { return os.Symlink("/dev/zero", path) },
		"a link to nowhere":   func(path string) error { return os.Symlink("nowhere", path) },
		"a link elsewhere":    func(path string) error { return os.Symlink("/etc/passwd", path) },
		"a folder":            func(path string) error { return os.MkdirAll(filepath.Join(path, "full"), 0o700) },
		"6 GB": func(path string) error {
			return errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, 6<<30))
		},
		"one byte too many": func(path string) error {
			return errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, 64<<20+1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, place := range []string{"vault", "vault.next", "vault.20200101T000000Z.unreadable"} {
				dir := t.TempDir()
				if err := put(filepath.Join(dir, place)); err != nil {
					t.Fatal(err)
				}
				v := vault.New(file(dir))
				if place == "vault" {
					if found := v.Inspect(t.Context()); !errors.Is(found.Err, vault.ErrDamaged) {
						t.Errorf("a look: %v", found.Err)
					}
					setAside(t, v)
				}
				err := v.Ready(t.Context())
				if name == "a folder" && place == "vault.next" { // is not removed: who made it meant something by it
					if !errors.Is(err, vault.ErrInTheWay) || !strings.Contains(err.Error(), place) {
						t.Errorf("%s: %v, want its name", place, err)
					}
				} else if err != nil {
					t.Errorf("%s: %v", place, err)
				}
			}
		})
	}
}

// The other files of the folder are not trusted either.
func TestWhatStandsInTheWayIsRemoved(t *testing.T) {
	for _, name := range []string{
		"vault.lock", "vault.next", "vault.key.next", "vault.tmp-copy", "vault.tmp-room",
	} {
		dir := t.TempDir()
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
		v := vault.New(file(dir))
		if err := v.Ready(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := v.Save(t.Context(), blob); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A folder that has the name of one of the files is left alone, and is named.
func TestAFolderInTheWayIsNamed(t *testing.T) {
	for _, name := range []string{"vault.lock", "vault.next", "vault.key.next", "vault.key"} {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, name, "full"), 0o700); err != nil {
			t.Fatal(err)
		}
		err := vault.New(file(dir)).Ready(t.Context())
		if !errors.Is(err, vault.ErrInTheWay) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(filepath.Join(dir, name, "full")); err != nil {
			t.Error(err)
		}
	}
}

// A file cannot ask for more of Argon2id than twice what Latchkey itself asks for: it is
// refused before anything is derived.
func TestAGreedyFileIsRefused(t *testing.T) {
	golden, err := os.ReadFile("testdata/passphrase.v1.vault")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	dear := file(dir)
	dear.Cost = vault.Cost{} // what a program spends
	saved(t, dear)
	key, err := os.ReadFile(filepath.Join(dir, "vault.key"))
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{
		`"t":3,"m":1048576,"p":4`, `"t":16,"m":65536,"p":4`, `"t":4294967295,"m":64,"p":4`,
		`"t":3,"m":4294967295,"p":4`, `"t":3,"m":65536,"p":255`,
	} {
		for name, data := range map[string][]byte{"vault": golden, "vault.key": key} {
			at := t.TempDir()
			greedy := bytes.Replace(data, []byte(`"t":3,"m":65536,"p":4`), []byte(to), 1)
			if bytes.Equal(greedy, data) {
				t.Fatal("nothing was replaced")
			}
			if name == "vault.key" {
				whole, err := os.ReadFile(filepath.Join(dir, "vault"))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(at, "vault"), whole, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(at, name), greedy, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := vault.New(file(at)).Load(t.Context()); !errors.Is(err, vault.ErrDamaged) {
				t.Errorf("%s with %s: %v, want ErrDamaged", name, to, err)
			}
		}
	}
}

// A blob that is too large to be read back is not written, and the old file stays.
func TestMoreThanAFileCanHold(t *testing.T) {
	v := saved(t, file(t.TempDir()))
	if err := v.Save(t.Context(), make([]byte, 64<<20)); !errors.Is(err, vault.ErrTooLarge) {
		t.Errorf("%v, want ErrTooLarge", err)
	}
	if got, err := v.Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
		t.Errorf("what was there: %.40q %v", got, err)
	}
}

// A network share may have no modes and no locks. The content is sealed, and a lock
// elsewhere excludes this computer's other programs: it goes on, with a word in the log.
func TestAFileSystemWithoutModesAndLocks(t *testing.T) {
	for _, missing := range []error{syscall.ENOLCK, syscall.ENOTSUP, syscall.ENOSYS} {
		var log bytes.Buffer
		c := file(t.TempDir())
		c.Log = slog.New(slog.NewTextHandler(&log, nil))
		if err := os.Chmod(c.Dir, 0o755); err != nil {
			t.Fatal(err)
		}
		v, beside := vault.New(c), vault.New(c)
		for _, each := range []*vault.Vault{v, beside} {
			each.RefuseModes(syscall.EPERM)
			each.RefuseLocks(missing)
		}
		if err := v.Ready(t.Context()); err != nil {
			t.Error(err)
		}
		release, err := v.Lock(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if beside.Free() {
			t.Error("two programs have the lock")
		}
		if err := v.Save(t.Context(), blob); err != nil {
			t.Error(err)
		}
		release()
		if !beside.Free() {
			t.Error("the lock was not released")
		}
		for _, event := range []string{"vault.lock_elsewhere", "vault.folder_open"} {
			if n := strings.Count(log.String(), event); n < 1 || n > 2 { // once for each program
				t.Errorf("%s is %d times in the log:\n%s", event, n, log.String())
			}
		}
		if err := v.Writable(t.Context()); err != nil {
			t.Errorf("what the doctor does: %v", err)
		}
	}
}

// A rename that is refused for less than a second is tried again. One that is refused for
// good is an error, and what was to be stored is what the next program reads.
func TestARefusedRename(t *testing.T) {
	dir := t.TempDir()
	v := saved(t, file(dir))
	v.RefuseRenames(syscall.EBUSY, 300*time.Millisecond)
	if err := v.Save(t.Context(), []byte("briefly")); err != nil {
		t.Errorf("refused briefly: %v", err)
	}
	v.RefuseRenames(syscall.EACCES, time.Hour)
	if err := v.Save(t.Context(), []byte("kept")); !errors.Is(err, vault.ErrKept) {
		t.Errorf("refused for good: %v, want ErrKept", err)
	}
	next := vault.New(file(dir))
	if got, err := next.Load(t.Context()); err != nil || string(got) != "kept" {
		t.Errorf("the next program: %q %v", got, err)
	}
	if err := next.Save(t.Context(), []byte("after")); err != nil {
		t.Error(err)
	}
	if got, err := vault.New(file(dir)).Load(t.Context()); err != nil || string(got) != "after" {
		t.Errorf("after it: %q %v", got, err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "vault.next")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("left behind: %v", err)
	}
}

// A file that may not be read is told apart from one that may not be written.
func TestAFileThatMayNotBeRead(t *testing.T) {
	dir, err := os.MkdirTemp("", "vault")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700); _ = os.RemoveAll(dir) })
	saved(t, file(dir))
	if err := os.WriteFile(filepath.Join(dir, "vault.lock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	own(t, dir)
	if err := os.Chmod(filepath.Join(dir, "vault"), 0); err != nil {
		t.Fatal(err)
	}
	onDisk(t, "unreadable", dir)
}

// What was written in place of a folder that is gone can be opened: the key that lay in
// the folder is written again with it.
func TestAFolderThatIsRemovedBetweenReserveAndSaveLosesNothing(t *testing.T) {
	for name, remove := range map[string]func(dir string) error{
		"the folder":     os.RemoveAll,
		"all its files":  func(dir string) error { return errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700)) },
		"the room alone": func(dir string) error { return os.Remove(filepath.Join(dir, "vault.next")) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			v := saved(t, file(dir))
			release, err := v.Lock(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer release()
			if err := v.Reserve(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := remove(dir); err != nil {
				t.Fatal(err)
			}
			if err := v.Save(t.Context(), []byte("rotated")); err != nil {
				t.Fatal(err)
			}
			if got, err := vault.New(file(dir)).Load(t.Context()); err != nil || string(got) != "rotated" {
				t.Errorf("%q %v", got, err)
			}
		})
	}
}
