package settings

// LoadPolicy loads a policy as if it lay at the platform's place, so that its owner is checked.
func LoadPolicy(path string) (Settings, error) {
	l := &loader{values: map[string]value{}}
	l.policy(path, false)
	if len(l.errs) > 0 {
		return Settings{}, l.errs[0]
	}
	return l.settings(), nil
}

// Presets are the names of all presets.
func Presets() []string { return presetNames() }
