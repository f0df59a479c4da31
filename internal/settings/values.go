package settings

import (
	"slices"
	"strings"
)

// Value is one setting as it stands.
type Value struct {
	Key    string // of an API "apis." and its name
	Text   string // in the form that the environment takes; masked when it is a secret
	Source Source // "default" and "preset …" are names of sources too
	Locked bool   // by the administrator's policy
	Fixed  bool   // preferences.toml cannot change it: it is locked, or a flag or the environment says it
}

// Values are all settings in the order of docs/settings.md, set or not.
func (s Settings) Values() []Value {
	untouched := defaults()
	places, ofDefaults := bindings(&s), bindings(&untouched)
	var out []Value
	each(func(k key) {
		v := Value{Key: k.Name, Text: shown(places[k.Name].at), Locked: s.lock(k)}
		source, set := s.Sources[k.Name]
		switch {
		case set:
			v.Source = source
		case v.Text == shown(ofDefaults[k.Name].at), k.Name == "name" && s.Provider.Preset == "oidc":
			v.Source = Source{Name: "default"}
		case s.Provider.Preset == "oidc":
			v.Source = Source{Name: "this build"} // the demo's own provider
		default:
			v.Source = Source{Name: "preset " + s.Provider.Preset}
		}
		v.Fixed = v.Locked || strings.HasPrefix(v.Source.Name, "LATCHKEY_") || strings.HasPrefix(v.Source.Name, "--")
		if len(s.Provider.APIs) > 0 && k.kind == APIs { // one line for each
			for _, a := range s.Provider.APIs {
				one := v
				one.Key, one.Text = k.Name+"."+a.Name, apiText(a)
				out = append(out, one)
			}
			return
		}
		out = append(out, v)
	})
	return out
}

// lock reports whether the policy locks the key: by itself, or together with the place
// of the provider.
func (s Settings) lock(k key) bool {
	return s.Sources[k.Name].Locked || k.Decides != neither && s.providerLocked
}

// lockedBy names the place of the policy that locks the key.
func (s Settings) lockedBy(k key) string {
	if source := s.Sources[k.Name]; source.Locked {
		return source.String()
	}
	for _, p := range slices.Backward(s.Policies) {
		if p.saysWhere() {
			return p.Name
		}
	}
	return s.PolicyFile
}
