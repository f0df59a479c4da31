//go:build unix

package ownfolder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func made(t *testing.T, mode fs.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vault")
	if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chmod(path, mode)); err != nil {
		t.Fatal(err)
	}
	return path
}

func modeOf(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func TestAModeIsCorrected(t *testing.T) {
	for _, c := range []struct {
		mode, forbid fs.FileMode
		owner        bool
		want         fs.FileMode
	}{
		{0o600, 0o077, true, 0o600},
		{0o644, 0o077, true, 0o600},
		{0o666, 0o022, false, 0o644},
		{0o400, 0o022, false, 0o400}, // whoever wrote it may want that nobody does
		{0o000, 0o077, true, 0o600},  // which its owner cannot even open
	} {
		path := made(t, c.mode)
		change, loose := Loose(path, c.forbid, c.owner)
		if loose != (c.mode != c.want) {
			t.Errorf("%04o: %v", c.mode, change)
		}
		if err := change.Make(); loose && err != nil {
			t.Errorf("%04o: %v", c.mode, err)
		}
		if got := modeOf(t, path); got != c.want {
			t.Errorf("%04o became %04o, want %04o", c.mode, got, c.want)
		}
	}
	if folder := filepath.Dir(made(t, 0o600)); os.Chmod(folder, 0o500) == nil {
		if change, loose := Loose(folder, 0o077, true); !loose || change.Make() != nil || modeOf(t, folder) != 0o700 {
			t.Errorf("a folder that its owner cannot write: %v", change)
		}
	}
}

func TestWhatIsNotOursKeepsItsMode(t *testing.T) {
	elsewhere := made(t, 0o666)
	link := filepath.Join(t.TempDir(), "vault")
	second := filepath.Join(filepath.Dir(elsewhere), "second")
	if err := errors.Join(os.Symlink(elsewhere, link), os.Link(made(t, 0o666), second)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, second, filepath.Join(link, "nothing")} {
		if change, loose := Loose(path, 0o077, true); loose {
			t.Errorf("%v", change)
		}
	}
	if names := Names(filepath.Dir(link)); len(names) != 1 || Names(link) != nil {
		t.Errorf("%q", names)
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(elsewhere, 65534, 65534); err != nil {
			t.Fatal(err)
		}
		if change, loose := Loose(elsewhere, 0o077, true); loose {
			t.Errorf("another person's: %v", change)
		}
	}
}

// A file that was put at the path after the check is left alone.
func TestWhatHasChangedMeanwhile(t *testing.T) {
	for name, turn := range map[string]func(path, other string) error{
		"a link":       func(path, other string) error { return errors.Join(os.Remove(path), os.Symlink(other, path)) },
		"another mode": func(path, _ string) error { return os.Chmod(path, 0o640) },
		"nothing":      func(path, _ string) error { return os.Remove(path) },
	} {
		path, other := made(t, 0o666), made(t, 0o666)
		change, loose := Loose(path, 0o077, true)
		if err := turn(path, other); !loose || err != nil {
			t.Fatal(loose, err)
		}
		if err := change.Make(); err == nil {
			t.Errorf("%s: it was changed", name)
		}
		if modeOf(t, other) != 0o666 {
			t.Errorf("%s: another file was changed", name)
		}
	}
}
