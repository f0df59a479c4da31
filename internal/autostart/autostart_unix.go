//go:build !windows && !darwin

package autostart

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"app.latchkey/internal/atomicfile"
)

// folder is where the person's entries lie (Desktop Application Autostart Specification).
func folder() (string, error) {
	if _, err := os.Stat("/.flatpak-info"); err == nil || os.Getenv("SNAP") != "" {
		return "", ErrNotHere
	}
	config, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNotHere, err)
	}
	return filepath.Join(config, "autostart"), nil
}

func (e Entry) file() string { return e.ID + ".desktop" }

// read reads the person's entry; without one, the system's of the same name, whose place the person's would take.
func (e Entry) read() (entry, error) {
	own, err := folder()
	if err != nil {
		return entry{}, err
	}
	data, err := readSmall(filepath.Join(own, e.file()))
	if errors.Is(err, os.ErrNotExist) {
		data, err = e.ofTheSystem()
	}
	switch {
	case errors.Is(err, os.ErrNotExist):
		return entry{}, nil
	case err != nil:
		return entry{}, failed(err)
	}
	return parse(string(data)), nil
}

// ofTheSystem reads the entry that an administrator has put down for every user.
func (e Entry) ofTheSystem() ([]byte, error) {
	for _, folder := range filepath.SplitList(cmp.Or(os.Getenv("XDG_CONFIG_DIRS"), "/etc/xdg")) {
		data, err := readSmall(filepath.Join(folder, "autostart", e.file()))
		if err == nil && filepath.IsAbs(folder) {
			return data, nil
		}
	}
	return nil, os.ErrNotExist
}

func (e Entry) write(program string) error {
	own, err := folder()
	if err != nil {
		return err
	}
	exec, err := command(program)
	if err != nil {
		return err
	}
	text := "[Desktop Entry]\nType=Application\nName=" + escape(e.Name) + "\nExec=" + exec +
		"\nTryExec=" + escape(program) + "\nIcon=" + escape(e.ID) + "\nTerminal=false\nX-GNOME-Autostart-enabled=true\n"
	return failed(atomicfile.Write(filepath.Join(own, e.file()), []byte(text)))
}

// remove takes the person's entry away. Where the system has one of the same name, an entry stays that hides it.
func (e Entry) remove() error {
	own, err := folder()
	if err != nil {
		return err
	}
	path := filepath.Join(own, e.file())
	if _, err := e.ofTheSystem(); err == nil {
		hidden := "[Desktop Entry]\nType=Application\nName=" + escape(e.Name) + "\nHidden=true\n"
		return failed(atomicfile.Write(path, []byte(hidden)))
	}
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return failed(err)
	}
	return nil
}

// readSmall reads a file. What is no file, such as a pipe that nobody writes to, is not waited for.
func readSmall(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > 1<<16 {
		return nil, fmt.Errorf("%s is no desktop entry", path)
	}
	return os.ReadFile(path)
}

// parse reads a desktop entry as a desktop does that starts the programs (Desktop Entry Specification).
func parse(text string) entry {
	values, group := map[string]string{}, ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			group = line
		}
		if key, value, ok := strings.Cut(line, "="); ok && group == "[Desktop Entry]" && !strings.HasPrefix(line, "#") {
			values[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	off := values["Hidden"] == "true" || values["X-GNOME-Autostart-enabled"] == "false" || values["Exec"] == ""
	return entry{on: !off, program: unescape(values["TryExec"])}
}

// command is the program's path as the key Exec takes it. An equals sign in it is against the specification, and GLib
// does not find a program with a percent sign: a shell starts such a one.
func command(program string) (string, error) {
	if !filepath.IsAbs(program) || !utf8.ValidString(program) {
		return "", fmt.Errorf("%w: %q", ErrPath, program)
	}
	words := quote(program)
	if strings.ContainsAny(program, "%=") {
		words = "/bin/sh -c " + quote(`exec "$0"`) + " " + words
	}
	return escape(words), nil
}

// quote makes one word of a text, with nothing in it that Exec would expand.
func quote(word string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", `$`, `\$`, `%`, `%%`).Replace(word) + `"`
}

// escape makes a text fit to be a value: one line, and no blank at its beginning that would be lost.
func escape(text string) string {
	text = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(text)
	if rest, blank := strings.CutPrefix(text, " "); blank {
		return `\s` + rest
	}
	return text
}

func unescape(value string) string {
	return strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r", `\t`, "\t", `\s`, " ").Replace(value)
}
