// Package program is what the two programs of this repository are called, what they were built from, what their team
// has set in them, and the demo in demo builds. Programs of others, which import package signin, have none of it.
package program

import (
	"cmp"
	_ "embed"
	"runtime/debug"

	"app.latchkey/internal/settings"
	"app.latchkey/internal/startenv"
)

// Set at link time by -ldflags -X.
var (
	version = "dev"
	commit  = ""
	date    = ""
)

// Build says what was built.
type Build struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Date    string `json:"date"` // of the commit, RFC 3339
}

// Version returns what this program was built from: as stamped, else as the Go
// toolchain noted it.
func Version() Build {
	b := Build{version, commit, date}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && b.Commit == "":
			b.Commit = s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.time" && b.Date == "":
			b.Date = s.Value
		}
	}
	b.Commit, b.Date = cmp.Or(b.Commit, "unknown"), cmp.Or(b.Date, "unknown")
	return b
}

// team are the settings that a team builds into its app.
//
//go:embed team.toml
var team []byte

// Settings reads the settings of this build from all their sources. flags are by
// key.
func Settings(flags map[string]string) (settings.Settings, error) {
	o := settings.Options{AppID: AppID, Baked: team, BakedName: "team.toml", Environ: startenv.Environ(), Flags: flags}
	o.DotEnv, o.ParseDotEnv = dotEnv()
	return settings.Load(o)
}

// SettingsUnder reads the settings that this build has under a policy and nothing else, as on a computer where nobody
// has set anything. dir is an empty folder, policy the policy's path.
func SettingsUnder(policy, dir string) (settings.Settings, error) {
	return settings.Load(settings.Options{
		AppID: AppID, Baked: team, BakedName: "team.toml", ConfigDir: dir, DataDir: dir, PolicyPath: policy,
	})
}
