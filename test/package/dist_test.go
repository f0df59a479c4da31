//go:build linux

// Package packages tests what make package made: it is unpacked, installed, used
// and removed as a person and an administrator would. It runs as root on Debian,
// since it installs into a root of its own; make test-packages prepares it. CTL names
// latchkeyctl with the demo provider, BROWSE the scripted browser.
package packages

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// limit is how long anything that is waited for may take.
const limit = 3 * time.Minute

// repository is the folder of the sources.
func repository(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// made returns the one package that fits the pattern.
func made(t *testing.T, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(repository(t), "dist", pattern))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %d packages, want 1 (make test-packages makes them): %v", pattern, len(found), found)
	}
	return found[0]
}

// tool is a program that the Makefile names.
func tool(t *testing.T, name string) string {
	t.Helper()
	path := os.Getenv(name)
	if path == "" {
		t.Fatalf("%s names no program: run make test-packages", name)
	}
	return path
}

// run runs a program and returns what it printed; it must succeed.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	return runCmd(t, exec.Command(name, args...))
}

func runCmd(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var out, words bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &words
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %v\n%s%s", cmd.Args, err, out.String(), words.String())
	}
	return out.String()
}

// wait waits until done, looking often.
func wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatalf("waited in vain for %s", what)
}

// unpack unpacks an archive or package into a folder that it returns.
func unpack(t *testing.T, path string) string {
	t.Helper()
	dir := t.TempDir()
	switch {
	case strings.HasSuffix(path, ".deb"):
		run(t, "dpkg-deb", "-x", path, dir)
	case strings.HasSuffix(path, ".zip"):
		run(t, "unzip", "-q", path, "-d", dir)
	case strings.HasSuffix(path, ".rpm"):
		run(t, "sh", "-c", `rpm2cpio "$1" | (cd "$2" && cpio -id --quiet --no-absolute-filenames)`, "sh", path, dir)
	default:
		run(t, "tar", "-xzf", path, "-C", dir)
	}
	return dir
}

// program finds a program below a folder.
func program(t *testing.T, dir, name string) string {
	t.Helper()
	found := strings.Fields(run(t, "find", dir, "-type", "f", "-name", name, "-perm", "-u+x"))
	if strings.HasSuffix(name, ".exe") { // a zip of Windows' has no modes
		found = strings.Fields(run(t, "find", dir, "-type", "f", "-name", name))
	}
	if len(found) != 1 {
		t.Fatalf("%s below %s: %v", name, dir, found)
	}
	return found[0]
}

func TestTheSums(t *testing.T) {
	dist := filepath.Join(repository(t), "dist")
	listed := sums(t, dist)
	entries, err := os.ReadDir(dist)
	if err != nil || len(entries) < 16 {
		t.Fatalf("%d files in dist: %v", len(entries), err)
	}
	for _, e := range entries {
		if e.Name() == "SHA256SUMS" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dist, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		if listed[e.Name()] != hex.EncodeToString(sum[:]) {
			t.Errorf("SHA256SUMS says something else of %s: %q", e.Name(), listed[e.Name()])
		}
	}
}

// The list of modules is that of the program in the package.
func TestTheModulesAreListed(t *testing.T) {
	for list, file := range map[string]string{
		"latchkey-*-linux-amd64.cdx.json":      "latchkey_*.deb",
		"latchkeyctl-*-linux-arm64.cdx.json":   "latchkeyctl-*-linux-arm64.tar.gz",
		"latchkeyctl-*-windows-amd64.cdx.json": "latchkeyctl-*-windows-amd64.zip",
	} {
		name, _, _ := strings.Cut(list, "-")
		if strings.Contains(list, "windows") {
			name += ".exe"
		}
		path := program(t, unpack(t, made(t, file)), name)
		info, err := buildinfo.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{}
		for _, m := range info.Deps {
			want = append(want, m.Path+"@"+m.Version)
		}
		data, err := os.ReadFile(made(t, list))
		if err != nil {
			t.Fatal(err)
		}
		var bom struct {
			BomFormat string
			Metadata  struct {
				Properties []struct{ Name, Value string }
			}
			Components []struct{ Name, Version string }
		}
		if err := json.Unmarshal(data, &bom); err != nil || bom.BomFormat != "CycloneDX" {
			t.Fatalf("%s: %v, format %q", list, err, bom.BomFormat)
		}
		got := []string{}
		for _, c := range bom.Components {
			if c.Name != "std" {
				got = append(got, c.Name+"@"+c.Version)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) || len(got) < 10 {
			t.Errorf("%s lists\n%v\nthe program has\n%v", list, got, want)
		}
		shipped, _ := os.ReadFile(path)
		sum := sha256.Sum256(shipped)
		if !strings.Contains(string(data), hex.EncodeToString(sum[:])) {
			t.Errorf("%s is not of the program in %s", list, file)
		}
		for _, m := range want {
			if strings.Contains(m, "zitadel") {
				t.Errorf("%s carries %s: the demo provider must not ship", file, m)
			}
		}
	}
}
