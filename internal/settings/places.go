package settings

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"app.latchkey/internal/managed"
)

// places returns the folders of settings and of data. Data is local and does not
// roam: what it holds is sealed with this machine's keychain.
func places(o Options, env map[string]string) (config, data string, err error) {
	home, name := env["HOME"], title(o.AppID)
	switch runtime.GOOS {
	case "darwin":
		config = filepath.Join(home, "Library", "Application Support")
		data = config
	case "windows":
		home, config, data = env["LOCALAPPDATA"], env["APPDATA"], env["LOCALAPPDATA"]
	default:
		name = o.AppID
		config = absolute(env["XDG_CONFIG_HOME"], filepath.Join(home, ".config"))
		data = absolute(env["XDG_DATA_HOME"], filepath.Join(home, ".local", "share"))
	}
	config, data = cmp.Or(o.ConfigDir, filepath.Join(config, o.AppID)), cmp.Or(o.DataDir, filepath.Join(data, name))
	if home == "" && (o.ConfigDir == "" || o.DataDir == "") && !(filepath.IsAbs(config) && filepath.IsAbs(data)) {
		return "", "", errors.New("no home folder is known: set HOME")
	}
	if !filepath.IsAbs(config) || !filepath.IsAbs(data) { // where this is started must not decide where tokens lie
		return "", "", fmt.Errorf("the home folder %q is no absolute path: set HOME", home)
	}
	return config, data, nil
}

// absolute returns dir unless it is empty or relative (XDG Base Directory
// Specification: relative paths are to be ignored).
func absolute(dir, otherwise string) string {
	if filepath.IsAbs(dir) {
		return dir
	}
	return otherwise
}

func title(id string) string {
	if id == "latchkey" {
		return "Latchkey"
	}
	return id
}

// bundle is the identifier of the window on macOS: build/darwin/Info.plist makes the same of the program's name.
const bundle = "app.latchkey.latchkey"

// Names are what the app of that ID is called in the channels through which an administrator sets a policy.
func Names(id string) managed.Names {
	return managed.Names{Title: title(id), Bundle: strings.TrimSuffix(bundle, "latchkey") + id}
}

// policyPath is where an administrator puts the policy. Demo and development
// builds have their own.
func policyPath(id string) string {
	switch runtime.GOOS {
	case "darwin":
		return filepath.Join("/Library/Application Support", title(id), "policy.toml")
	case "windows":
		return filepath.Join(programData(), title(id), "policy.toml")
	}
	return filepath.Join("/etc", id, "policy.toml")
}

// DataFolder returns the folder in which the app of that ID keeps its data on this system.
func DataFolder(appID string, environ []string) (string, error) {
	_, data, err := places(Options{AppID: appID}, environment(environ, runtime.GOOS))
	return data, err
}
