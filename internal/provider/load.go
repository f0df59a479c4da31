package provider

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/joho/godotenv"
	"github.com/pelletier/go-toml/v2"
)

// value is one setting as it was read.
type value struct {
	data   any
	source Source
}

// loader gathers the values of all sources.
type loader struct {
	o        Options
	env      map[string]string
	values   map[string]value
	errs     []error
	warnings []string
}

func (l *loader) fail(s Source, key, problem string) {
	l.errs = append(l.errs, &Error{Source: s, Key: key, Problem: problem})
}

// put takes a value over from a source, unless the policy has locked the key.
func (l *loader) put(s Source, name string, raw any) {
	k, known := keys[name]
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
	l.values[name] = value{data, s}
}

// file reads a TOML file, if it is there.
func (l *loader) file(path, name string, optional bool) {
	source := Source{Name: name, File: path}
	data, err := readSmall(path)
	if errors.Is(err, os.ErrNotExist) && optional {
		return
	}
	if _, missing := os.Lstat(path); errors.Is(missing, os.ErrNotExist) && optional {
		return
	}
	if err != nil {
		l.fail(source, "", err.Error())
		return
	}
	l.bytes(source, data)
	if v, ok := l.values["client_secret"]; ok && v.source.File == path && runtime.GOOS != "windows" {
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
			l.warnings = append(l.warnings, fmt.Sprintf("%s holds client_secret and others can read it: chmod 600 %s", path, path))
		}
	}
}

// bytes reads TOML.
func (l *loader) bytes(source Source, data []byte) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) {
		l.fail(source, "", "it is not UTF-8 text")
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
		s.Line = lineOf(data, name)
		l.put(s, name, members[name])
	}
}

// lineOf finds the line on which a top-level key stands.
func lineOf(data []byte, name string) int {
	shape := regexp.MustCompile(`^\s*(\[\s*)?["']?` + regexp.QuoteMeta(name) + `["']?\s*[=.\]]`)
	for i, line := range strings.Split(string(data), "\n") {
		if shape.MatchString(line) {
			return i + 1
		}
	}
	return 0
}

// dotEnv reads the development build's .env below the environment.
func (l *loader) dotEnv() {
	if l.o.DotEnv == "" {
		return
	}
	data, err := os.ReadFile(l.o.DotEnv)
	if err != nil {
		return // it is a convenience: most folders have none
	}
	source := Source{Name: ".env", File: l.o.DotEnv}
	vars, err := godotenv.UnmarshalBytes(data)
	if err != nil {
		l.fail(source, "", "not a .env file")
		return
	}
	l.variables(vars, func(string) Source { return source })
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
		key := strings.ToLower(short)
		if k, known := keys[key]; !known || k.kind == table {
			l.warnings = append(l.warnings, name+" is not a setting"+nearest(key))
			continue
		}
		if vars[name] == "" {
			continue // as good as not set
		}
		s := source(name)
		if keys[key].noFile {
			s.File = "" // a .env is the developer's own environment
		}
		l.put(s, key, vars[name])
	}
}

func (l *loader) flags() {
	for _, name := range slices.Sorted(maps.Keys(l.o.Flags)) {
		l.put(Source{Name: "--" + strings.ReplaceAll(name, "_", "-")}, name, l.o.Flags[name])
	}
}

// policy reads the administrator's file. What it sets is locked.
func (l *loader) policy(path string, trusted bool) {
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		return
	}
	source := Source{Name: "policy.toml", File: path, Locked: true}
	if !trusted {
		if err := administrators(path); err != nil {
			l.fail(source, "", err.Error())
			return
		}
	}
	data, err := readSmall(path)
	if err != nil {
		l.fail(source, "", err.Error())
		return
	}
	l.bytes(source, data)
}

// convert makes a value of the key's kind from TOML's types or from text.
func convert(k kind, raw any) (any, string) {
	asText, isText := raw.(string)
	switch k {
	case text:
		if isText {
			return asText, ""
		}
		return nil, fmt.Sprintf("a text in quotes is needed, not %v", raw)
	case flag:
		if b, ok := raw.(bool); ok {
			return b, ""
		}
		if b, err := strconv.ParseBool(asText); isText && err == nil {
			return b, ""
		}
		return nil, "true or false is needed"
	case span:
		if d, err := time.ParseDuration(asText); isText && err == nil {
			return d, ""
		}
		return nil, `a duration such as "90s" or "5m" is needed`
	case list:
		if isText {
			return strings.Fields(asText), ""
		}
		return texts(raw)
	case ports:
		return numbers(raw)
	}
	return stringTable(raw)
}

func texts(raw any) (any, string) {
	many, ok := raw.([]any)
	out := []string{}
	for _, one := range many {
		s, isText := one.(string)
		ok = ok && isText
		out = append(out, s)
	}
	if !ok {
		return nil, `a list of texts such as ["openid", "email"] is needed`
	}
	return out, ""
}

func numbers(raw any) (any, string) {
	const problem = "a list of ports such as [8085, 8086] is needed"
	out := []int{}
	switch v := raw.(type) {
	case string:
		for _, field := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' }) {
			n, err := strconv.Atoi(field)
			if err != nil {
				return nil, problem
			}
			out = append(out, n)
		}
	case int64:
		out = append(out, int(v))
	case []any:
		for _, one := range v {
			n, ok := one.(int64)
			if !ok {
				return nil, problem
			}
			out = append(out, int(n))
		}
	default:
		return nil, problem
	}
	return out, ""
}

func stringTable(raw any) (any, string) {
	members, ok := raw.(map[string]any)
	out := map[string]string{}
	for name, one := range members {
		s, isText := one.(string)
		ok = ok && isText
		out[name] = s
	}
	if !ok {
		return nil, `a table of texts such as { prompt = "login" } is needed`
	}
	return out, ""
}

// environment splits KEY=value; a later one wins, as in a shell.
func environment(environ []string) map[string]string {
	out := map[string]string{}
	for _, kv := range environ {
		if name, text, ok := strings.Cut(kv, "="); ok {
			out[name] = text
		}
	}
	return out
}

// nearest names the key that was probably meant.
func nearest(name string) string {
	best, distance := "", 3
	for _, known := range slices.Sorted(maps.Keys(keys)) {
		if d := edits(name, known); d < distance {
			best, distance = known, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", best)
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
