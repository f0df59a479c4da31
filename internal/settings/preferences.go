package settings

import (
	"errors"
	"maps"
	"path/filepath"
	"slices"

	"github.com/pelletier/go-toml/v2"

	"app.latchkey/internal/atomicfile"
)

// PreferencesName is the file that the settings screen writes, as a source names it.
const PreferencesName = "preferences.toml"

const preferencesHead = "# Written by the settings screen. A key here wins over config.toml.\n"

// preferences reads the settings screen's file, or what would be written to it.
func (l *loader) preferences(path string) {
	if l.o.preferences != nil {
		l.bytes(Source{Name: PreferencesName, File: path}, l.o.preferences)
		return
	}
	l.file(path, PreferencesName)
}

// SavePreferences writes changes into preferences.toml, whole or not at all. An
// empty text takes a key out again. Keys that are unknown, that have no place in a file,
// or that the policy locks are refused, and so is everything after which the settings
// would no longer load: what was there before is then still there. Errors join *Error.
//
// The settings themselves do not change: [Settings.Reload] reads them anew.
func (s Settings) SavePreferences(changes map[string]string) error {
	data, _, err := s.tried(changes)
	if err != nil {
		return err
	}
	if err := atomicfile.Write(s.PreferencesPath(), data); err != nil {
		return &Error{Source: s.preferencesSource(), Problem: "it cannot be written: " + err.Error()}
	}
	return nil
}

// Try returns the settings as they would be after [Settings.SavePreferences], and
// writes nothing. The errors are those of [Load] and of [Settings.SavePreferences].
func (s Settings) Try(changes map[string]string) (Settings, error) {
	_, after, err := s.tried(changes)
	return after, err
}

// PreferencesPath is where preferences.toml lies.
func (s Settings) PreferencesPath() string { return filepath.Join(s.DataDir, PreferencesName) }

func (s Settings) preferencesSource() Source {
	return Source{Name: PreferencesName, File: s.PreferencesPath()}
}

// tried returns preferences.toml as it is after the changes, and the settings with it.
func (s Settings) tried(changes map[string]string) ([]byte, Settings, error) {
	source := s.preferencesSource()
	members, err := s.changed(source, changes)
	if err != nil {
		return nil, s, err
	}
	data, err := toml.Marshal(members)
	if err != nil {
		return nil, s, &Error{Source: source, Problem: err.Error()}
	}
	try := s.options
	try.preferences = append([]byte(preferencesHead), data...)
	after, err := Load(try)
	after.options = s.options
	return try.preferences, after, err
}

// Reload reads all sources again.
func (s Settings) Reload() (Settings, error) { return Load(s.options) }

// changed is what preferences.toml holds after the changes.
func (s Settings) changed(source Source, changes map[string]string) (map[string]any, error) {
	members := map[string]any{}
	data, err := readSmall(source.File)
	if err == nil {
		err = toml.Unmarshal(data, &members)
	} else if absent(source.File, err) {
		err = nil
	}
	if err != nil {
		return nil, &Error{Source: source, Problem: "it cannot be read, so nothing was written: " + err.Error()}
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		value, problem := s.preference(name, changes[name])
		if problem != "" {
			errs = append(errs, &Error{Source: source, Key: name, Problem: problem})
			continue
		}
		members[name] = value
		if changes[name] == "" {
			delete(members, name)
		}
	}
	return members, errors.Join(errs...)
}

// preference makes one change fit for the file. The second value is why it is refused.
func (s Settings) preference(name, text string) (any, string) {
	k, known := lookup(name)
	switch {
	case !known:
		return nil, "unknown" + nearest(name)
	case s.lock(k):
		return nil, "locked by the administrator's policy (" + s.lockedBy(k) + ")"
	case k.NoFile, k.kind == Table, k.kind == APIs:
		return nil, "the settings screen does not write it: see docs/settings.md for where it goes"
	case text == "":
		return "", ""
	}
	value, problem := convert(k.kind, text)
	if k.kind == Duration {
		return text, problem
	}
	return value, problem
}
