package doctor

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"app.latchkey/internal/ownfolder"
	"app.latchkey/internal/settings"
)

// LooseModes lists the modes of the programs' own folders and files that let others read
// what is stored or change what is set, or that keep their owner out. Whatever else lies in
// those folders is not theirs, and is passed over. It changes nothing:
// [ownfolder.Change.Make] changes one.
func LooseModes(s settings.Settings) []ownfolder.Change {
	if s.ConfigDir == "" || s.DataDir == "" {
		return nil
	}
	var out []ownfolder.Change
	look := func(forbid fs.FileMode, owner bool, path ...string) {
		if c, loose := ownfolder.Loose(filepath.Join(path...), forbid, owner); loose {
			out = append(out, c)
		}
	}
	look(0o022, false, s.ConfigDir)
	for _, name := range ownfolder.Names(s.ConfigDir) {
		switch {
		case name != "config.toml" && name != "demo.toml":
		case s.Sources["client_secret"].File == filepath.Join(s.ConfigDir, name):
			look(0o077, false, s.ConfigDir, name)
		default:
			look(0o022, false, s.ConfigDir, name)
		}
	}
	look(0o077, true, s.DataDir)
	own := []string{"vault", settings.PreferencesName, "learned.json", "window.json", "logs"}
	for _, name := range ownfolder.Names(s.DataDir) {
		if slices.Contains(own, name) || strings.HasPrefix(name, "vault.") || strings.HasPrefix(name, "vault-key.") {
			look(0o077, true, s.DataDir, name)
		}
	}
	for _, name := range ownfolder.Names(filepath.Join(s.DataDir, "logs")) {
		if strings.HasSuffix(name, ".log") {
			look(0o077, true, s.DataDir, "logs", name)
		}
	}
	return out
}
