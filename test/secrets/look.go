//go:build linux

// Package secrets searches for texts that must not appear unencrypted: in files, in the output of a program, in the
// environment and the arguments of every process.
//
// A text is searched for as it is, percent-encoded, escaped in JSON, in hexadecimal, and in base64 at each of its three
// offsets. Memory is not searched.
package secrets

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Text is something that must not be found.
type Text struct{ Kind, Text string }

// Place is somewhere that a text could be.
type Place struct {
	Name string // a path, or the name of a process and of its part
	data []byte
}

// Look collects places, from any goroutine.
type Look struct {
	mu     sync.Mutex
	places []Place
}

// Add adds what a program printed.
func (l *Look) Add(name string, data []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.places = append(l.places, Place{name, bytes.Clone(data)})
}

// Files adds every file below the folder, and its name.
func (l *Look) Files(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		l.Add("the name "+path, []byte(path))
		if !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		l.Add(path, data)
		return nil
	})
}

// Processes adds the environment and the arguments of every process that can be seen
// now, this one's aside.
func (l *Look) Processes() {
	found, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range found {
		if filepath.Base(dir) == fmt.Sprint(os.Getpid()) {
			continue
		}
		for _, what := range []string{"environ", "cmdline"} {
			// A process that has ended meanwhile, or is another user's, cannot be read.
			if data, err := os.ReadFile(filepath.Join(dir, what)); err == nil && len(data) > 0 {
				l.Add(what+" of process "+filepath.Base(dir), data)
			}
		}
	}
}

// Count is how many places were looked at.
func (l *Look) Count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.places)
}

// Found returns where each text was found, without the texts themselves.
func (l *Look) Found(texts ...Text) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []string
	for _, t := range texts {
		for how, form := range forms(t.Text) {
			for _, p := range l.places {
				if bytes.Contains(p.data, []byte(form)) {
					out = append(out, fmt.Sprintf("%s, %s, in %s", t.Kind, how, p.Name))
				}
			}
		}
	}
	return out
}

// forms are the encodings of a text that are searched for.
func forms(text string) map[string]string {
	out := map[string]string{"as it is": text, "in hexadecimal": hex.EncodeToString([]byte(text))}
	if escaped := url.QueryEscape(text); escaped != text {
		out["percent-encoded"] = escaped
		out["percent-encoded in a path"] = url.PathEscape(text)
	}
	for how, html := range map[string]bool{"escaped in JSON": false, "escaped in JSON for HTML": true} {
		if escaped := inJSON(text, html); escaped != text {
			out[how] = escaped
		}
	}
	for offset := range 3 {
		// In base64 the text's offset depends on what stands before it. The characters at both ends depend on the
		// neighbouring bytes and are left out.
		coded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat(" ", offset) + text))
		coded = coded[[]int{0, 2, 3}[offset]:]
		coded = coded[:len(coded)-3]
		out[fmt.Sprintf("in base64 at offset %d", offset)] = coded
		out[fmt.Sprintf("in base64url at offset %d", offset)] = strings.NewReplacer("+", "-", "/", "_").Replace(coded)
	}
	return out
}

// inJSON is a text as it stands between the quotes of a JSON string.
func inJSON(text string, html bool) string {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(html)
	_ = enc.Encode(text) // a string always can
	return out.String()[1 : out.Len()-len("\"\n")]
}

// Open lists files and folders below dir that others than their owner can read or
// enter.
func Open(dir string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			out = append(out, fmt.Sprintf("%s has mode %o", path, info.Mode().Perm()))
		}
		return nil
	})
	return out, err
}
