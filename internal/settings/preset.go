package settings

import (
	"cmp"
	"slices"
	"strings"

	"app.latchkey/internal/provider"
)

// given reports whether the key is the preset's name or one that a preset asks for.
func (k key) given() bool {
	return k.Name == "provider" ||
		slices.ContainsFunc(provider.Presets(), func(p provider.Preset) bool { return p.Takes(k.Name) })
}

// settle runs after each source. When a source names a different preset, provider values from earlier
// sources are discarded, because they describe another provider.
func (l *loader) settle() {
	v, named := l.values["provider"]
	name, _ := v.data.(string)
	name = cmp.Or(name, "oidc")
	if named && l.described && name != l.preset {
		for other, older := range l.values {
			k, _ := lookup(other)
			if older.rank < l.rank &&
				(k.Decides == where || slices.Contains([]string{"client_id", "client_secret", "name"}, other)) {
				delete(l.values, other)
			}
		}
	}
	l.preset, l.described = name, named || l.has("issuer") || l.has("authorization_endpoint")
}

// usePreset puts in what the preset knows.
func (l *loader) usePreset(s *Settings) {
	p, known := provider.PresetOf(s.Provider.Preset)
	if !known {
		return // said already
	}
	l.foreign(p)
	p.Fill(&s.Provider, s.Given)
	if !p.HasIssuer() || !l.complete(p) {
		return
	}
	issuer, wrong := p.IssuerOf(s.Given)
	if wrong != nil {
		l.blame(wrong.Key, "%s", wrong.Problem)
		return
	}
	s.Provider.Issuer = issuer
	l.contradiction(p, issuer)
}

// foreign refuses what was given for another preset.
func (l *loader) foreign(p provider.Preset) {
	each(func(k key) {
		if !l.has(k.Name) || k.Name == "provider" || !k.given() || p.Takes(k.Name) {
			return
		}
		var of []string
		for _, other := range provider.Presets() {
			if other.Takes(k.Name) {
				of = append(of, other.Name)
			}
		}
		l.blame(k.Name, "not for provider %q: it belongs to %s", p.Name, strings.Join(of, ", "))
	})
}

// complete reports whether all that the preset asks for is given. An issuer that is
// set by itself needs none of it.
func (l *loader) complete(p provider.Preset) bool {
	whole := true
	for _, name := range p.Needs {
		if l.has(name) {
			continue
		}
		whole = false
		if !l.has("issuer") {
			l.missing("provider", name, "the %s preset needs it (LATCHKEY_%s)", p.Name, strings.ToUpper(name))
		}
	}
	return whole
}

// contradiction settles an issuer that is set beside what the preset makes one of:
// the later source wins, and one source must not say both.
func (l *loader) contradiction(p provider.Preset, issuer string) {
	v, ok := l.values["issuer"]
	if !ok || v.data == issuer {
		return
	}
	latest := 0
	for _, name := range slices.Concat([]string{"provider"}, p.Needs, p.May) {
		latest = max(latest, l.values[name].rank)
	}
	switch {
	case v.rank < latest:
		delete(l.values, "issuer")
	case v.rank == latest:
		l.blame("issuer", "%q contradicts provider = %q, whose issuer is %s here: keep one of the two", v.data, p.Name,
			issuer)
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
	p, _ := provider.PresetOf(s.Provider.Preset)
	set := !s.Provider.ClientSecret.IsZero()
	switch {
	case set &&
		(p.Secret == provider.SecretRefused || strings.HasPrefix(s.Provider.Issuer, "https://login.microsoftonline.")):
		l.blame("client_secret", "Microsoft Entra refuses a secret from a desktop app (AADSTS700025): leave it out")
	case !set && p.Secret == provider.SecretDemanded:
		l.missing("provider", "client_secret", "%s gives desktop apps a secret, which is none, and refuses to go on "+
			"without it (LATCHKEY_CLIENT_SECRET)", p.Title)
	case !set && p.Secret == provider.SecretWished:
		l.warn("client_secret is missing: %s demands one for a sign-in in the browser; without it only a sign-in "+
			"with a code on another device works", p.Title)
	case set && p.Secret == provider.SecretUnsafe:
		l.warn("client_secret: %s needs none from a native client with PKCE, and one that is shipped with a desktop "+
			"app is in every user's hands", p.Title)
	}
}
