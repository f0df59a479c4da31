package wire

import (
	"os"

	"app.latchkey/internal/doctor"
	"app.latchkey/internal/learned"
	"app.latchkey/internal/openid"
	"app.latchkey/internal/settings"
)

// Doctor examines these parts, with what was typed into them since the start.
func (p *Parts) Doctor() *doctor.Doctor {
	known := learned.Book{Dir: p.Settings.DataDir}.Of(p.Settings.Provider.Issuer, p.Settings.Provider.ClientID)
	return doctor.New(doctor.Options{
		Learned: openid.Learned(known),
		App:     p.options.App, Version: p.options.Version, Settings: p.Settings, Vault: p.Vault, Browser: p.Browser,
		Getenv: os.Getenv,
	})
}

// Doctor examines settings of which no parts could be made, and what of the machine
// does not hang on them.
func Doctor(app, version string, s settings.Settings, settingsErr error) *doctor.Doctor {
	return doctor.New(doctor.Options{
		App: app, Version: version, Settings: s, SettingsErr: settingsErr, Getenv: os.Getenv,
	})
}
