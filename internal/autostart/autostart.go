// Package autostart starts the program when the person signs in to the computer: by a file in the XDG autostart folder
// on Linux, a value of the registry's Run key on Windows, a launch agent on macOS.
//
// It reads and writes that one entry and nothing else. The entry alone says whether the program starts: a person who
// switches it off in the desktop's own settings, or deletes it, has switched it off here too. In a Flatpak or a snap
// the desktop decides, by a portal: there is no entry to write.
package autostart

import (
	"errors"
	"fmt"
	"os"
)

var (
	// ErrNotHere means that this system gives the program no entry of its own.
	ErrNotHere = errors.New("autostart: this system does not let the program start by itself")
	// ErrEntry means that the entry cannot be read or written.
	ErrEntry = errors.New("autostart: the entry cannot be read or written")
	// ErrPath means that the program lies where no entry can name it.
	ErrPath = errors.New("autostart: the program's path cannot stand in an entry")
)

// Entry is one program's entry.
type Entry struct {
	ID      string // names the entry: the app's id, such as "latchkey"
	Name    string // for people
	Program string // the whole path; empty: this program
}

// On reports whether the program starts by itself. The error is [ErrNotHere], or why the entry cannot be read.
func (e Entry) On() (bool, error) {
	now, err := e.read()
	return now.on, err
}

// Set writes the entry, or takes it away.
func (e Entry) Set(on bool) error {
	if !on {
		return e.remove()
	}
	program, err := e.program()
	if err != nil {
		return err
	}
	return e.write(program)
}

// Mend writes the entry anew when it names a program that is gone: this one has moved. An entry that is switched off,
// that is missing, or that names another program which exists stays as it is.
func (e Entry) Mend() error {
	now, err := e.read()
	if err != nil || !now.on || now.program == "" {
		return err
	}
	if _, err := os.Stat(now.program); !errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return e.Set(true)
}

// Keep makes the entry as the settings want it, whatever the person has done with it.
func (e Entry) Keep(on bool) error {
	now, err := e.On()
	switch {
	case err != nil:
		return err
	case now != on:
		return e.Set(on)
	}
	return e.Mend()
}

// entry is what is read of an entry.
type entry struct {
	on      bool
	program string // that it starts; empty when it does not say it in our way
}

// program is the whole path of what is started.
func (e Entry) program() (string, error) {
	if e.Program != "" {
		return e.Program, nil
	}
	return os.Executable()
}

// failed is [ErrEntry] with its cause; nil for none.
func failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrEntry, err)
}
