package settings

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"app.latchkey/internal/proxy/route"
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
	rank     int  // of the source that is being read
	locked   bool // the policy says where the provider is
	values   map[string]value
	errs     []error
	warnings []string
	exposed  []string // files of settings that others can change
	places   []Policy // of the administrator's policy, as far as they are read

	preset    string // that the sources so far name
	described bool   // by the sources so far, a provider is

	tutorialUserID Source // where the tutorial's .env names the user ID field
}

func (l *loader) fail(s Source, key, problem string) {
	l.errs = append(l.errs, &Error{Source: s, Key: key, Problem: problem})
}

// blame says what is wrong with a key, at the place where it is set; for a key that is not set, where the preset is.
func (l *loader) blame(key, format string, args ...any) {
	l.fail(l.sourceOf(key), key, fmt.Sprintf(format, args...))
}

// missing says that a key has to be set, because another one is.
func (l *loader) missing(beside, key, format string, args ...any) {
	l.fail(l.sourceOf(beside), key, "missing: "+fmt.Sprintf(format, args...))
}

func (l *loader) warn(format string, args ...any) {
	l.warnings = append(l.warnings, fmt.Sprintf(format, args...))
}

// put takes a value over from a source.
func (l *loader) put(s Source, name string, raw any) {
	if s.Locked {
		l.says(name)
	}
	k, known := lookup(name)
	if !known {
		l.fail(s, name, "unknown"+nearest(name))
		return
	}
	if k.NoFile && (s.File != "" || s.Locked) {
		l.fail(s, name, "a passphrase has no place in a file of settings: use store_passphrase_file, "+
			"LATCHKEY_STORE_PASSPHRASE, or type it when asked")
		return
	}
	if l.locked && l.rank > teamRank && l.rank < policyRank && k.Decides != neither {
		l.warn("%s: %s is ignored: the administrator's policy says where the provider is, and whom to believe", s, name)
		return
	}
	data, problem := convert(k.kind, raw)
	if problem != "" {
		l.fail(s, name, problem)
		return
	}
	if k.Secret && data == "" {
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
	if why := changeable(path); why != "" {
		l.exposed = append(l.exposed,
			fmt.Sprintf("%s can be changed by others, who could choose the provider: %s", path, why))
	}
	if l.values["client_secret"].source.File == path {
		l.keepClosed(path, "client_secret")
	}
	proxy := l.values["proxy"]
	if text, _ := proxy.data.(string); proxy.source.File == path && route.Masked(text) != text {
		l.keepClosed(path, "the proxy's password")
	}
}

// bytes reads TOML.
func (l *loader) bytes(source Source, data []byte) {
	data, ok := l.utf8(source, data)
	if !ok {
		return
	}
	var members map[string]any
	if err := toml.Unmarshal(data, &members); err != nil {
		if at, ok := errors.AsType[*toml.DecodeError](err); ok {
			source.Line, _ = at.Position()
		}
		l.fail(source, "", "not TOML: "+strings.TrimPrefix(err.Error(), "toml: "))
		return
	}
	lines := linesOf(data)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		s := source
		s.Line = lines[name]
		l.put(s, name, members[name])
	}
}

// mark is a byte order mark, which is no content.
const mark = "\xef\xbb\xbf"

// utf8 takes a byte order mark off, and refuses what is no text.
func (l *loader) utf8(source Source, data []byte) ([]byte, bool) {
	if !utf8.Valid(data) {
		l.fail(source, "", "it is not UTF-8 text")
		return nil, false
	}
	return bytes.TrimPrefix(data, []byte(mark)), true
}

// linesOf tells on which line each top-level key of a TOML document stands first.
func linesOf(data []byte) map[string]int {
	out := map[string]int{}
	var p unstable.Parser
	p.Reset(data)
	below := false // what follows a table's head is the table's
	for p.NextExpression() {
		e := p.Expression()
		head := e.Kind == unstable.Table || e.Kind == unstable.ArrayTable
		key := e.Key()
		if (head || !below) && key.Next() {
			name := string(key.Node().Data)
			out[name] = cmp.Or(out[name], p.Shape(key.Node().Raw).Start.Line)
		}
		below = below || head
	}
	return out
}

func (l *loader) flags() {
	for _, name := range slices.Sorted(maps.Keys(l.o.Flags)) {
		l.put(Source{Name: "--" + strings.ReplaceAll(name, "_", "-")}, name, l.o.Flags[name])
	}
}

// program reads what the program says in its own code.
func (l *loader) program() {
	for _, name := range slices.Sorted(maps.Keys(l.o.Program)) {
		l.put(Source{Name: "the program"}, name, l.o.Program[name])
	}
}
