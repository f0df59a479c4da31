package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"app.latchkey/internal/cleantext"
	"app.latchkey/internal/doctor"
	"app.latchkey/internal/program"
	"app.latchkey/internal/wire"
)

// errFindings ends the program with exit code 1; why has been said.
var errFindings = errors.New("something failed")

func (c *command) doctor() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: "doctor", Short: "Check the set-up, and say what to do about each thing",
		Long: "doctor checks everything that a sign-in needs: settings, network, provider, ports, browser, keychain, " +
			"vault.\nIt signs nobody in, changes nothing and prints no secret: its report can be sent.\n" +
			"It exits 0 when nothing failed, 1 otherwise.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := c.examined()
			if err != nil {
				return err
			}
			tell := func(f doctor.Finding) { _, _ = fmt.Fprintln(c.stdout, f.Line()) }
			if c.json {
				tell = nil
			}
			report := d.Run(cmd.Context(), tell)
			if err := cmd.Context().Err(); err != nil {
				return err
			}
			return c.finish(report, output)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write the report into this file too")
	return cmd
}

// examined makes the doctor of these settings, whether or not they can be used.
func (c *command) examined() (*doctor.Doctor, error) {
	settings, err := program.Settings(c.flags)
	c.started, c.name = true, settings.Provider.Name
	if err != nil {
		return wire.Doctor(program.AppName, program.Version().Version, settings, err), nil
	}
	if c.parts, err = wire.New(settings,
		wire.Options{App: program.AppName, ID: program.AppID, Version: program.Version().Version}); err != nil {
		return wire.Doctor(program.AppName, program.Version().Version, settings, err), nil
	}
	return c.parts.Doctor(), nil
}

// finish prints and saves the report.
func (c *command) finish(r doctor.Report, output string) error {
	text := []byte(r.Text())
	if c.json {
		data, err := json.Marshal(r)
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

// save writes a report that its owner alone can read. It replaces a file, follows no link
// and writes into nothing but a file: what stands at the path may be somebody else's.
func save(path string, text []byte) error {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no file", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".report-*") // with mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
