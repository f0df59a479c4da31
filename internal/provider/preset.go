package provider

import (
	"fmt"
	"slices"
	"strings"
)

// given reports whether the key is the preset's name or one that a preset asks for.
func (k key) given() bool {
	return k.name == "provider" || slices.ContainsFunc(presets, func(p preset) bool { return p.takes(k.name) })
}

func (p preset) takes(key string) bool {
	return slices.Contains(p.needs, key) || slices.Contains(p.may, key)
}

// settle runs after each source. One that names another preset than the sources
// before it starts over: what those said of their provider is not said of this one.
func (l *loader) settle() {
	name := "oidc"
	v, named := l.values["provider"]
	if named {
		name = v.data.(string)
	}
	if named && l.described && name != l.preset {
		for other, older := range l.values {
			k, _ := lookup(other)
			if older.rank < l.rank && (k.place || slices.Contains([]string{"client_id", "client_secret", "name"}, other)) {
				delete(l.values, other)
			}
		}
	}
	_, issuer := l.values["issuer"]
	_, endpoint := l.values["authorization_endpoint"]
	l.preset, l.described = name, named || issuer || endpoint
}

func presetOf(name string) (preset, bool) {
	i := slices.IndexFunc(presets, func(p preset) bool { return p.name == name })
	if i < 0 {
		return preset{}, false
	}
	return presets[i], true
}

// usePreset puts in what the preset knows.
func (l *loader) usePreset(s *Settings) {
	p, known := presetOf(s.Provider.Preset)
	if !known {
		return // said already
	}
	l.foreign(p)
	if p.title != "" {
		s.Provider.Name = p.title
	}
	if p.knows != nil {
		p.knows(&s.Provider, s.Given)
	}
	if p.issuer == nil || !l.complete(p) {
		return
	}
	issuer, wrong := p.issuer(s.Given)
	if wrong != nil {
		l.fail(l.sourceOf(wrong.key), wrong.key, wrong.problem)
		return
	}
	s.Provider.Issuer = issuer
	l.contradiction(p, issuer)
}

// foreign refuses what was given for another preset.
func (l *loader) foreign(p preset) {
	each(func(k key) {
		v, ok := l.values[k.name]
		if !ok || k.name == "provider" || !k.given() || p.takes(k.name) {
			return
		}
		var of []string
		for _, other := range presets {
			if other.takes(k.name) {
				of = append(of, other.name)
			}
		}
		l.fail(v.source, k.name, fmt.Sprintf("not for provider %q: it belongs to %s", p.name, strings.Join(of, ", ")))
	})
}

// complete reports whether all that the preset asks for is given. An issuer that is
// set by itself needs none of it.
func (l *loader) complete(p preset) bool {
	_, issuer := l.values["issuer"]
	whole := true
	for _, name := range p.needs {
		if _, ok := l.values[name]; ok {
			continue
		}
		whole = false
		if !issuer {
			l.fail(l.sourceOf("provider"), name, fmt.Sprintf("missing: the %s preset needs it (LATCHKEY_%s)", p.name, strings.ToUpper(name)))
		}
	}
	return whole
}

// contradiction settles an issuer that is set beside what the preset makes one of:
// the later source wins, and one source must not say both.
func (l *loader) contradiction(p preset, issuer string) {
	v, ok := l.values["issuer"]
	if !ok || v.data == issuer {
		return
	}
	latest := 0
	for _, name := range append(append([]string{"provider"}, p.needs...), p.may...) {
		if given, ok := l.values[name]; ok {
			latest = max(latest, given.rank)
		}
	}
	switch {
	case v.rank < latest:
		delete(l.values, "issuer")
	case v.rank == latest:
		l.fail(v.source, "issuer", fmt.Sprintf("%q contradicts provider = %q, whose issuer is %s here: keep one of the two", v.data, p.name, issuer))
	}
}

// sourceOf is where a key was set; for one that was not, where the preset was.
func (l *loader) sourceOf(key string) Source {
	if v, ok := l.values[key]; ok {
		return v.source
	}
	return l.values["provider"].source
}

// secretRule holds the client secret against what the preset knows of it.
func (l *loader) secretRule(s *Settings) {
	p, _ := presetOf(s.Provider.Preset)
	set := !s.Provider.ClientSecret.IsZero()
	switch {
	case set && (p.secret == refused || strings.HasPrefix(s.Provider.Issuer, "https://login.microsoftonline.")):
		l.fail(l.sourceOf("client_secret"), "client_secret", "Microsoft Entra refuses a secret from a desktop app (AADSTS700025): leave it out")
	case !set && p.secret == demanded:
		l.fail(l.sourceOf("provider"), "client_secret", fmt.Sprintf("missing: %s gives desktop apps a secret, which is none, and refuses to go on without it (LATCHKEY_CLIENT_SECRET)", p.title))
	case !set && p.secret == wished:
		l.warn("client_secret is missing: %s demands one for a sign-in in the browser; without it only a sign-in with a code on another device works", p.title)
	case set && p.secret == unsafe:
		l.warn("client_secret: %s needs none from a native client with PKCE, and one that is shipped with a desktop app is in every user's hands", p.title)
	}
}
