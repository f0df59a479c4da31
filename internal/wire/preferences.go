package wire

import (
	"sync"

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

// Values are all settings.
func (p *Preferences) Values() []settings.Value {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.s.Values()
}

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
