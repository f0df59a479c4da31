package settings

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"app.latchkey/internal/managed"
)

// Policy is one place where the administrator's policy is looked for.
type Policy struct {
	Name  string // for people: a path, or HKLM\SOFTWARE\Policies\Latchkey
	File  string // the path; empty where the place is no file
	Found bool   // it says something, or cannot be used
	Keys  []string
}

// saysWhere reports whether the place says where the provider is.
func (p Policy) saysWhere() bool {
	return slices.ContainsFunc(p.Keys, func(name string) bool { k, _ := lookup(name); return k.Decides == where })
}

// policies reads all places of the administrator's policy, the weakest first: what the system's own channel sets for
// this person, then policy.toml, then what that channel sets for the computer. What any of them sets is locked.
func (l *loader) policies(path string, trusted bool) {
	var person, machine managed.Layer
	switch {
	case l.o.Managed != nil:
		person, machine = l.o.Managed()
	case l.o.PolicyPath == "":
		person, machine = managed.Read(Names(l.o.AppID))
	}
	for _, read := range []func(){
		func() { l.managed(person) },
		func() { l.policy(path, trusted) },
		func() { l.managed(machine) },
	} {
		read()
		l.settle()
		l.rank++
	}
}

// says notes that the policy that is being read says something of a key, whether or not its value can be used: a
// value that is wrong must not leave the key to the person.
func (l *loader) says(key string) {
	at := &l.places[len(l.places)-1]
	at.Keys = append(at.Keys, key)
}

// managed takes over what the system's channel sets in one place.
func (l *loader) managed(layer managed.Layer) {
	if layer.Name == "" {
		return // this system has no such place
	}
	l.places = append(l.places, Policy{Name: layer.Name, File: layer.File, Found: layer.Found})
	source := Source{Name: layer.Name, File: layer.File, Locked: true}
	if layer.Err != nil {
		l.fail(source, "", layer.Err.Error())
		return
	}
	for _, name := range slices.Sorted(maps.Keys(layer.Unfit)) {
		l.refuse(source, name, layer.Unfit[name])
	}
	for _, name := range slices.Sorted(maps.Keys(layer.Values)) {
		k, known := lookup(name)
		if !known {
			l.refuse(source, name, "unknown"+nearest(name))
			continue
		}
		raw := k.fromManaged(layer.Values[name])
		if problem := k.unusable(raw); problem != "" {
			l.refuse(source, name, problem)
			continue
		}
		l.put(source, name, raw)
	}
}

// refuse says that a value of the system's channel cannot be used; its key stays locked.
func (l *loader) refuse(source Source, name, problem string) {
	if most := 60; len(name) > most {
		name = strings.ToValidUTF8(name[:most], "") + "…"
	}
	l.says(name)
	l.fail(source, name, problem)
}

// longest is the longest value in the system's channels, in bytes; the editor of policies takes no longer ones.
const longest = 4096

// unusable says why a value of the system's channels is none of the key's, or "".
func (k key) unusable(raw any) string {
	if len(fmt.Sprint(raw)) > longest {
		return fmt.Sprintf("it is longer than %d bytes", longest)
	}
	if _, problem := convert(k.kind, raw); problem != "" {
		return cmp.Or(managedForms[k.kind], problem)
	}
	if text, _ := raw.(string); k.path() && text != "" && !filepath.IsAbs(text) {
		return needsWholePath
	}
	return ""
}

// needsWholePath is the problem of a relative path in a place that is no file of settings.
const needsWholePath = "a whole path is needed: there is no folder of settings that it could be below"

// path reports whether a setting names a file.
func (k key) path() bool { return strings.HasSuffix(k.Name, "_file") }

// fromManaged makes TOML's types of those that the registry and property lists have.
func (k key) fromManaged(raw any) any {
	switch v := raw.(type) {
	case uint64:
		switch {
		case k.kind == YesNo && v <= 1:
			return v == 1
		case k.kind == Ports && v <= 65535:
			return int64(v)
		}
	case []any:
		if k.kind != Ports {
			return v
		}
		var out []string // the registry has lists of texts alone
		for _, one := range v {
			out = append(out, fmt.Sprint(one))
		}
		return strings.Join(out, " ")
	}
	return raw
}

// managedForms are what the system's channels call the form of a value of a kind, where TOML calls it otherwise.
var managedForms = map[Form]string{
	Text: "a text is needed: REG_SZ in the registry, <string> in a profile",
	List: "texts are needed: REG_MULTI_SZ, or one REG_SZ with spaces between them; " +
		"in a profile <array> of <string>",
	Ports: "ports are needed: REG_MULTI_SZ or one REG_SZ with spaces between them; " +
		"in a profile <array> of <integer>",
	YesNo:    "REG_DWORD 1 or 0 is needed; in a profile <true/> or <false/>",
	Duration: `a duration such as "90s" or "5m" is needed: REG_SZ in the registry, <string> in a profile`,
	Table:    "a table of texts is needed: a key of its own in the registry, <dict> of <string> in a profile",
}

// policy reads the administrator's file.
func (l *loader) policy(path string, trusted bool) {
	source := Source{Name: "policy.toml", File: path, Locked: true}
	f, err := os.Open(path)
	l.places = append(l.places, Policy{Name: path, File: path, Found: !absent(path, err)})
	if absent(path, err) {
		return
	}
	if err != nil {
		l.fail(source, "", fmt.Sprintf("cannot read %s: %v", path, errors.Unwrap(err)))
		return
	}
	defer func() { _ = f.Close() }()
	if !trusted {
		if err := managed.Administrators(f); err != nil {
			l.fail(source, "", err.Error())
			return
		}
	}
	data, err := readOpen(f)
	if err != nil {
		l.fail(source, "", err.Error())
		return
	}
	l.bytes(source, data)
}

// locksProvider reports whether the policy says where the provider is, or cannot be read whole. If so, nothing that the
// person's own files, environment or flags say about that, or about whom to believe, counts: [loader.put] passes over
// it. The team's file, which the person cannot change, still counts.
func (l *loader) locksProvider() bool {
	return len(l.errs) > 0 || slices.ContainsFunc(l.places, Policy.saysWhere)
}
