package main

import (
	"context"
	"errors"
	"slices"
)

// Keys of the settings that the screen changes, as docs/settings.md names them.
const (
	keyAppearance  = "appearance"
	keyStartHidden = "start_hidden"
	keyStore       = "store"
)

// changeable are the values that JavaScript may set.
var changeable = map[string][]string{
	keyAppearance:  {"system", "light", "dark"},
	keyStartHidden: {"true", "false"},
}

// Set changes a preference. A refusal is shown on the settings screen.
func (a *App) Set(key, value string) (err error) {
	defer a.guard("Set", &err)
	if !slices.Contains(changeable[key], value) {
		return errors.New("there is no such choice")
	}
	a.do("change a setting", func(context.Context) error { return a.prefer(key, value) })
	return nil
}

// prefer writes a preference and shows what came of it.
func (a *App) prefer(key, value string) error {
	c := a.core()
	err := c.save(map[string]string{key: value})
	words := a.problem(err)
	a.mu.Lock()
	a.refused = ""
	if words != nil {
		a.refused = words.Message
	}
	a.mu.Unlock()
	if err == nil {
		c.log.Info("settings.changed", "key", key, "value", value)
		a.window.appearance(c.appearance())
	}
	a.publish()
	return err
}

// appearance is the one that was chosen: system, light or dark.
func (c *core) appearance() string {
	if v := c.values()[keyAppearance].Text; slices.Contains(changeable[keyAppearance], v) {
		return v
	}
	return changeable[keyAppearance][0]
}

// shownProvider are the settings of the provider that are worth a line, in this
// order.
var shownProvider = []struct{ key, label string }{
	{"name", "Name"}, {"provider", "Preset"}, {"issuer", "Issuer"}, {"client_id", "Client ID"}, {"project_id", "Project"},
	{"client_secret", "Client secret"}, {"scopes", "Scopes"}, {"ca_file", "Certificate file"},
}

func (a *App) settings() *SettingsView {
	c := a.core()
	values := c.values()
	v := &SettingsView{
		Store: values[keyStore], Appearance: values[keyAppearance], StartHidden: values[keyStartHidden], LogFolder: c.logs, Problem: a.refusal(),
	}
	if kind := c.store(); kind != "" {
		v.Store.Text = kind
	}
	for _, p := range shownProvider {
		if value := values[p.key]; value.Text != "" && value.Text != "oidc" { // the preset that says nothing
			v.Provider = append(v.Provider, ProviderLine{p.label, value})
		}
	}
	return v
}

func (a *App) refusal() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.refused
}
