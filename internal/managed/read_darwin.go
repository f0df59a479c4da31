package managed

import (
	"os"
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
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return l
	}
	l.Found = true
	if err != nil {
		l.Err = err
		return l
	}
	defer func() { _ = f.Close() }()
	if l.Err = Administrators(f); l.Err == nil {
		l.Values, l.Unfit, l.Err = plists.Read(f, maxSize, maxValues)
	}
	return l
}
