// Command licences writes the licences of everything that is linked into the two
// programs, on all systems, to standard output: what a binary's receiver must get.
//
// It asks the Go tool which modules that is, and reads their licence files from
// the module cache. A module without one is an error, never a gap. It is run in the
// repository's folder; build/licences.txt is its output, and a test compares.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

func run(w io.Writer) error {
	folders, err := modules()
	if err != nil {
		return err
	}
	texts := map[string][]string{} // a text to the modules under it
	for _, name := range slices.Sorted(maps.Keys(folders)) {
		text, err := licence(folders[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		texts[text] = append(texts[text], name)
	}
	return write(w, texts)
}

// modules returns the folders of the modules that are linked on any system, by
// path and version, and that of Go itself.
func modules() (map[string]string, error) {
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	out := map[string]string{"The Go standard library": strings.TrimSpace(string(goroot))}
	for _, system := range []string{"linux", "darwin", "windows"} {
		cmd := exec.Command("go", "list", "-deps", "-tags", "webkit2_41,desktop,production", "-json=Module", ".",
			"./cmd/latchkeyctl")
		cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=1")
		cmd.Stderr = os.Stderr
		listed, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list for %s: %w", system, err)
		}
		for dec := json.NewDecoder(bytes.NewReader(listed)); ; {
			var p struct {
				Module *struct {
					Path, Version, Dir string
					Main               bool
				}
			}
			if err := dec.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, err
			}
			if m := p.Module; m != nil && !m.Main {
				out[m.Path+" "+m.Version] = m.Dir
			}
		}
	}
	return out, nil
}

var licenceName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)([.-].*)?$`)

// licence returns the licence, and what belongs to it, that a folder holds.
func licence(folder string) (string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", err
	}
	var parts []string
	for _, e := range entries {
		if e.IsDir() || !licenceName.MatchString(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return "", err
		}
		parts = append(parts, tidy(string(text)))
	}
	if len(parts) == 0 {
		return "", errors.New("there is no licence file in " + folder)
	}
	return strings.Join(parts, "\n\n"), nil
}

// tidy makes equal texts equal to the byte.
func tidy(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t\f")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// write prints each text once, below the modules that are under it.
func write(w io.Writer, texts map[string][]string) error {
	order := slices.SortedFunc(maps.Keys(texts), func(a, b string) int {
		return strings.Compare(texts[a][0], texts[b][0])
	})
	rule := strings.Repeat("=", 78)
	_, err := fmt.Fprintf(w, "Latchkey contains the software below, under the licence that follows it.\n"+
		"This file is made by: make licences\n")
	for _, text := range order {
		if err == nil {
			_, err = fmt.Fprintf(w, "\n%s\n%s\n%s\n\n%s\n", rule, strings.Join(texts[text], "\n"), rule, text)
		}
	}
	return err
}
