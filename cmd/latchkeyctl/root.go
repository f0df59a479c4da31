package main

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"app.latchkey/internal/cleantext"
	"app.latchkey/internal/late"
	"app.latchkey/internal/logfile"
	"app.latchkey/internal/program"
	"app.latchkey/internal/settings"
	"app.latchkey/internal/vault"
	"app.latchkey/internal/wire"
)

// command is one run of the program.
type command struct {
	stdin          io.Reader
	stdout, stderr io.Writer

	json    bool
	verbose bool
	flags   map[string]string // settings, by key
	cost    vault.Cost        // of a passphrase; only tests set it
	early   *vault.Early      // the keychain, while the settings are read
	watch   *watch            // the signals
	started bool              // the command line and the settings can be used
	logged  bool              // the failure stands in the log
	begun   atomic.Bool       // something was begun that a sudden end could lose
	parts   *wire.Parts
	name    string // the provider's, for words
	log     *slog.Logger
	logFile io.Closer // nil until the settings are known
}

// settingFlags are the settings that a flag can give. A secret has none: the
// arguments of a program are seen by every user of the machine.
var settingFlags = []struct{ flag, key, help string }{
	{"provider", "provider", "preset of the provider, such as descope"},
	{"project-id", "project_id", "for descope: the project ID"},
	{"domain", "domain", "the host of your tenant, for presets such as okta"},
	{"issuer", "issuer", "issuer of the OpenID Connect provider"},
	{"client-id", "client_id", "client ID that the provider gave the app"},
	{"scopes", "scopes", "scopes to ask for, separated by spaces"},
	{"redirect-host", "redirect_host", "127.0.0.1 or localhost"},
	{"redirect-ports", "redirect_ports", "ports for the redirect, tried in order; 0 is any free one"},
	{"store", "store", "keychain, file or memory"},
	{"passphrase-file", "store_passphrase_file", "file with the passphrase of the file store"},
	{"ca-file", "ca_file", "PEM file of certificates to trust as well"},
	{"login-hint", "login_hint", "who is going to sign in, such as an email address"},
	{"organization", "organization", "tenant or organization to sign in to"},
	{"log", "log", "level of the log: error, warn, info or debug"},
}

// root is the program's command line. When the first argument names one of its commands, that one alone is built: all
// of them take as long as the rest of a start (docs/performance.md). Help, completion and misspelt commands get all.
func (c *command) root(args []string) *cobra.Command {
	root := &cobra.Command{
		Use:   "latchkeyctl",
		Short: "Sign in with an OpenID Connect provider, and use the session",
		Long: "latchkeyctl signs in with an OpenID Connect provider in your own browser, shows who is " +
			"signed in,\nhands out fresh access tokens and signs out. It shares its sessions with the Latchkey " +
			"window.\n\nExit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 nobody is signed in, 4 cancelled " +
			"or timed out.",
		SilenceErrors: true, SilenceUsage: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return &usageError{flagError(cmd, err)} })
	p := root.PersistentFlags()
	p.BoolVar(&c.json, "json", false, "print the result, or the failure, as one JSON object")
	p.BoolVarP(&c.verbose, "verbose", "v", false, "log to standard error")
	for _, f := range settingFlags {
		p.Var(&settingFlag{c.flags, f.key}, f.flag, f.help)
	}
	commands := map[string]func() *cobra.Command{
		"setup": c.setup, "signin": c.signin, "status": c.status, "token": c.token, "request": c.request,
		"signout": c.signout, "accounts": c.accounts, "reseal": c.reseal, "config": c.config, "policy": c.policy,
		"doctor": c.doctor, "client-key": c.clientKey, "version": c.version,
	}
	if len(args) > 0 && commands[args[0]] != nil {
		root.AddCommand(commands[args[0]]())
		root.SetHelpCommand(&cobra.Command{Use: "help", Hidden: true})
		root.CompletionOptions.DisableDefaultCmd = true
		finish(root)
		return root
	}
	for _, command := range commands {
		root.AddCommand(command())
	}
	c.addDemo(root)
	c.addMan(root)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	finish(root)
	return root
}

// settingFlag puts a flag's text under its setting's key.
type settingFlag struct {
	to  map[string]string
	key string
}

var _ pflag.Value = (*settingFlag)(nil)

// String implements [pflag.Value].
func (f *settingFlag) String() string { return f.to[f.key] }

// Set implements [pflag.Value].
func (f *settingFlag) Set(s string) error { f.to[f.key] = s; return nil }

// Type implements [pflag.Value].
func (f *settingFlag) Type() string { return "text" }

// start reads the settings and makes the parts. Whatever fails later is no longer
// a matter of usage.
func (c *command) start(o wire.Options) error {
	s, err := c.settings()
	if err != nil {
		return &usageError{err}
	}
	program.PointAtDemo(&s)
	c.name = s.Provider.Name
	for _, w := range s.Warnings {
		c.say("warning: %s", w)
	}
	c.started = true
	if err := wire.Foreign(s); err != nil {
		return err
	}
	defer c.begun.Store(true)
	o.App, o.ID, o.Version = program.AppName, program.AppID, program.Version().Version
	c.logs(s)
	o.Log, o.Cost, o.Early = c.log, c.cost, c.early
	o.Leave = late.Leaver(program.AppName)
	c.parts, err = wire.New(s, o)
	if err != nil {
		return &usageError{err}
	}
	return nil
}

// settings reads the settings, and returns when the signals are taken as well.
func (c *command) settings() (settings.Settings, error) {
	s, err := program.Settings(c.flags)
	c.watch.wait()
	return s, err
}

// logs opens the log: where the settings have it, and standard error when that was asked for.
func (c *command) logs(s settings.Settings) {
	c.log, c.logFile = logfile.OpenAs(program.LogOptions(s, "latchkeyctl"))
	if c.verbose || s.Log == "debug" {
		c.log = logfile.Both(c.log, logfile.Text(c.stderr, s.Log))
	}
}

func (c *command) close() {
	c.early.Close()
	if c.parts != nil {
		c.parts.Close()
	}
	if c.logFile != nil {
		_ = c.logFile.Close()
	}
}

// say prints words for the person.
func (c *command) say(format string, args ...any) {
	_, _ = fmt.Fprintln(c.stderr, cleantext.Text(strings.TrimRight(fmt.Sprintf(format, args...), "\n")))
}
