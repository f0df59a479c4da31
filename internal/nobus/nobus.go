// Package nobus keeps the keychain library from starting a message bus.
//
// The library connects to the session's D-Bus when it is imported, and its D-Bus library starts one by dbus-launch
// when the environment names none: a stray daemon for every run over ssh or from cron, with no keychain on it. This
// package names an address that cannot be dialled until the library is initialised, and [Restore] then takes it back.
//
// It comes in time because Go initialises packages in the order of their import paths, as soon as what they import is
// initialised (The Go Programming Language Specification, Program initialization): this one imports os alone, and its
// path sorts before github.com. A test holds the module's name to that. It touches this process's environment and
// nothing else.
package nobus

import "os"

const (
	variable = "DBUS_SESSION_BUS_ADDRESS"
	nowhere  = "disabled:"
)

// suppressed is whether the variable was replaced, and was what it was.
var suppressed, was, wasSet = suppress()

func suppress() (bool, string, bool) {
	text, set := os.LookupEnv(variable)
	if text != "" && text != "autolaunch:" {
		return false, "", false
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		if _, err := os.Stat(dir + "/bus"); err == nil {
			return false, "", false // found there by the library, without starting anything
		}
	}
	return os.Setenv(variable, nowhere) == nil, text, set
}

// Restore makes the environment what it was.
func Restore() bool {
	if !suppressed || os.Getenv(variable) != nowhere {
		return false
	}
	if wasSet {
		return os.Setenv(variable, was) == nil
	}
	return os.Unsetenv(variable) == nil
}
