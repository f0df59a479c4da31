package browser_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"app.latchkey/internal/browser"
	"app.latchkey/internal/startenv"
)

const address = "https://id.example/authorize?state=a%20b&x=$(touch)&y=~!*'();"

// script writes a program that notes its arguments and its environment.
func script(t *testing.T, name, tail string) (path, out string) {
	t.Helper()
	dir := t.TempDir()
	path, out = filepath.Join(dir, name), filepath.Join(dir, "out")
	text := "#!/bin/sh\nprintf '%s\\n' \"$#\" \"$@\" > '" + out + "'\nenv >> '" + out + "'\n" + tail + "\n"
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return path, out
}

func opener(list string) *browser.Opener {
	return &browser.Opener{
		Getenv: func(string) string { return list },
		Environ: func() []string {
			return append(os.Environ(), "LATCHKEY_CLIENT_SECRET=hush", "LATCHKEY_STORE_PASSPHRASE=hush",
				startenv.Interpret)
		},
	}
}

func TestTheAddressIsOneArgumentAndNoSecretIsPassedOn(t *testing.T) {
	for name, suffix := range map[string]string{"appended": "", "in its place": " --new %s"} {
		t.Run(name, func(t *testing.T) {
			path, out := script(t, "browser", "")
			if err := opener(path+suffix).Open(t.Context(), address); err != nil {
				t.Fatal(err)
			}
			got, _ := os.ReadFile(out)
			if !strings.Contains(string(got), "\n"+address+"\n") {
				t.Errorf("the program was given %s", got)
			}
			if strings.Contains(string(got), "hush") {
				t.Error("a secret stands in the browser's environment")
			}
			if strings.Contains(string(got), startenv.Interpret) {
				t.Error("a browser on WebKitGTK would be slow")
			}
		})
	}
}

func TestTheNextOneIsTried(t *testing.T) {
	bad, _ := script(t, "bad", "exit 3")
	good, out := script(t, "good", "")
	if err := opener("/nowhere/at-all:"+bad+"::"+good).Open(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(out); err != nil {
		t.Error("the last one was not run")
	}
}

// Values of $BROWSER, and the arguments that the program then gets. DIR stands for a folder with a space and an
// apostrophe in its name.
func TestWordsOfBROWSER(t *testing.T) {
	for list, want := range map[string][]string{
		"DIR/my browser":                                    {address},
		"'DIR2/my browser' --new-window %s":                 {"--new-window", address},
		`"DIR/my browser" "--profile=a b" '' %s`:            {"--profile=a b", "", address},
		`DIR3/my\ browser --x`:                              {"--x", address},
		"/nowhere/x:DIR/my browser":                         {address},
		"DIR/my browser:/nowhere/x":                         {address},
		`"DIR/my browser" --profile 'work:1' "--url=%s"`:    {"--profile", "work:1", "--url=" + address},
		`"DIR/my browser" 100%% $HOME ` + "`id` $(id) & ;x": {"100%", "$HOME", "`id`", "$(id)", "&", ";x", address},
		"/nowhere/x 'an open quote:DIR/my browser":          nil,
		"::  :\"DIR/my browser\"":                           {address},
		"/nowhere/x \\:\"DIR/my browser\"":                  nil,
	} {
		t.Run(list, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "o'brien's programs")
			program, out := script(t, "my browser", "")
			if err := os.Rename(filepath.Dir(program), dir); err != nil {
				t.Fatal(err)
			}
			usual, _ := script(t, "xdg-open", "")
			t.Setenv("PATH", filepath.Dir(usual)+":"+os.Getenv("PATH"))
			plain := strings.NewReplacer("DIR2", strings.ReplaceAll(dir, "'", `'\''`), "DIR3",
				strings.NewReplacer("'", `\'`, " ", `\ `).Replace(dir), "DIR", dir)
			// The script writes beside itself, which has moved.
			out = filepath.Join(dir, filepath.Base(out))
			text, _ := os.ReadFile(filepath.Join(dir, "my browser"))
			moved := strings.ReplaceAll(string(text), "'"+filepath.Dir(program)+"/out'", `"$(dirname "$0")/out"`)
			if err := os.WriteFile(filepath.Join(dir, "my browser"), []byte(moved), 0o700); err != nil {
				t.Fatal(err)
			}
			o := opener(plain.Replace(list))
			o.GOOS = "linux"
			if err := o.Open(t.Context(), address); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(out)
			if want == nil {
				if err == nil {
					t.Errorf("it was run with %s", got)
				}
				return // and the platform's opener was
			}
			lines := strings.Split(string(got), "\n")
			if len(lines) <= len(want) || lines[0] != strconv.Itoa(len(want)) ||
				!slices.Equal(lines[1:1+len(want)], want) {
				t.Errorf("it was given %q (%v)", lines[:min(len(lines), 9)], err)
			}
		})
	}
}

// On Windows a backslash separates folders, a colon names a drive, an apostrophe is a
// letter, and a semicolon separates commands.
func TestWordsOfBROWSEROnWindows(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for list, want := range map[string][]string{
		`C:\Temp\new\firefox.exe`: {`C:\Temp\new\firefox.exe`, "rundll32"},
		`"C:\Program Files\Mozilla Firefox\firefox.exe" -url %s`: {
			`C:\Program Files\Mozilla Firefox\firefox.exe`, "rundll32",
		},
		`C:\o'brien\a.exe;"C:\x;y\b.exe" %s`: {`C:\o'brien\a.exe`, `C:\x;y\b.exe`, "rundll32"},
	} {
		o := &browser.Opener{
			Getenv: func(string) string { return list }, Environ: func() []string { return nil }, GOOS: "windows",
		}
		var open *browser.OpenError
		if err := o.Open(t.Context(), address); !errors.As(err, &open) || !slices.Equal(open.Tried, want) {
			t.Errorf("%s: %v", list, err)
		}
	}
}

func TestFailureNamesTheProgramsAndNotTheAddress(t *testing.T) {
	bad, _ := script(t, "bad", "exit 3")
	t.Setenv("PATH", t.TempDir()) // none of the platform's is there
	err := opener(bad+":/nowhere/at-all").Open(t.Context(), address)
	var open *browser.OpenError
	if !errors.As(err, &open) || len(open.Tried) != 6 || open.Tried[0] != bad || open.Tried[2] != "xdg-open" {
		t.Fatalf("%v", err)
	}
	if strings.Contains(err.Error(), "state=") {
		t.Error("the error has the address")
	}
}

func TestOneThatStillRunsCountsAsOpened(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "go")
	slow, _ := script(t, "slow", "while [ ! -e '"+fifo+"' ]; do sleep 0.05; done")
	t.Cleanup(func() { _ = os.WriteFile(fifo, nil, 0o600) })
	if err := opener(slow).Open(t.Context(), address); err != nil {
		t.Error(err)
	}
}

func TestACancelEndsTheWait(t *testing.T) {
	dir := t.TempDir()
	slow, _ := script(t, "slow", "while [ ! -e '"+dir+"/go' ]; do sleep 0.05; done")
	t.Cleanup(func() { _ = os.WriteFile(dir+"/go", nil, 0o600) })
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := opener(slow).Open(ctx, address); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestOnlyWebAddresses(t *testing.T) {
	for _, bad := range []string{
		"", "file:///etc/passwd", "javascript:alert(1)", "https://", "-flag", "https://a.example/\n", "https://a b",
		"https://u:p@a.example", "ms-settings:x", "https://a.example/`id`",
	} {
		if err := opener("true").Open(t.Context(), bad); !errors.Is(err, browser.ErrAddress) {
			t.Errorf("%q: %v, want ErrAddress", bad, err)
		}
	}
}

func TestThePlatformsOpener(t *testing.T) {
	for goos, want := range map[string]string{"linux": "xdg-open", "darwin": "open", "windows": "rundll32"} {
		o := &browser.Opener{
			Getenv: func(string) string { return "" }, Environ: func() []string { return nil }, GOOS: goos,
		}
		t.Setenv("PATH", t.TempDir()) // none of them is there
		var open *browser.OpenError
		if err := o.Open(t.Context(), address); !errors.As(err, &open) || open.Tried[0] != want {
			t.Errorf("%s: %v", goos, err)
		}
	}
}

func TestAvailable(t *testing.T) {
	there := func(list string) ([]string, error) {
		o := &browser.Opener{Getenv: func(string) string { return list }}
		return o.Available()
	}
	if names, err := there("/nowhere/firefox:true"); err != nil || len(names) == 0 || names[0] != "true" {
		t.Errorf("%v %v", names, err)
	}
	var failed *browser.OpenError
	if _, err := there("/nowhere/a:/nowhere/b %s"); !errors.As(err, &failed) || len(failed.Tried) != 2 {
		t.Errorf("%v", err)
	}
	path, _ := script(t, "xdg-open", "")
	t.Setenv("PATH", filepath.Dir(path))
	if names, err := there("/nowhere/a"); !errors.As(err, &failed) || len(names) != 1 || names[0] != "xdg-open" {
		t.Errorf("%v %v", names, err)
	}
	if names, err := there(""); err != nil || len(names) != 1 {
		t.Errorf("%v %v", names, err)
	}
}

func TestAFolderIsShownByThePlatformsOpener(t *testing.T) {
	path, out := script(t, "xdg-open", "")
	t.Setenv("PATH", filepath.Dir(path)+":"+os.Getenv("PATH"))
	o := opener("/bin/false") // a browser is no file manager
	o.GOOS = "linux"
	folder := t.TempDir()
	if err := o.OpenFolder(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(out)
	if !strings.HasPrefix(string(got), "1\n"+folder+"\n") || strings.Contains(string(got), "hush") {
		t.Errorf("the program was given %s", got)
	}
	for _, bad := range []string{path, "https://id.example/", filepath.Join(folder, "gone"), "."} {
		if err := o.OpenFolder(t.Context(), bad); !errors.Is(err, browser.ErrFolder) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
