package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"app.latchkey/internal/settings"
)

// settingLine is what --json prints of one setting.
type settingLine struct {
	Key    string `json:"key"`
	Value  string `json:"value"` // masked when it is a secret
	Source string `json:"source"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Locked bool   `json:"locked"`
}

func (c *command) config() *cobra.Command {
	var example bool
	cmd := &cobra.Command{
		Use: "config", Short: "Print every setting and where it came from",
		Long: "config prints every setting as it stands and where it came from; secrets are masked.\n" +
			"With --example it prints a config.toml that has every key, with what it is and its default.",
		RunE: func(*cobra.Command, []string) error {
			if example {
				c.started = true
				_, err := fmt.Fprint(c.stdout, settings.Example())
				return err
			}
			s, err := c.settings()
			if err != nil {
				return &usageError{err}
			}
			c.started = true
			return c.printSettings(s)
		},
	}
	cmd.Flags().BoolVar(&example, "example", false, "print a config.toml that has every key, commented out")
	return cmd
}

func (c *command) printSettings(s settings.Settings) error {
	if c.json {
		out := struct {
			Settings   []settingLine `json:"settings"`
			Warnings   []string      `json:"warnings"`
			ConfigDir  string        `json:"config_dir"`
			DataDir    string        `json:"data_dir"`
			PolicyFile string        `json:"policy_file"`
			Policies   []policyPlace `json:"policies"`
		}{[]settingLine{}, append([]string{}, s.Warnings...), s.ConfigDir, s.DataDir, s.PolicyFile, policyPlaces(s)}
		for _, v := range s.Values() {
			out.Settings = append(out.Settings,
				settingLine{v.Key, v.Text, v.Source.Name, v.Source.File, v.Source.Line, v.Locked})
		}
		return c.object(out)
	}
	var lines [][]string
	for _, v := range s.Values() {
		from := v.Source.String()
		if v.Locked {
			from += " (locked)"
		}
		lines = append(lines, []string{v.Key, v.Text, from})
	}
	for _, warning := range s.Warnings {
		c.say("warning: %s", warning)
	}
	return c.rows(lines)
}
