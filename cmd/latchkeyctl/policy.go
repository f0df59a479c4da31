package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"app.latchkey/internal/program"
	"app.latchkey/internal/rollout"
	"app.latchkey/internal/settings"
	"app.latchkey/internal/startenv"
)

// policyFiles are the flags of the policy command: where each file is written, and what a policy sets.
type policyFiles struct {
	admx, profile, toml, schema, example string
	set                                  []string
}

func (c *command) policy() *cobra.Command {
	var p policyFiles
	cmd := &cobra.Command{
		Use: "policy", Short: "Show the administrator's policy, or write what rolls one out",
		Long: "policy shows where the administrator's policy is looked for, the weakest place first, and what each " +
			"sets.\n" +
			"With a flag it writes files for an administrator's tools instead; - means standard output. A profile\n" +
			"and a policy.toml set what --provider, --client-id, --set and the like say; everything else is left\n" +
			"to people.\n" +
			"A secret is taken from the environment: --set client_secret reads LATCHKEY_CLIENT_SECRET.",
		RunE: func(*cobra.Command, []string) error {
			if p.admx+p.profile+p.toml+p.schema+p.example != "" {
				return c.writePolicy(p)
			}
			if len(p.set) > 0 {
				return &usageError{errors.New("--set is for a file: add --profile or --toml")}
			}
			return c.showPolicy()
		},
	}
	f := cmd.Flags()
	f.StringVar(&p.admx, "admx", "", "write the templates for Group Policy and Intune below this folder")
	f.StringVar(&p.profile, "profile", "", "write a configuration profile for macOS (.mobileconfig) into this file")
	f.StringVar(&p.toml, "toml", "", "write a policy.toml into this file")
	f.StringVar(&p.schema, "schema", "", "write a JSON schema of the files of settings into this file")
	f.StringVar(&p.example, "example", "", "write a config.toml with every setting, commented out, into this file")
	f.StringArrayVar(&p.set, "set", nil, "a setting of the policy, as key=value; key alone reads LATCHKEY_KEY")
	return cmd
}

// writePolicy makes all files first, and then writes them.
func (c *command) writePolicy(p policyFiles) error {
	app := rollout.App{Name: program.AppName, ID: program.AppID, Names: settings.Names(program.AppID)}
	var values map[string]any
	if p.profile+p.toml != "" {
		var err error
		if values, err = c.policyValues(p.set, p.profile != ""); err != nil {
			return &usageError{err}
		}
		if err := c.tryPolicy(app, values); err != nil {
			return err
		}
	} else if len(p.set) > 0 {
		return &usageError{errors.New("--set is for a profile or a policy.toml: add --profile or --toml")}
	}
	files := map[string][]byte{}
	for _, f := range []struct {
		path    string
		content func() ([]byte, error)
	}{
		{p.profile, func() ([]byte, error) { return rollout.Profile(app, values) }},
		{p.toml, func() ([]byte, error) { return rollout.TOML(app, values) }},
		{p.schema, func() ([]byte, error) { return rollout.Schema(app) }},
		{p.example, func() ([]byte, error) { return []byte(settings.Example()), nil }},
	} {
		if f.path == "" {
			continue
		}
		if files[f.path] != nil {
			return &usageError{fmt.Errorf("two files cannot both be written to %s", f.path)}
		}
		var err error
		if files[f.path], err = f.content(); err != nil {
			return err
		}
	}
	if p.admx != "" {
		template, english, err := rollout.ADMX(app)
		if err != nil {
			return err
		}
		files[filepath.Join(p.admx, app.ID+".admx")] = template
		files[filepath.Join(p.admx, "en-US", app.ID+".adml")] = english
	}
	c.started = true
	return c.writeFiles(files)
}

// policyValues are what the flags say that a policy sets.
func (c *command) policyValues(set []string, profile bool) (map[string]any, error) {
	given := maps.Clone(c.flags)
	for _, one := range set {
		key, value, ok := strings.Cut(one, "=")
		variable := "LATCHKEY_" + strings.ToUpper(key)
		switch {
		case ok && settings.IsSecret(key):
			return nil, fmt.Errorf("arguments are seen by everybody on this computer: set %s, and write --set %s",
				variable, key)
		case !ok:
			if value = variableOf(variable); value == "" {
				return nil, fmt.Errorf("--set %s has no value: write --set %s=value, or set %s", key, key, variable)
			}
		}
		given[key] = value
	}
	if len(given) == 0 {
		return nil, errors.New("a policy that sets nothing locks nothing: say what it sets, such as " +
			"--provider okta --set domain=acme.okta.com --client-id 0oa1b2c3d4e5f6g7h8i9")
	}
	return settings.PolicyOf(given, profile)
}

// variableOf is a variable's text, also of one that was taken out of the environment at the start.
func variableOf(name string) string {
	out := ""
	for _, one := range startenv.Environ() {
		if text, ok := strings.CutPrefix(one, name+"="); ok {
			out = text
		}
	}
	return out
}

// tryPolicy warns of what would be wrong on a computer where nothing else is set.
func (c *command) tryPolicy(app rollout.App, values map[string]any) error {
	data, err := rollout.TOML(app, values)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "policy-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "policy.toml")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return err
	}
	_, err = program.SettingsUnder(path, filepath.Join(dir, "none"))
	for _, bad := range settings.Errors(err) {
		if !strings.HasSuffix(bad.Key, "_file") { // the file is for the computers that the policy goes to
			c.say("warning: where nothing else is set, this policy cannot be used: %s: %s", bad.Key, bad.Problem)
		}
	}
	return nil
}

// writeFiles writes files that everybody may read, and whose text is whole or not there at all.
func (c *command) writeFiles(files map[string][]byte) error {
	written := []string{}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		data := files[path]
		if path == "-" {
			if _, err := c.stdout.Write(data); err != nil {
				return err
			}
			continue
		}
		if err := publish(path, data); err != nil {
			c.say("%s cannot be written: %v", path, err)
			return errFindings
		}
		written = append(written, path)
	}
	if c.json && files["-"] == nil {
		return c.object(map[string][]string{"written": written})
	}
	for _, path := range written {
		c.say("Written: %s", path)
	}
	return nil
}

// publish writes a file for everybody to read: a program of any user reads a policy.
func publish(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { // #nosec G301 -- nothing of a person's
		return err
	}
	if err := save(path, data); err != nil {
		return err
	}
	return os.Chmod(path, 0o644) // #nosec G302 -- nothing of a person's
}

// showPolicy prints the places of the policy and what they set.
func (c *command) showPolicy() error {
	s, err := c.settings()
	if err != nil {
		return &usageError{err}
	}
	c.started = true
	if c.json {
		return c.object(struct {
			Places []policyPlace `json:"places"`
		}{policyPlaces(s)})
	}
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	for _, p := range policyPlaces(s) {
		sets := "sets nothing"
		if p.Found {
			sets = "sets " + cmp.Or(strings.Join(p.Keys, ", "), "nothing")
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\n", oneLine(p.Name), oneLine(sets))
	}
	return w.Flush()
}

// policyPlace is what --json prints of one place of the policy.
type policyPlace struct {
	Name  string   `json:"name"`
	Found bool     `json:"found"`
	Keys  []string `json:"keys"`
}

func policyPlaces(s settings.Settings) []policyPlace {
	out := []policyPlace{}
	for _, p := range s.Policies {
		out = append(out, policyPlace{p.Name, p.Found, append([]string{}, p.Keys...)})
	}
	return out
}
