package autostart_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/internal/autostart"
)

// folders are the autostart folders of a person and of the system.
type folders struct {
	t           *testing.T
	own, system string // the entries
}

func newFolders(t *testing.T) folders {
	t.Helper()
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "a person's settings"))
	t.Setenv("XDG_CONFIG_DIRS", filepath.Join(home, "xdg")+":relative")
	t.Setenv("SNAP", "")
	return folders{
		t: t, own: filepath.Join(home, "a person's settings", "autostart", "desk.desktop"),
		system: filepath.Join(home, "xdg", "autostart", "desk.desktop"),
	}
}

func (d folders) put(path, text string) {
	d.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

func (d folders) is(e autostart.Entry, want bool) {
	d.t.Helper()
	if on, err := e.On(); err != nil || on != want {
		d.t.Errorf("on: %v, %v; want %v", on, err, want)
	}
}

func (d folders) set(e autostart.Entry, on bool) {
	d.t.Helper()
	if err := e.Set(on); err != nil {
		d.t.Fatal(err)
	}
	d.is(e, on)
}

// script writes a program that makes a file beside itself when it runs.
func (d folders) script(folder string) autostart.Entry {
	d.t.Helper()
	path := filepath.Join(d.t.TempDir(), folder, "desk")
	d.put(path, "#!/bin/sh\necho $# >\"$0.ran\"\n")
	if err := os.Chmod(path, 0o700); err != nil { //nolint:gosec // a program
		d.t.Fatal(err)
	}
	return autostart.Entry{ID: "desk", Name: "Acme Desk", Program: path}
}

// A desktop finds the program wherever it lies: GLib starts it from the entry.
func TestADesktopStartsTheProgram(t *testing.T) {
	for _, folder := range []string{
		"plain", "with spaces", "a 'quote' and \"another\"", "$HOME and `id`", `back\slash\n and \s`,
		"100% of it, %u %f %%", "tab\tand\nline", " begins with a blank",
		"~tilde;and&more|#(x)<>*?!", "Zoë’s 文件", "a=b",
	} {
		t.Run(folder, func(t *testing.T) {
			d := newFolders(t)
			e := d.script(folder)
			d.set(e, true)
			if out, err := exec.Command("desktop-file-validate", d.own).CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("desktop-file-validate: %v\n%s", err, out)
			}
			if out, err := exec.Command("gio", "launch", d.own).CombinedOutput(); err != nil {
				t.Fatalf("gio: %v\n%s", err, out)
			}
			for { // gio does not wait for what it starts; the test's own time limit does
				ran, err := os.ReadFile(e.Program + ".ran")
				if err == nil && len(ran) > 0 {
					if strings.TrimSpace(string(ran)) != "0" {
						t.Errorf("it was given %s arguments", ran)
					}
					break
				}
			}
			if err := e.Mend(); err != nil {
				t.Error(err)
			}
			d.is(e, true)
		})
	}
}

func TestThePathThatNoEntryCanName(t *testing.T) {
	d := newFolders(t)
	for _, path := range []string{"relative/desk", "/opt/\xff/desk"} {
		e := autostart.Entry{ID: "desk", Name: "Acme Desk", Program: path}
		if err := e.Set(true); !errors.Is(err, autostart.ErrPath) {
			t.Errorf("%q: %v, want ErrPath", path, err)
		}
		d.is(e, false)
	}
}

// An entry that the person switched off in the desktop's own settings, or deleted, counts as switched off.
func TestSwitchedOffByHand(t *testing.T) {
	d := newFolders(t)
	e := d.script("x")
	d.is(e, false)
	d.set(e, true)
	data, err := os.ReadFile(d.own)
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{
		"hidden":          string(data) + "Hidden=true\n",
		"GNOME":           strings.Replace(string(data), "enabled=true", "enabled=false", 1),
		"with blanks":     string(data) + "  Hidden = true  \n",
		"no command":      "[Desktop Entry]\nType=Application\nName=x\n",
		"another group":   strings.Replace(string(data), "[Desktop Entry]", "[Desktop Action x]", 1),
		"empty":           "",
		"a comment alone": "#Exec=x\n",
	} {
		d.put(d.own, text)
		d.is(e, false)
		if err := e.Mend(); err != nil {
			t.Error(err)
		}
		if after, _ := os.ReadFile(d.own); string(after) != text {
			t.Errorf("%s: it was written anew:\n%s", what, after)
		}
	}
	d.set(e, true)
	if err := os.Remove(d.own); err != nil {
		t.Fatal(err)
	}
	if err := e.Mend(); err != nil {
		t.Error(err)
	}
	d.is(e, false)
	d.set(e, false) // once more is no error
	if info, err := os.Stat(filepath.Dir(d.own)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info, err)
	}
}

// The entry of a program that has moved is changed to the new place. The entry of another existing program, or one that
// a person wrote, stays.
func TestAStaleEntry(t *testing.T) {
	d := newFolders(t)
	moved, here := d.script("old place"), d.script("new place")
	d.set(moved, true)
	names := func(want string) {
		t.Helper()
		if err := here.Mend(); err != nil {
			t.Fatal(err)
		}
		if data, _ := os.ReadFile(d.own); !strings.Contains(string(data), want) {
			t.Errorf("%s is not in\n%s", want, data)
		}
	}
	names("old place")
	if err := os.Remove(moved.Program); err != nil {
		t.Fatal(err)
	}
	names("new place")
	d.put(d.own, "[Desktop Entry]\nType=Application\nName=x\nExec=my-wrapper --desk\n")
	names("my-wrapper")
	d.is(here, true)
}

// Where the administrator starts the program for every user, the person's entry takes its place and hides it.
func TestAnEntryForEveryUser(t *testing.T) {
	d := newFolders(t)
	e := d.script("x")
	d.put(d.system, "[Desktop Entry]\nType=Application\nName=x\nExec=desk\n")
	d.is(e, true)
	d.set(e, false)
	if data, err := os.ReadFile(d.own); err != nil || !strings.Contains(string(data), "Hidden=true") {
		t.Errorf("%v\n%s", err, data)
	}
	d.set(e, true)
}

// The setting start_at_login is applied at each start, also when the person has changed the entry.
func TestWhatTheSettingsDecide(t *testing.T) {
	d := newFolders(t)
	e, moved := d.script("here"), d.script("moved")
	keep := func(e autostart.Entry, on bool) {
		t.Helper()
		if err := e.Keep(on); err != nil {
			t.Fatal(err)
		}
		d.is(e, on)
	}
	keep(moved, true)
	d.put(d.own, "[Desktop Entry]\nType=Application\nName=x\nHidden=true\nExec=x\n")
	keep(moved, true)
	if err := os.Remove(moved.Program); err != nil {
		t.Fatal(err)
	}
	keep(e, true)
	if data, _ := os.ReadFile(d.own); !strings.Contains(string(data), e.Program) {
		t.Errorf("the entry names a program that is gone:\n%s", data)
	}
	keep(e, false)
	keep(e, false)
}

// In a Flatpak, with a folder in the place of the file, and with a folder that cannot be written, an error says so.
func TestWhereItCannotBe(t *testing.T) {
	d := newFolders(t)
	e := d.script("x")
	d.put(filepath.Join(d.own, "x"), "")
	if _, err := e.On(); !errors.Is(err, autostart.ErrEntry) {
		t.Error("a folder was read as an entry")
	}
	if err := e.Set(true); !errors.Is(err, autostart.ErrEntry) {
		t.Error("a folder was written over")
	}
	if err := os.RemoveAll(d.own); err != nil {
		t.Fatal(err)
	}
	if err := exec.Command("mkfifo", d.own).Run(); err != nil {
		t.Fatal(err)
	}
	if _, err := e.On(); !errors.Is(err, autostart.ErrEntry) {
		t.Error("a pipe was read as an entry")
	}
	t.Setenv("SNAP", "/snap/desk/1")
	for _, err := range []error{e.Set(true), e.Set(false), e.Mend()} {
		if !errors.Is(err, autostart.ErrNotHere) {
			t.Errorf("in a snap: %v, want ErrNotHere", err)
		}
	}
}
