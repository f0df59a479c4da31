package signin

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"app.latchkey/internal/settings"
	"app.latchkey/internal/wire"
)

// settingsOf returns the settings that a configuration stands for. Where an installed application's settings are
// read, what the program says ranks below the administrator's policy alone.
func settingsOf(c Config) (settings.Settings, error) {
	o := settings.Options{
		AppID: c.App.ID, Environ: wire.Environ(), Program: map[string]string{}, Alone: c.Provider.installed == "",
	}
	for _, name := range slices.Sorted(maps.Keys(c.Provider.values)) {
		if settings.OfApp(name) {
			return settings.Settings{},
				configError(fmt.Sprintf("The setting %s is not the provider's: Config has a field for it", name))
		}
		o.Program[name] = c.Provider.values[name]
	}
	if c.Scopes != nil {
		o.Program["scopes"] = strings.Join(c.Scopes, " ")
	}
	if len(c.APIs) > 0 {
		o.Program["apis"] = apisText(c.APIs)
	}
	if c.Store.kind != "" {
		o.Program["store"] = string(c.Store.kind)
	}
	if c.Timeout > 0 {
		o.Program["signin_timeout"] = c.Timeout.String()
	}
	if !o.Alone {
		o.AppID = c.Provider.installed
	}
	s, err := settings.Load(o)
	if err != nil {
		return s, err
	}
	if s.DataDir, err = settings.DataFolder(c.App.ID, o.Environ); err != nil {
		return s, err
	}
	if len(c.RootCAs) > 0 && !s.Sources["ca_file"].Locked {
		s.Provider.RootCAs = slices.Concat(s.Provider.RootCAs, []byte("\n"), c.RootCAs)
	}
	return s, nil
}
