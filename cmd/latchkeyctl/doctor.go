package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"app.latchkey/internal/atomicfile"
	"app.latchkey/internal/cleantext"
	"app.latchkey/internal/doctor"
	"app.latchkey/internal/ownfolder"
	"app.latchkey/internal/program"
	"app.latchkey/internal/settings"
	"app.latchkey/internal/wire"
)

// errFindings ends the program with exit code 1; the reason has been printed.
var errFindings = errors.New("something failed")

func (c *command) doctor() *cobra.Command {
	var output string
	var fix bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "Check the set-up, and say what to do about each thing",
		Long: "doctor checks everything that a sign-in needs: settings, network, provider, ports, browser, keychain, " +
			"vault.\nIt signs nobody in, changes nothing and prints no secret: its report can be sent.\n" +
			"It exits 0 when nothing failed, 1 otherwise.\n\n" +
			"With --fix it first corrects the modes of its own folders and files, so that others can neither read\n" +
			"what is stored nor change your settings, and says what it changed. It follows no link, and touches\n" +
			"nothing that is not yours.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, settingsErr := c.settings()
			var fixed []string
			for more := fix; more; { // a folder can be looked into only after it was corrected
				done := c.fix(doctor.LooseModes(s))
				more, fixed = len(done) > 0, append(fixed, done...)
				s, settingsErr = c.settings()
			}
			d := c.examined(s, settingsErr)
			tell := func(f doctor.Finding) { _, _ = fmt.Fprintln(c.stdout, c.findingLine(f)) }
			if c.json {
				tell = nil
			}
			report := d.Run(cmd.Context(), tell)
			if err := cmd.Context().Err(); err != nil {
				return err
			}
			err := c.finish(report, fixed, output)
			if !fix && len(doctor.LooseModes(s)) > 0 {
				c.say("latchkeyctl doctor --fix corrects who may read and change your files here.")
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&fix, "fix", false, "correct the modes of its own folders and files first")
	cmd.Flags().StringVarP(&output, "output", "o", "", "write the report into this file too")
	return cmd
}

// fix makes the changes, and returns what was done in words.
func (c *command) fix(changes []ownfolder.Change) []string {
	var done []string
	for _, change := range changes {
		if err := change.Make(); err != nil {
			c.say("%s could not be corrected: %v", change.Path, err)
			continue
		}
		done = append(done, change.String())
		if !c.json {
			_, _ = fmt.Fprintln(c.stdout, paint(c.stdout, colourGood, "fixed")+" "+oneLine(change.String()))
		}
	}
	return done
}

// examined makes the doctor of these settings, whether or not they can be used.
func (c *command) examined(s settings.Settings, settingsErr error) *doctor.Doctor {
	c.started, c.name = true, s.Provider.Name
	if settingsErr == nil {
		o := wire.Options{
			App: program.AppName, ID: program.AppID, Version: program.Version().Version,
			SystemLog: program.SystemLog(s),
		}
		if c.parts, settingsErr = wire.New(s, o); settingsErr == nil {
			return c.parts.Doctor()
		}
	}
	return wire.Doctor(program.AppName, program.Version().Version, s, settingsErr)
}

// finish prints and saves the report.
func (c *command) finish(r doctor.Report, fixed []string, output string) error {
	text := []byte(r.Text())
	if c.json {
		data, err := json.Marshal(struct {
			doctor.Report
			Fixed []string `json:"fixed,omitempty"`
		}{r, fixed})
		if err != nil {
			return err
		}
		text = append(cleantext.JSON(data), '\n')
		if _, err := c.stdout.Write(text); err != nil {
			return err
		}
	} else {
		c.say("%s", r.Summary())
	}
	if output != "" {
		if err := save(output, text); err != nil {
			c.say("The report could not be saved: %v", err)
			return errFindings
		}
		c.say("The report is in %s.", output)
	}
	if !r.OK {
		return errFindings
	}
	return nil
}

// save writes a report that its owner alone can read, in a folder that must be there. It replaces a file, follows no
// link and writes into nothing but a file: what stands at the path may be somebody else's.
func save(path string, text []byte) error {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no file", path)
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return err
	}
	return atomicfile.Write(path, text)
}
