package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"app.latchkey/internal/doctor"
	"app.latchkey/internal/program"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/settings"
	"app.latchkey/internal/wire"
)

// settingUp is one run of setup.
type settingUp struct {
	*command
	ctx        context.Context
	in         *bufio.Reader
	typed      map[string]string // what the flags say, then what was typed
	secretFile string
	checkOnly  bool
	s          settings.Settings
}

// setUpFlags are the fields of the forms that no flag of every command gives. A secret
// has none: the arguments of a program are seen by every user of the machine.
var setUpFlags = map[string]string{
	"authorization_server": "for okta: the custom authorization server's ID",
	"tenant":               "for entra: the directory (tenant) ID",
	"allowed_tenants":      "for entra: the directory IDs that may sign in, separated by spaces",
	"base_url":             "for keycloak: the server's address",
	"realm":                "for keycloak: the realm",
	"user_pool":            "for cognito: the user pool ID",
	"environment_id":       "for pingone: the environment ID",
	"region":               "for pingone: com, eu, ca, asia, com.au or sg",
	"name":                 "what people call a provider without a preset",
}

func (c *command) setup() *cobra.Command {
	u := &settingUp{command: c, typed: map[string]string{}}
	cmd := &cobra.Command{
		Use: "setup", Short: "Set up the provider, and check it",
		Long: "setup asks for the provider and for what it gave you for this app, writes preferences.toml,\n" +
			"and checks whether a sign-in would work. It does not ask for what a flag gives; without a terminal\n" +
			"flags must give everything. The window asks the same in Settings.",
		RunE: func(cmd *cobra.Command, _ []string) error { u.ctx = cmd.Context(); return u.run() },
	}
	for _, key := range provider.FormKeys() {
		if help, own := setUpFlags[key]; own {
			cmd.Flags().Var(&settingFlag{u.typed, key}, flagOf(key), help)
		}
	}
	cmd.Flags().StringVar(&u.secretFile, "client-secret-file", "",
		"file with the client secret, where the provider gives one")
	cmd.Flags().BoolVar(&u.checkOnly, "check", false, "check only, and write nothing")
	return cmd
}

func flagOf(key string) string { return strings.ReplaceAll(key, "_", "-") }

// run asks, writes and checks.
func (u *settingUp) run() error {
	for _, key := range append(provider.FormKeys(), "provider") { // they are written, and overrule nothing now
		if text, given := u.flags[key]; given {
			u.typed[key] = text
			delete(u.flags, key)
		}
	}
	if err := u.readSecret(); err != nil {
		return &usageError{err}
	}
	var err error
	if u.s, err = u.settings(); u.s.DataDir == "" {
		return &usageError{err}
	}
	if err := wire.Foreign(u.s); err != nil {
		return err
	}
	u.in = bufio.NewReader(u.stdin)
	form, err := u.choose()
	if err != nil {
		return &usageError{err}
	}
	after, err := u.fill(form)
	if err != nil {
		return &usageError{err}
	}
	u.started, u.name = true, after.Provider.Name
	u.register(form, after)
	return u.check(after)
}

// readSecret reads the file of the client secret.
func (u *settingUp) readSecret() error {
	if u.secretFile == "" {
		return nil
	}
	text, err := readStart(u.secretFile, maxSecret)
	u.typed["client_secret"] = strings.TrimSpace(string(text))
	return err
}

// choose finds the form: by a flag, by what is set already, or by asking.
func (u *settingUp) choose() (provider.Form, error) {
	name := u.typed["provider"]
	switch {
	case name != "":
	case u.typed["issuer"] != "":
		name = "oidc"
	case isTerminal(u.stdin):
		return u.pick()
	case u.s.Configured:
		name = u.s.Provider.Preset
	}
	form, known := provider.FormOf(name)
	if !known {
		return form, fmt.Errorf("name the provider: --provider is one of %s", strings.Join(presetNames(), ", "))
	}
	return form, nil
}

// fill asks for the fields until they can be used, and writes them.
func (u *settingUp) fill(form provider.Form) (settings.Settings, error) {
	ask := form.Fields
	for try := 1; ; try++ {
		if isTerminal(u.stdin) {
			if err := u.askFor(form, ask, try > 1); err != nil {
				return u.s, err
			}
		} else {
			u.keep(form)
		}
		changes, after, err := u.s.SetUp(form.Preset, u.typed)
		if err == nil && !u.checkOnly {
			if err = u.s.SavePreferences(changes); err == nil {
				u.say("Written to %s.", u.s.PreferencesPath())
			}
		}
		if err == nil {
			return after, nil
		}
		ask = faulty(form, err)
		if len(ask) == 0 || try == tries || !isTerminal(u.stdin) {
			return after, byFlag(form, err)
		}
		u.say("%s", byFlag(form, err))
	}
}

// keep takes what is set already for the fields that no flag gave.
func (u *settingUp) keep(form provider.Form) {
	for _, field := range form.Fields {
		if _, given := u.typed[field.Key]; !given && !field.Secret {
			u.typed[field.Key] = u.s.Own(form.Preset, field.Key)
		}
	}
}

// register says what to enter in the provider's console.
func (u *settingUp) register(form provider.Form, s settings.Settings) {
	if form.Register == "" {
		u.say("%s needs no redirect address for a desktop app.", form.Title)
		return
	}
	u.say("Register this redirect address in %s (%s)", form.Console, form.Register)
	for _, address := range s.Provider.RedirectAddresses() {
		u.say("  %s", address)
	}
}

// check prints the doctor's findings on the provider; what is well is only counted.
func (u *settingUp) check(s settings.Settings) error {
	var report doctor.Report
	tell := func(f doctor.Finding) {
		report.Findings = append(report.Findings, f)
		report.OK = report.OK && f.Status != doctor.Fail
		if f.Status != doctor.Pass && !u.json {
			_, _ = fmt.Fprintln(u.stdout, u.findingLine(f))
		}
	}
	report.OK = true
	o := wire.Options{App: program.AppName, ID: program.AppID, Version: program.Version().Version}
	if err := wire.Examine(u.ctx, o, s, tell); err != nil {
		return err
	}
	if u.json {
		p := s.Provider
		out := struct {
			Provider  string           `json:"provider"`
			Issuer    string           `json:"issuer"`
			ClientID  string           `json:"client_id"`
			Redirects []string         `json:"redirect_addresses"`
			Written   bool             `json:"written"`
			OK        bool             `json:"ok"`
			Findings  []doctor.Finding `json:"findings"`
		}{p.Preset, p.Issuer, p.ClientID, p.RedirectAddresses(), !u.checkOnly, report.OK, report.Findings}
		if err := u.object(out); err != nil {
			return err
		}
	} else {
		u.say("%s", report.Summary())
	}
	if !report.OK {
		return errFindings
	}
	if !u.checkOnly {
		u.say("Now sign in: latchkeyctl signin, or the window.")
	}
	return nil
}
