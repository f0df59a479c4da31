package wire

import (
	"sync"

	"app.latchkey/internal/provider"
	"app.latchkey/internal/settings"
)

// Preferences are the settings of one program as a person sees and changes them. The
// methods may be called from any goroutine.
type Preferences struct {
	mu sync.Mutex
	s  settings.Settings
}

// NewPreferences are the preferences of settings that have been read.
func NewPreferences(s settings.Settings) *Preferences { return &Preferences{s: s} }

func (p *Preferences) now() settings.Settings {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.s
}

// Values are all settings.
func (p *Preferences) Values() []settings.Value { return p.now().Values() }

// Save writes changes into preferences.toml. What the parts were made of stays until the
// next start.
func (p *Preferences) Save(changes map[string]string) error {
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

// SetUp tries the form of a preset as it was filled in: it returns the settings as they
// would be. Nothing is written. Errors join *settings.Error.
func (p *Preferences) SetUp(preset string, typed map[string]string) (settings.Settings, error) {
	_, after, err := p.now().SetUp(preset, typed)
	return after, err
}

// SaveSetUp is [Preferences.SetUp], and writes preferences.toml. What the parts were made of stays
// until they are made anew.
func (p *Preferences) SaveSetUp(preset string, typed map[string]string) error {
	changes, _, err := p.now().SetUp(preset, typed)
	if err != nil {
		return err
	}
	return p.Save(changes)
}

// NoProvider takes the provider out of preferences.toml, for the demo build's own. It
// fails when another source names a provider, since that one would then be used.
func (p *Preferences) NoProvider() error {
	now := p.now()
	changes := now.WithoutProvider()
	after, err := now.Try(changes)
	if err != nil {
		return err
	}
	if after.Configured {
		source := after.Sources["client_id"]
		return &settings.Error{
			Source: source, Key: "client_id", Problem: "a provider is set up there; take it out for the demo",
		}
	}
	return p.Save(changes)
}

// Redirects are the redirect addresses to register, by preset.
func (p *Preferences) Redirects() map[string][]string {
	now, out := p.now(), map[string][]string{}
	for _, form := range provider.Forms() {
		after, _ := now.Try(map[string]string{"provider": form.Preset}) // what is missing does not matter here
		out[form.Preset] = after.Provider.RedirectAddresses()
	}
	return out
}
