package settings

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Key describes one setting that a file may hold.
type Key struct {
	Name    string
	Explain string // sentences: what it is, its choices, its default
	Form    Form
	Choices []string // of a text: the only ones
	Default string   // in the form that the environment takes; empty where no single value is the default
}

// Chapter is one group of settings, in the order of docs/settings.md.
type Chapter struct {
	Title string
	Keys  []Key
}

// Chapters are all settings that a file may hold, in their order.
func Chapters() []Chapter {
	untouched := defaults()
	places := bindings(&untouched)
	var out []Chapter
	for _, g := range groups() {
		c := Chapter{Title: g.Title}
		for _, k := range g.Keys {
			if k.NoFile {
				continue
			}
			def := shown(places[k.Name].at)
			c.Keys = append(c.Keys, Key{
				Name: k.Name, Explain: k.sentence(def), Form: k.kind, Choices: k.Choices, Default: def,
			})
		}
		out = append(out, c)
	}
	return out
}

// IsSecret reports whether a file may hold the setting of that name, and it is masked when it is shown.
func IsSecret(name string) bool {
	k, _ := lookup(name)
	return k.Secret && !k.NoFile
}

// PolicyOf makes texts, in the form that the environment takes, fit for a policy: a string, a bool, a []string, a []int
// or a map[string]string for each key. A table is written as name=text, one after the other with spaces between.
// In a profile a file needs its whole path. Errors join *Error; how the values go together is not checked.
func PolicyOf(given map[string]string, profile bool) (map[string]any, error) {
	out := map[string]any{}
	var errs []error
	fail := func(name, problem string) {
		errs = append(errs, &Error{Source: Source{Name: name}, Key: name, Problem: problem})
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		k, known := lookup(name)
		if !known {
			fail(name, "unknown"+nearest(name))
			continue
		}
		if k.NoFile {
			fail(name, "a passphrase has no place in a policy, which everybody on the computer can read")
			continue
		}
		value, problem := k.ofText(given[name])
		if problem != "" {
			fail(name, problem)
			continue
		}
		if profile && k.path() && !strings.HasPrefix(given[name], "/") {
			fail(name, needsWholePath)
			continue
		}
		out[name] = value
	}
	return out, errors.Join(errs...)
}

// ofText makes and checks one value.
func (k key) ofText(given string) (any, string) {
	var raw any = given
	if k.kind == Table {
		members := map[string]any{}
		for _, one := range strings.Fields(given) {
			name, text, ok := strings.Cut(one, "=")
			if !ok {
				return nil, fmt.Sprintf("%q has no =: write name=text", one)
			}
			members[name] = text
		}
		raw = members
	}
	value, problem := convert(k.kind, raw)
	if problem == "" {
		problem = k.wrong(value)
	}
	if k.kind == Duration || k.kind == APIs { // a text in files too
		value = given
	}
	return value, problem
}
