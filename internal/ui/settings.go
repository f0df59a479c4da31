package ui

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"app.latchkey/internal/settings"
)

// Keys of the settings that the screen changes, as docs/settings.md names them.
const (
	keyAppearance    = "appearance"
	keyStartHidden   = "start_hidden"
	keyStartAtLogin  = "start_at_login"
	keyNotifications = "notifications"
	keyRememberEmail = "remember_email"
	keyStore         = "store"
)

// changeable are the values that JavaScript may set.
var changeable = map[string][]string{
	keyAppearance:  {"system", "light", "dark"},
	keyStartHidden: {"true", "false"}, keyStartAtLogin: {"true", "false"}, keyNotifications: {"true", "false"},
	keyRememberEmail: {"true", "false"},
}

// Set changes a preference. A refusal is shown on the settings screen.
func (w *Window) Set(key, value string) (Job, error) {
	if !slices.Contains(changeable[key], value) {
		return nil, errors.New("there is no such choice")
	}
	return func(context.Context) error {
		s := w.now()
		save := func() error { return s.Save(map[string]string{key: value}) }
		if key == keyStartAtLogin { // it stands in the desktop's own entry
			save = func() error { return s.SetAtLogin(value == "true") }
		}
		err := save()
		refused := ""
		if err != nil {
			refused = w.words(err).Message
		} else {
			s.Log.Info("settings.changed", "key", key, "value", value)
			w.window().Appearance(appearance(s.Values()))
			w.forgetTyped(s)
		}
		w.change(func(m *Model) { m.Refused = refused })
		return err
	}, nil
}

// valueOf finds a setting by its key.
func valueOf(values []settings.Value, key string) SettingView {
	i := slices.IndexFunc(values, func(v settings.Value) bool { return v.Key == key })
	if i < 0 {
		return SettingView{}
	}
	v := values[i]
	out := SettingView{Text: v.Text, Source: v.Source.Name, Locked: v.Locked, Fixed: v.Fixed}
	if out.Source == "default" {
		out.Source = ""
	}
	return out
}

// atLogin is the switch for a start at the sign-in to the computer; nil where the system has none. A source of settings
// that decides it takes it out of the person's hands.
func (s *Services) atLogin() *SettingView {
	on, err := s.AtLogin()
	if err != nil {
		s.Log.Debug("login.no_switch", "err", err)
		return nil
	}
	v := valueOf(s.Values(), keyStartAtLogin)
	if v.Text == "on" || v.Text == "off" {
		v.Fixed = true
	}
	v.Text = strconv.FormatBool(on)
	return &v
}

// appearance is the one that was chosen: system, light or dark.
func appearance(values []settings.Value) string {
	if chosen := valueOf(values, keyAppearance).Text; slices.Contains(changeable[keyAppearance], chosen) {
		return chosen
	}
	return changeable[keyAppearance][0]
}

// shownProvider are the settings of the provider that are worth a line, in this
// order.
var shownProvider = []struct{ key, label string }{
	{"name", "Name"}, {"provider", "Preset"}, {"issuer", "Issuer"}, {"client_id", "Client ID"},
	{"project_id", "Project"},
	{"client_secret", "Client secret"}, {"scopes", "Scopes"}, {"ca_file", "Certificate file"},
}

// settings draws the settings screen.
func (d *drawing) settings() *SettingsView {
	values := d.facts.Values
	v := &SettingsView{
		Store: valueOf(values, keyStore), Appearance: valueOf(values, keyAppearance),
		StartHidden: valueOf(values, keyStartHidden), StartAtLogin: d.facts.AtLogin,
		RememberEmail: valueOf(values, keyRememberEmail),
		Notifications: valueOf(values, keyNotifications), LogFolder: d.facts.LogFolder, Problem: d.model.Refused,
	}
	if d.facts.Store != "" {
		v.Store.Text = d.facts.Store
	}
	for _, p := range shownProvider {
		if value := valueOf(values, p.key); value.Text != "" && value.Text != "oidc" { // the preset that says nothing
			v.Provider = append(v.Provider, ProviderLine{p.label, value})
		}
	}
	return v
}
