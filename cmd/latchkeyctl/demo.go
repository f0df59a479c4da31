//go:build demo

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"app.latchkey/internal/demoidp"
	"app.latchkey/internal/logfile"
	"app.latchkey/internal/program"
)

// addDemo adds the demo's command.
func (c *command) addDemo(root *cobra.Command) {
	var auto, example bool
	var file string
	cmd := &cobra.Command{
		Use: "demo", Short: "Serve the demo provider on this computer until interrupted",
		Long: "demo serves a company's sign-in on loopback, with a magic link, social login and single sign-on, and " +
			"prints\nthe settings that point a client at it. With --auto a scripted browser signs in by each of the " +
			"three ways\ninstead, and each step is shown. Its people stand in a file: --example prints the " +
			"built-in one.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case example && (auto || file != ""):
				return &usageError{errors.New("--example goes with no other flag")}
			case example:
				_, err := c.stdout.Write(demoidp.Example())
				return err
			case auto:
				return c.demoAuto(cmd.Context(), file)
			}
			return c.demoServe(cmd.Context(), file)
		},
	}
	cmd.Flags().BoolVar(&auto, "auto", false, "sign in with a scripted browser and end")
	cmd.Flags().StringVar(&file, "file", "", "file of people, companies and lifetimes; otherwise demo.toml beside "+
		"config.toml, if it is there")
	cmd.Flags().BoolVar(&example, "example", false, "print the built-in file, to start your own from")
	root.AddCommand(cmd)
}

// demoStart starts the demo's services. Mistakes in the file are mistakes of usage.
func (c *command) demoStart(ctx context.Context, file string) (*demoidp.Provider, error) {
	s, err := c.settings()
	if err != nil {
		return nil, &usageError{err}
	}
	idp, err := program.StartDemo(ctx, &s, file, logfile.Text(c.stderr, s.Log))
	if err != nil {
		return nil, &usageError{err}
	}
	c.started = true
	if idp.Notice() != "" {
		c.say("%s", idp.Notice())
	}
	return idp, nil
}

// demoServe serves until interrupted.
func (c *command) demoServe(ctx context.Context, file string) error {
	idp, err := c.demoStart(ctx, file)
	if err != nil {
		return err
	}
	c.say("The demo provider runs until you press Ctrl+C.")
	c.say("Its mail:              %s", idp.Inbox())
	c.say("The company directory: %s", idp.Directory())
	c.say("The social service:    %s", idp.Social())
	c.say("These settings point a client at it:")
	_, err = fmt.Fprintf(c.stdout, "LATCHKEY_ISSUER=%s\nLATCHKEY_CLIENT_ID=%s\nLATCHKEY_ORGANIZATION_PARAM=tenant\n"+
		"LATCHKEY_LOGOUT_REDIRECT_PATH=%s\n", idp.Issuer(), demoidp.ClientID, demoidp.SignedOutPath)
	if err == nil {
		<-ctx.Done()
	}
	return errors.Join(err, idp.Close())
}
