package autostart

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/windows/registry"
)

const (
	run = `Software\Microsoft\Windows\CurrentVersion\Run`
	// approved is where the Task Manager and the Settings app note what a person has switched off: the first byte of
	// the value is odd then.
	approved = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
)

func (e Entry) read() (entry, error) {
	command, err := value(run, func(k registry.Key) (string, error) {
		text, _, err := k.GetStringValue(e.Name)
		return text, err
	})
	if err != nil || command == "" {
		return entry{}, err
	}
	state, err := value(approved, func(k registry.Key) (string, error) {
		data, _, err := k.GetBinaryValue(e.Name)
		return string(data), err
	})
	off := state != "" && state[0]&1 == 1
	program, ok := strings.CutPrefix(strings.TrimSuffix(command, `"`), `"`)
	if !ok || strings.Contains(program, `"`) {
		program = "" // somebody's own
	}
	return entry{on: !off, program: program}, err
}

// value reads a value of the person's; empty where there is none.
func value(path string, get func(registry.Key) (string, error)) (string, error) {
	key, err := registry.OpenKey(registry.CURRENT_USER, path, registry.QUERY_VALUE)
	var text string
	if err == nil {
		defer func() { _ = key.Close() }()
		text, err = get(key)
	}
	if errors.Is(err, registry.ErrNotExist) {
		return "", nil
	}
	return text, failedAt(path, err)
}

// failedAt is failed for a key of the registry.
func failedAt(path string, err error) error {
	if err == nil {
		return nil
	}
	return failed(fmt.Errorf("%s: %w", path, err))
}

// write quotes the path: without quotes Windows would try C:\Program.exe.
func (e Entry) write(program string) error {
	if err := forget(approved, e.Name); err != nil {
		return err
	}
	key, _, err := registry.CreateKey(registry.CURRENT_USER, run, registry.SET_VALUE)
	if err == nil {
		defer func() { _ = key.Close() }()
		err = key.SetStringValue(e.Name, `"`+program+`"`)
	}
	return failedAt(run, err)
}

func (e Entry) remove() error { return errors.Join(forget(run, e.Name), forget(approved, e.Name)) }

// forget deletes a value of the person's, if there is one.
func forget(path, name string) error {
	key, err := registry.OpenKey(registry.CURRENT_USER, path, registry.SET_VALUE)
	if err == nil {
		defer func() { _ = key.Close() }()
		err = key.DeleteValue(name)
	}
	if errors.Is(err, registry.ErrNotExist) {
		return nil
	}
	return failedAt(path, err)
}
