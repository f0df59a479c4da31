package settings

import (
	"maps"
	"slices"
	"strings"
)

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
		s.Line = lineOf(string(data), name)
		return s
	}
	l.tutorial(vars, at)
	l.variables(vars, at)
}

// lineOf finds the line of a .env file that sets a variable; 0 when there is none.
func lineOf(text, name string) int {
	for i, line := range strings.Split(text, "\n") {
		rest, ok := strings.CutPrefix(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "export ")), name)
		if rest = strings.TrimSpace(rest); ok && rest != "" && strings.Contains("=:", rest[:1]) {
			return i + 1
		}
	}
	return 0
}

func (l *loader) environment() {
	l.variables(l.env, func(name string) Source { return Source{Name: name} })
}

// variables takes LATCHKEY_* over. One that no key answers to is a warning: other programs share the
// environment, and their variables must not stop this one.
func (l *loader) variables(vars map[string]string, source func(string) Source) {
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		short, ours := strings.CutPrefix(name, "LATCHKEY_")
		if !ours {
			continue
		}
		k, known := lookup(strings.ToLower(short))
		if !known || k.kind == Table {
			l.warn("%s is not a setting%s", name, nearest(strings.ToLower(short)))
			continue
		}
		if vars[name] == "" {
			continue // as good as not set
		}
		s := source(name)
		if k.NoFile {
			s.File = "" // a .env is the developer's own environment
		}
		l.put(s, k.Name, vars[name])
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
