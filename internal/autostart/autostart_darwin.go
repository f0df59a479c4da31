package autostart

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"howett.net/plist"

	"app.latchkey/internal/atomicfile"
)

// agent is a launch agent: what launchd.plist(5) says of it.
type agent struct {
	Label            string
	ProgramArguments []string
	RunAtLoad        bool // once, at the sign-in to the computer
}

// label names the launch agent; the cask of build/manifests takes it away.
func (e Entry) label() string { return "app.latchkey." + e.ID }

func (e Entry) path() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNotHere, err)
	}
	return filepath.Join(home, "Library", "LaunchAgents", e.label()+".plist"), nil
}

// read reads the launch agent. What a person has switched off in the system's settings does not stand in it: macOS
// keeps that to itself. A file that is no launch agent starts nothing.
func (e Entry) read() (entry, error) {
	path, err := e.path()
	if err != nil {
		return entry{}, err
	}
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return entry{}, nil
	case err != nil:
		return entry{}, failed(err)
	}
	var a agent
	if _, err := plist.Unmarshal(data, &a); err != nil || len(a.ProgramArguments) == 0 {
		return entry{on: err == nil && a.RunAtLoad}, nil
	}
	return entry{on: a.RunAtLoad, program: a.ProgramArguments[0]}, nil
}

func (e Entry) write(program string) error {
	path, err := e.path()
	if err != nil {
		return err
	}
	data, err := plist.MarshalIndent(agent{e.label(), []string{program}, true}, plist.XMLFormat, "\t")
	if err == nil {
		err = atomicfile.Write(path, data)
	}
	return failed(err)
}

func (e Entry) remove() error {
	path, err := e.path()
	if err != nil {
		return err
	}
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return failed(err)
	}
	return nil
}
