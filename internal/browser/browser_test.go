package browser_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/internal/browser"
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
			return append(os.Environ(), "LATCHKEY_CLIENT_SECRET=hush", "LATCHKEY_STORE_PASSPHRASE=hush")
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

func TestFailureNamesTheProgramsAndNotTheAddress(t *testing.T) {
	bad, _ := script(t, "bad", "exit 3")
	err := opener(bad+":/nowhere/at-all").Open(t.Context(), address)
	var open *browser.OpenError
	if !errors.As(err, &open) || len(open.Tried) != 2 || open.Tried[0] != bad {
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
	for _, bad := range []string{"", "file:///etc/passwd", "javascript:alert(1)", "https://", "-flag", "https://a.example/\n", "https://a b", "https://u:p@a.example", "ms-settings:x", "https://a.example/`id`"} {
		if err := opener("true").Open(t.Context(), bad); !errors.Is(err, browser.ErrAddress) {
			t.Errorf("%q: %v, want ErrAddress", bad, err)
		}
	}
}

func TestThePlatformsOpener(t *testing.T) {
	for goos, want := range map[string]string{"linux": "xdg-open", "darwin": "open", "windows": "rundll32"} {
		o := &browser.Opener{Getenv: func(string) string { return "" }, Environ: func() []string { return nil }, GOOS: goos}
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
	if names, err := there("/nowhere/firefox:true"); err != nil || len(names) != 1 || names[0] != "true" {
		t.Errorf("%v %v", names, err)
	}
	var failed *browser.OpenError
	if _, err := there("/nowhere/a:/nowhere/b %s"); !errors.As(err, &failed) || len(failed.Tried) != 2 {
		t.Errorf("%v", err)
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
