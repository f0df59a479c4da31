package settings

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"app.latchkey/internal/provider"
)

// setUp is a form that was filled in, over the settings as they are.
type setUp struct {
	before  Settings
	form    provider.Form
	typed   map[string]string
	values  map[string]Value
	changes map[string]string // of preferences.toml
	other   bool              // the form describes another provider than the settings do
	errs    []error
}

// SetUp returns what preferences.toml changes by when the provider is set up with the
// form of a preset, and the settings as they would then be. typed is what was filled
// in, by key. Nothing is written; no locked key is among the changes, and none that
// the environment or a flag sets. A secret that was left empty is kept as long as all
// else stays. Errors join *Error: one whose Key is of the form belongs to that field.
func (s Settings) SetUp(preset string, typed map[string]string) (map[string]string, Settings, error) {
	form, known := provider.FormOf(preset)
	if !known {
		return nil, s, &Error{Key: "provider", Problem: fmt.Sprintf("there is no preset %q", preset)}
	}
	u := &setUp{before: s, form: form, typed: typed, values: map[string]Value{}, changes: map[string]string{}}
	for _, v := range s.Values() {
		u.values[v.Key] = v
	}
	u.choose()
	u.fill()
	if len(u.errs) > 0 {
		return nil, s, errors.Join(u.errs...)
	}
	after, err := s.Try(u.changes)
	if err == nil {
		err = u.leftovers(after)
	}
	return u.changes, after, err
}

// Own returns what somebody has set for a field of a preset's form; "" where nobody has,
// and where another preset is set up.
func (s Settings) Own(preset, name string) string {
	k, known := lookup(name)
	if _, set := s.Sources[name]; !known || !set || preset != s.Provider.Preset {
		return ""
	}
	return shown(k.at(&s))
}

// Errors takes an error of this package apart: one for each bad setting.
func Errors(err error) []*Error {
	if many, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // each join is taken apart
		var out []*Error
		for _, e := range many.Unwrap() {
			out = append(out, Errors(e)...)
		}
		return out
	}
	if one, ok := errors.AsType[*Error](err); ok {
		return []*Error{one}
	}
	return nil
}

// WithoutProvider returns what preferences.toml changes by when it is to say nothing of
// the provider any more.
func (s Settings) WithoutProvider() map[string]string {
	changes := map[string]string{}
	for _, v := range s.Values() {
		if k := v.Key; !v.Locked && (k == "provider" || slices.Contains(provider.FormKeys(), k)) {
			changes[k] = ""
		}
	}
	return changes
}

func (u *setUp) fail(key, format string, args ...any) {
	e := &Error{Source: u.before.preferencesSource(), Key: key, Problem: fmt.Sprintf(format, args...)}
	u.errs = append(u.errs, e)
}

// choose takes the preset, and takes out what forms of other presets ask for.
func (u *setUp) choose() {
	chosen := u.values["provider"]
	u.other = u.form.Preset != chosen.Text
	switch {
	case !chosen.Fixed:
		u.changes["provider"] = u.form.Preset
	case u.other:
		u.fail("provider", "it is set to %s by %s, and cannot be changed here", chosen.Text, chosen.Source)
	}
	for _, key := range provider.FormKeys() {
		if !u.form.Has(key) && !u.values[key].Locked {
			u.changes[key] = ""
		}
	}
}

// fill takes the values of the form's fields.
func (u *setUp) fill() {
	for _, secrets := range []bool{false, true} { // the secrets last: they are kept unless something else changes
		for _, field := range u.form.Fields {
			text := tidy(field.Key, u.typed[field.Key])
			own := u.before.Own(u.before.Provider.Preset, field.Key)
			switch {
			case u.values[field.Key].Fixed, field.Secret != secrets, secrets && text == "" && !u.other && own != "":
				continue
			case text == "" && !field.Optional:
				u.fail(field.Key, "this is missing")
			}
			u.changes[field.Key] = text
			u.other = u.other || !secrets && field.Key != "name" && text != own
		}
	}
}

// leftovers refuses what other files say of the provider before, where it would be
// held of the new one: an address, a secret, or a field that was left empty.
func (u *setUp) leftovers(after Settings) error {
	each(func(k key) {
		source, set := after.Sources[k.Name]
		if !set || source.Name == PreferencesName || u.values[k.Name].Fixed {
			return
		}
		text, asked := u.changes[k.Name]
		emptied := asked && text == "" && u.form.Has(k.Name)
		if emptied || u.other && k.Name != "provider" && (k.Decides == where || k.Secret && !k.NoFile) {
			e := &Error{Source: source, Key: k.Name, Problem: source.String() +
				" sets it for the provider before: take it out there first"}
			u.errs = append(u.errs, e)
		}
	})
	return errors.Join(u.errs...)
}

// tidy makes what people copy out of a console or an address bar fit for the setting.
func tidy(key, text string) string {
	text = strings.TrimSpace(text)
	switch key {
	case "domain":
		text = strings.TrimPrefix(strings.TrimPrefix(text, "https://"), "http://")
		text, _, _ = strings.Cut(text, "/")
	case "issuer":
		text = strings.TrimSuffix(text, "/.well-known/openid-configuration")
	case "base_url":
		text, _, _ = strings.Cut(text, "/realms/")
	}
	return text
}
