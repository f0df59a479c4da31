//go:build unix

package vault_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"app.latchkey/internal/vault"
)

// onDisk runs a test of this file again in another process, whose limits and rights can be reduced.
func onDisk(t *testing.T, role, dir string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestDiskHelper$", "-test.v")
	cmd.Env = append(os.Environ(), "VAULT_TEST_ROLE="+role, "VAULT_TEST_DIR="+dir)
	if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS: TestDiskHelper")) {
		t.Fatalf("%v\n%s", err, out)
	}
}

// TestDiskHelper is that process; by itself it does nothing.
func TestDiskHelper(t *testing.T) {
	dir := os.Getenv("VAULT_TEST_DIR")
	v := vault.New(file(dir))
	switch os.Getenv("VAULT_TEST_ROLE") {
	case "full":
		// The kernel refuses to let a file grow further, as it does on a full disk.
		const most = 64 << 10
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
			t.Fatal(err)
		}
		mustStay(t, v, vault.ErrDiskFull, bytes.Repeat([]byte("x"), 2*most))
		if err := v.Save(t.Context(), blob); err != nil { // there is room again
			t.Error(err)
		}
	case "unreadable":
		unprivileged(t)
		_, err := v.Load(t.Context())
		if !errors.Is(err, vault.ErrUnreadable) || errors.Is(err, vault.ErrReadOnly) || unreadable(err) {
			t.Errorf("Load: %v, want ErrUnreadable", err)
		}
		if err := v.Ready(t.Context()); !errors.Is(err, vault.ErrUnreadable) {
			t.Errorf("Ready: %v, want ErrUnreadable", err)
		}
	case "read-only":
		unprivileged(t)
		if err := v.Ready(t.Context()); !errors.Is(err, vault.ErrReadOnly) {
			t.Errorf("Ready: %v, want ErrReadOnly", err)
		}
		mustStay(t, v, vault.ErrReadOnly, []byte("another"))
		if err := v.Change(t.Context(), vault.File, phrase); !errors.Is(err, vault.ErrReadOnly) {
			t.Errorf("Change: %v, want ErrReadOnly", err)
		}
	}
}

// mustStay checks that a write fails with the error, that the old content is still there, and that no other file is
// left.
func mustStay(t *testing.T, v *vault.Vault, want error, data []byte) {
	t.Helper()
	if err := v.Save(t.Context(), data); !errors.Is(err, want) {
		t.Errorf("Save: %v, want %v", err, want)
	}
	if got, err := v.Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
		t.Errorf("what was there: %.40q %v", got, err)
	}
	found, err := os.ReadDir(os.Getenv("VAULT_TEST_DIR"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Name() != "vault" && f.Name() != "vault.lock" && f.Name() != "vault.key" {
			t.Errorf("left behind: %s", f.Name())
		}
	}
}

// unprivileged gives up being root, whom no mode stops.
func unprivileged(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	const nobody = 65534
	if err := syscall.Setgid(nobody); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setuid(nobody); err != nil {
		t.Fatal(err)
	}
}

func TestAFullDiskLosesNothing(t *testing.T) {
	dir := t.TempDir()
	saved(t, file(dir))
	onDisk(t, "full", dir)
	if got, err := vault.New(file(dir)).Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
		t.Errorf("%q %v", got, err)
	}
}

func TestAReadOnlyFolderLosesNothing(t *testing.T) {
	dir, err := os.MkdirTemp("", "vault") // not below t.TempDir, which root alone may enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700); _ = os.RemoveAll(dir) })
	saved(t, file(dir))
	release, err := vault.New(file(dir)).Lock(t.Context()) // the lock's file is there
	if err != nil {
		t.Fatal(err)
	}
	release()
	own(t, dir)
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	onDisk(t, "read-only", dir)
	if got, err := vault.New(file(dir)).Load(context.Background()); err != nil || !bytes.Equal(got, blob) {
		t.Errorf("%q %v", got, err)
	}
}

// own gives the folder to whom unprivileged becomes.
func own(t *testing.T, dir string) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	for _, path := range []string{
		dir, filepath.Join(dir, "vault"), filepath.Join(dir, "vault.lock"), filepath.Join(dir, "vault.key"),
	} {
		if err := os.Chown(path, 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
}

// The folder and the file are closed to others whatever the umask, and one that was
// opened is closed again at the next write.
func TestModes(t *testing.T) {
	before := syscall.Umask(0)
	defer syscall.Umask(before)
	dir := filepath.Join(t.TempDir(), "data")
	v := saved(t, file(dir))
	release, err := v.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	release()
	check := func(when string) {
		for name, want := range map[string]os.FileMode{"": 0o700, "vault": 0o600, "vault.lock": 0o600} {
			info, err := os.Stat(filepath.Join(dir, name))
			if err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %q has mode %v (%v)", when, name, info.Mode().Perm(), err)
			}
		}
	}
	check("made")
	for _, name := range []string{"", "vault"} {
		if err := os.Chmod(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.Save(t.Context(), blob); err != nil {
		t.Fatal(err)
	}
	check("opened by somebody")
}

// However many processes meet a damaged file, it stays where it is, and each says so; one
// sign-in sets it aside.
func TestDamageIsLeftUntilSomebodySignsIn(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "vault"), []byte("this was a vault once"), 0o600); err != nil {
		t.Fatal(err)
	}
	told := make(chan error, 20)
	for range cap(told) {
		go func() {
			_, err := vault.New(file(dir)).Load(context.Background())
			told <- err
		}()
	}
	for range cap(told) {
		if err := <-told; !unreadable(err) {
			t.Error(err)
		}
	}
	setAside(t, vault.New(file(dir)))
	kept, err := filepath.Glob(filepath.Join(dir, "vault.*.unreadable*"))
	if err != nil || len(kept) != 1 {
		t.Errorf("kept as %s (%v)", strings.Join(kept, fmt.Sprintln()), err)
	}
}
