// Package managed reads what an administrator sets for an app by the system's own channel: registry values under
// SOFTWARE\Policies on Windows, which Group Policy and Intune write, and managed preferences on macOS, which a
// configuration profile writes. Linux has no such channel: there the administrator writes policy.toml.
//
// It says what is set and what of it has no form that a setting could have; which settings there are, and what they
// may be, is for package settings. What its subjects could have written themselves is refused, never passed over.
//
// It reads the registry, or files below /Library/Managed Preferences, and writes nothing.
package managed

import "errors"

// Names are what an app is called in the channels of the systems.
type Names struct {
	Title  string // the key below SOFTWARE\Policies, such as "Latchkey"
	Bundle string // the bundle identifier, such as "app.latchkey.latchkey"
}

// Layer is what one place of a channel sets. The zero Layer is that of a system without such a place.
type Layer struct {
	Name  string // for people: HKLM\SOFTWARE\Policies\Latchkey, or a path
	File  string // the path; empty where the place is no file
	Found bool   // something is set there

	// Values are what is set: a string, a bool, a uint64, a []any of strings and uint64, or a map[string]any of
	// strings.
	Values map[string]any
	// Unfit says of each further name why its value is none of these.
	Unfit map[string]string
	// Err is why nothing of the place can be used.
	Err error
}

// errNotAdministrators is the problem of a policy that its subjects could have written.
var errNotAdministrators = errors.New("it, or its folder, can be changed by others than the administrator: both must " +
	"belong to the administrator (root) and be writable by nobody else")
