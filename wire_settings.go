package main

import (
	"context"
	"strings"
	"sync"

	"app.latchkey/internal/doctor"
	"app.latchkey/internal/settings"
)

// preferences are the settings as the screen shows and changes them.
type preferences struct {
	mu sync.Mutex
	s  settings.Settings
}

// values are all settings by key.
func (p *preferences) values() map[string]SettingView {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[string]SettingView{}
	for _, v := range p.s.Values() {
		view := SettingView{Text: v.Text, Source: v.Source.Name, Locked: v.Locked, Fixed: v.Locked || above(v.Source.Name)}
		if view.Source == "default" {
			view.Source = ""
		}
		out[v.Key] = view
	}
	return out
}

// above reports whether a source stands above preferences.toml, so that a change there
// would do nothing.
func above(source string) bool {
	return strings.HasPrefix(source, "LATCHKEY_") || strings.HasPrefix(source, "--")
}

// save writes changes. What the parts were made of stays until the next start.
func (p *preferences) save(changes map[string]string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.s.SavePreferences(changes); err != nil {
		return err
	}
	fresh, err := p.s.Reload()
	if err != nil {
		return err
	}
	fresh.Provider, fresh.Configured = p.s.Provider, p.s.Configured
	p.s = fresh
	return nil
}

// examining lets the doctor look, and tells its findings as the window shows them.
func examining(d *doctor.Doctor) func(context.Context, func(FindingView)) error {
	return func(ctx context.Context, found func(FindingView)) error {
		d.Run(ctx, func(f doctor.Finding) {
			found(FindingView{ID: f.ID, Status: string(f.Status), Title: f.Title, Detail: f.Detail, Advice: f.Advice})
		})
		return ctx.Err()
	}
}
