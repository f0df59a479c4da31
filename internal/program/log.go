package program

import (
	"path/filepath"

	"app.latchkey/internal/logfile"
	"app.latchkey/internal/settings"
)

// LogOptions are where the settings have the log of the program of that name.
func LogOptions(s settings.Settings, name string) logfile.Options {
	return logfile.Options{
		Dir: filepath.Join(s.DataDir, "logs"), Name: name, Level: s.Log, To: s.LogTo,
		App: AppName, Bundle: settings.Names(AppID).Bundle,
	}
}

// SystemLog returns what tells why the system's log cannot be reached, for the doctor; nil where the settings want none
// of it.
func SystemLog(s settings.Settings) func() error {
	if s.LogTo != "system" && s.LogTo != "both" {
		return nil
	}
	return func() error { return logfile.System(LogOptions(s, "latchkeyctl")) }
}
