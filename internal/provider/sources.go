package provider

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
)

// value is one setting as it was read.
type value struct {
	data   any
	source Source
	rank   int // of its source
}

// loader gathers the values of all sources, in their order.
type loader struct {
	o        Options
	env      map[string]string
	rank     int // of the source that is being read; 0 is the team's file
	values   map[string]value
	errs     []error
	warnings []string

	preset    string // that the sources so far name
	described bool   // by the sources so far, a provider is
}

func (l *loader) fail(s Source, key, problem string) {
	l.errs = append(l.errs, &Error{Source: s, Key: key, Problem: problem})
}

func (l *loader) warn(format string, args ...any) {
	l.warnings = append(l.warnings, fmt.Sprintf(format, args...))
}

// put takes a value over from a source.
func (l *loader) put(s Source, name string, raw any) {
	k, known := lookup(name)
	if !known {
		l.fail(s, name, "unknown"+nearest(name))
		return
	}
	if k.noFile && s.File != "" {
		l.fail(s, name, "a passphrase has no place in a file of settings: use store_passphrase_file, LATCHKEY_STORE_PASSPHRASE, or type it when asked")
		return
	}
	data, problem := convert(k.kind, raw)
	if problem != "" {
		l.fail(s, name, problem)
		return
	}
	if k.secret && data == "" {
		return // an empty secret is none
	}
	l.values[name] = value{data, s, l.rank}
}

// file reads a TOML file, if it is there.
func (l *loader) file(path, name string) {
	source := Source{Name: name, File: path}
	data, err := readSmall(path)
	if absent(path, err) {
		return
	}
	if err != nil {
		l.fail(source, "", err.Error())
		return
	}
	l.bytes(source, data)
	if v, ok := l.values["client_secret"]; ok && v.source.File == path && openToOthers(path) {
		l.warn("%s holds client_secret and others can read it: chmod 600 %s", path, path)
	}
}

// absent reports whether a file is simply not there. A link that leads nowhere is
// there: somebody meant something by it.
func absent(path string, err error) bool {
	if err == nil {
		return false
	}
	_, missing := os.Lstat(path)
	return errors.Is(missing, os.ErrNotExist) || errors.Is(missing, syscall.ENOTDIR)
}

func openToOthers(path string) bool {
	info, err := os.Stat(path)
	return err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0
}

// bytes reads TOML.
func (l *loader) bytes(source Source, data []byte) {
	data, ok := l.utf8(source, data)
	if !ok {
		return
	}
	var members map[string]any
	if err := toml.Unmarshal(data, &members); err != nil {
		var at *toml.DecodeError
		if errors.As(err, &at) {
			source.Line, _ = at.Position()
		}
		l.fail(source, "", "not TOML: "+strings.TrimPrefix(err.Error(), "toml: "))
		return
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		s := source
		s.Line = lineOf(data, `(\[\s*)?["']?`+regexp.QuoteMeta(name)+`["']?\s*[=.\]]`)
		l.put(s, name, members[name])
	}
}

// utf8 takes a byte order mark off, and refuses what is no text.
func (l *loader) utf8(source Source, data []byte) ([]byte, bool) {
	if !utf8.Valid(data) {
		l.fail(source, "", "it is not UTF-8 text")
		return nil, false
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), true
}

// lineOf finds the line that begins with the pattern; 0 when there is none. What
// stands within a text of several lines begins no line.
func lineOf(data []byte, pattern string) int {
	shape := regexp.MustCompile(`^\s*` + pattern)
	within := false
	for i, line := range strings.Split(string(data), "\n") {
		if !within && shape.MatchString(line) {
			return i + 1
		}
		if (strings.Count(line, `"""`)+strings.Count(line, "'''"))%2 == 1 {
			within = !within
		}
	}
	return 0
}

// dotEnv reads the development build's .env below the environment.
func (l *loader) dotEnv() {
	if l.o.ParseDotEnv == nil {
		return
	}
	source := Source{Name: ".env", File: l.o.DotEnv}
	data, err := readSmall(l.o.DotEnv)
	if absent(l.o.DotEnv, err) {
		return // it is a convenience: most folders have none
	}
	if err != nil {
		l.fail(source, "", err.Error())
		return
	}
	data, ok := l.utf8(source, data)
	if !ok {
		return
	}
	vars, err := l.o.ParseDotEnv(data)
	if err != nil {
		l.fail(source, "", "not a .env file: a line has not the form NAME=value")
		return
	}
	at := func(name string) Source {
		s := source
		s.Line = lineOf(data, `(export\s+)?`+regexp.QuoteMeta(name)+`\s*[=:]`)
		return s
	}
	l.tutorial(vars, at)
	l.variables(vars, at)
}

func (l *loader) environment() {
	l.variables(l.env, func(name string) Source { return Source{Name: name} })
}

// variables takes LATCHKEY_* over. One that no key answers to is a warning: the
// environment is shared, and another program's must not stop this one.
func (l *loader) variables(vars map[string]string, source func(string) Source) {
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		short, ours := strings.CutPrefix(name, "LATCHKEY_")
		if !ours {
			continue
		}
		k, known := lookup(strings.ToLower(short))
		if !known || k.kind == table {
			l.warn("%s is not a setting%s", name, nearest(strings.ToLower(short)))
			continue
		}
		if vars[name] == "" {
			continue // as good as not set
		}
		s := source(name)
		if k.noFile {
			s.File = "" // a .env is the developer's own environment
		}
		l.put(s, k.name, vars[name])
	}
}

func (l *loader) flags() {
	for _, name := range slices.Sorted(maps.Keys(l.o.Flags)) {
		l.put(Source{Name: "--" + strings.ReplaceAll(name, "_", "-")}, name, l.o.Flags[name])
	}
}

// environment splits KEY=value; a later one wins, as in a shell. Windows takes a
// name in any case, and spells its own in capitals: there they all become so.
func environment(environ []string, goos string) map[string]string {
	out := map[string]string{}
	for _, kv := range environ {
		if name, text, ok := strings.Cut(kv, "="); ok {
			if goos == "windows" {
				name = strings.ToUpper(name)
			}
			out[name] = text
		}
	}
	return out
}

// maxFile bounds what is read of a file of settings.
const maxFile = 1 << 20

// readSmall reads a file of at most 1 MiB.
func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, errors.Unwrap(err))
	}
	defer func() { _ = f.Close() }()
	return readOpen(f)
}

// readOpen reads a file that is open already: what was looked at is what is read.
func readOpen(f *os.File) ([]byte, error) {
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", f.Name())
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot read %s: %w", f.Name(), errors.Unwrap(err))
	case len(data) > maxFile:
		return nil, fmt.Errorf("%s is larger than 1 MiB", f.Name())
	}
	return data, nil
}
