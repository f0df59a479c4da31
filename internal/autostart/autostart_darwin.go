package autostart

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"app.latchkey/internal/atomicfile"
)

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
// keeps that to itself.
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
	return parse(string(data)), nil
}

func (e Entry) write(program string) error {
	path, err := e.path()
	if err != nil {
		return err
	}
	return failed(atomicfile.Write(path, []byte(agent(e.label(), program))))
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

// agent is a launch agent that starts the program once, at the sign-in to the computer.
func agent(label, program string) string {
	text := func(s string) string {
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(s)) // a builder takes everything
		return "<string>" + b.String() + "</string>"
	}
	return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>Label</key>` + text(label) + `
<key>ProgramArguments</key><array>` + text(program) + `</array>
<key>RunAtLoad</key><true/>
</dict></plist>
`
}

// parse finds the program in a launch agent.
func parse(plist string) entry {
	d, key, out := xml.NewDecoder(strings.NewReader(plist)), "", entry{}
	for {
		token, err := d.Token()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				return entry{}
			}
			return out
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		var text string
		switch start.Name.Local {
		case "key":
			_ = d.DecodeElement(&key, &start)
		case "string":
			if _ = d.DecodeElement(&text, &start); key == "ProgramArguments" && out.program == "" {
				out.program = text
			}
		case "true":
			out.on = out.on || key == "RunAtLoad"
		}
	}
}
