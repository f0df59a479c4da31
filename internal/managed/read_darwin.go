package managed

import (
	"os/user"
	"path/filepath"

	"app.latchkey/internal/managed/plists"
)

// Read returns what a configuration profile sets for the person and for the computer.
func Read(n Names) (person, machine Layer) {
	const folder = "/Library/Managed Preferences"
	machine = read(filepath.Join(folder, n.Bundle+".plist"))
	me, err := user.Current() // by the process's own user ID: no variable changes it
	if err != nil || filepath.Base(me.Username) != me.Username {
		return person, machine
	}
	return read(filepath.Join(folder, me.Username, n.Bundle+".plist")), machine
}

// read reads one file of managed preferences, if it is there.
func read(path string) Layer {
	l := Layer{Name: path, File: path}
	l.Values, l.Unfit, l.Found, l.Err = plists.ReadFile(path, Administrators, maxSize, maxValues)
	return l
}
