package ui

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"app.latchkey/internal/provider"
	"app.latchkey/internal/settings"
)

// setup draws the set-up of a provider. page says that it was opened over another
// screen, to which it leads back.
func (d *drawing) setup(page bool) *SetupView {
	m, chosen := d.model.SetUp, valueOf(d.facts.Values, "provider")
	v := &SetupView{
		Preset: chosen.Text, Fixed: chosen.Fixed, Locked: chosen.Locked, Source: chosen.Source, Page: page,
		Demo: d.facts.App.Demo && !d.facts.Demo, Running: m.Running, Checked: m.Checked, Of: m.Preset,
		Problem: m.Refused, Findings: m.Findings, Folder: d.facts.ConfigFolder, Before: d.ofBefore(page),
	}
	if chosen.Source == "" { // nobody has chosen one
		v.Preset = ""
		if own(d.facts.Values, "issuer") {
			v.Preset = "oidc"
		}
	}
	if m.Asked && !d.facts.Ready {
		v.Problem = fmt.Sprintf("No provider is set up yet. Fill in the form, or name a provider in config.toml in %s.",
			d.facts.ConfigFolder)
	}
	for _, key := range slices.Sorted(maps.Keys(m.Faults)) {
		v.Faults = append(v.Faults, FaultView{key, m.Faults[key]})
	}
	for _, f := range provider.Forms() {
		v.Forms = append(v.Forms, d.form(f, v.Preset))
	}
	return v
}

// own reports whether somebody has set a setting.
func own(values []settings.Value, key string) bool {
	source := valueOf(values, key).Source
	return source != "" && source != "this build" && !strings.HasPrefix(source, "preset ")
}

// form draws one form, filled in where it is of the provider that is set up.
func (d *drawing) form(f provider.Form, current string) FormView {
	v := FormView{Preset: f.Preset, Title: f.Title, Console: f.Console, Register: f.Register,
		Redirects: d.facts.Redirects[f.Preset]}
	for _, field := range f.Fields {
		fv := FieldView{
			Key: field.Key, Label: field.Label, Where: field.Where, Sample: field.Sample, Optional: field.Optional,
			Secret: field.Secret,
		}
		if value := valueOf(d.facts.Values, field.Key); f.Preset == current && own(d.facts.Values, field.Key) {
			fv.Given, fv.Fixed, fv.Locked, fv.Source = value.Text != "", value.Fixed, value.Locked, value.Source
			if !field.Secret {
				fv.Text = value.Text
			}
		}
		v.Fields = append(v.Fields, fv)
	}
	return v
}

// ofBefore says what becomes of the accounts that are kept here when the provider is
// changed; "" where there is none.
func (d *drawing) ofBefore(page bool) string {
	n := len(d.snap.Accounts)
	switch {
	case !page || n == 0:
		return ""
	case d.facts.Store == storeMemory:
		return "You are signed in for this time only. Changing the provider signs you out of this app."
	case n == 1:
		return fmt.Sprintf("%s is signed in with %s, and needs a new sign-in when you change the provider.",
			nameOf(d.snap.Accounts[0]), d.facts.Provider)
	}
	return fmt.Sprintf("The %d accounts here belong to %s, and need a new sign-in when you change the provider.",
		n, d.facts.Provider)
}
