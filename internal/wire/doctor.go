package wire

import (
	"context"
	"os"

	"app.latchkey/internal/doctor"
	"app.latchkey/internal/learned"
	"app.latchkey/internal/openid"
	"app.latchkey/internal/settings"
)

// Doctor examines these parts, with what was typed into them since the start.
func (p *Parts) Doctor() *doctor.Doctor {
	known := learned.Book{Dir: p.Settings.DataDir}.Of(p.Settings.Provider.Issuer, p.Settings.Provider.ClientID)
	transport, err := p.Transport(nil)
	return doctor.New(doctor.Options{
		Learned: openid.Learned(known), SettingsErr: err,
		App: p.options.App, Version: p.options.Version, Settings: p.Settings, Vault: p.Vault, Browser: p.Browser,
		Keys:   Keys(p.Settings),
		Getenv: os.Getenv, SystemLog: p.options.SystemLog, Explain: p.proxy.Explain, Transport: transport,
	})
}

// Doctor examines settings of which no parts could be made, and what of the machine
// does not hang on them.
func Doctor(app, version string, s settings.Settings, settingsErr error) *doctor.Doctor {
	return doctor.New(doctor.Options{
		App: app, Version: version, Settings: s, SettingsErr: settingsErr, Getenv: os.Getenv,
	})
}

// Examine makes the doctor's checks of settings that are not in use, such as those of a
// form before it is saved. o names the program. tell is called as in [doctor.Doctor.Run].
func Examine(ctx context.Context, o Options, s settings.Settings, tell func(doctor.Finding)) error {
	parts, err := New(s, o)
	if err != nil {
		Doctor(o.App, o.Version, s, err).Run(ctx, tell)
		return ctx.Err()
	}
	defer parts.Close()
	parts.Doctor().Run(ctx, tell)
	return ctx.Err()
}
