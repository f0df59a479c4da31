//go:build demo

package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"app.latchkey/internal/account"
	"app.latchkey/internal/demoidp"
	"app.latchkey/internal/parts"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/robot"
	"app.latchkey/internal/session"
)

// addDemo adds the demo provider's command.
func (c *command) addDemo(root *cobra.Command) {
	var auto bool
	cmd := &cobra.Command{
		Use: "demo", Short: "Serve the demo provider on this computer until interrupted",
		Long: "demo serves an OpenID provider on loopback and prints the settings that point a client at it.\nWith --auto a scripted browser signs in once instead, and each step is shown.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if auto {
				return c.demoAuto(cmd.Context())
			}
			return c.demoServe(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&auto, "auto", false, "sign in with a scripted browser and end")
	root.AddCommand(cmd)
}

// demoServe serves until interrupted.
func (c *command) demoServe(ctx context.Context) error {
	settings, err := parts.Settings(c.flags)
	if err != nil {
		return &usageError{err}
	}
	c.started = true
	idp, err := demoidp.Start(ctx, demoidp.Config{Dir: filepath.Join(settings.DataDir, "provider"), Log: parts.Logger(c.stderr, settings.Log)})
	if err != nil {
		return err
	}
	if idp.Notice() != "" {
		c.say("%s", idp.Notice())
	}
	c.say("The demo provider runs until you press Ctrl+C. These settings point a client at it:")
	_, err = fmt.Fprintf(c.stdout, "LATCHKEY_ISSUER=%s\nLATCHKEY_CLIENT_ID=%s\n", idp.Issuer(), demoidp.ClientID)
	if err == nil {
		<-ctx.Done()
	}
	return errors.Join(err, idp.Close())
}

// demoAuto signs in end to end without a person: the whole product but for the
// window, with its own browser and nothing kept.
func (c *command) demoAuto(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	settings, err := parts.Settings(c.flags)
	if err != nil {
		return &usageError{err}
	}
	idp, err := demoidp.Start(ctx, demoidp.Config{Dir: filepath.Join(settings.DataDir, "provider")})
	if err != nil {
		c.started = true
		return err
	}
	defer func() { _ = idp.Close() }()
	c.say("1. The demo provider is at %s.", idp.Issuer())
	c.flags["issuer"], c.flags["client_id"], c.flags["store"], c.flags["name"] = idp.Issuer(), demoidp.ClientID, "memory", "the demo provider"
	scripted := make(chan error, 1)
	open := func(_ context.Context, address string) error {
		err := c.script(ctx, address) // to the last page, which comes after the sign-in
		scripted <- err
		return err
	}
	if err := c.start(parts.Options{OpenURL: open}); err != nil {
		return err
	}
	c.say("2. The store is memory: nothing is kept after this run.")
	if err := c.restore(ctx); err != nil {
		return err
	}
	if err := c.parts.Account.SignIn(ctx, session.SignInRequest{}); err != nil {
		return err
	}
	if err := <-scripted; err != nil {
		return err
	}
	p := c.parts.Account.Snapshot().Session
	c.say("5. Signed in: the ID token is verified and userinfo agrees.")
	if err := c.printDemo(p); err != nil {
		return err
	}
	if _, err := c.parts.Account.Token(ctx); err != nil {
		return err
	}
	c.say("6. An access token is at hand until %s; it is never printed here.", p.Expiry.Local().Format(time.TimeOnly))
	report, err := c.parts.Account.SignOut(ctx, session.Key{}, account.ScopeTokens)
	if err != nil {
		return err
	}
	c.say("7. Signed out. %s", strings.Join(problem.Ending(report.Ending, c.name), " "))
	return nil
}

func (c *command) printDemo(p account.Public) error {
	if c.json {
		return c.object(profileOf(p))
	}
	_, err := fmt.Fprintf(c.stdout, "   name     %s\n   email    %s\n   picture  %s\n   issuer   %s\n   sub      %s\n", p.Profile.Name, p.Profile.Email, p.Profile.Picture, p.Key.Issuer, p.Key.Subject)
	return err
}

// script is the browser of demoAuto: it chooses the first person.
func (c *command) script(ctx context.Context, address string) error {
	b := robot.New(nil)
	page, err := b.Visit(ctx, address)
	if err != nil {
		return err
	}
	if len(page.Forms) == 0 || len(page.Forms[0].Offers["person"]) == 0 {
		return fmt.Errorf("the demo provider showed %q and nobody to choose", page.Title)
	}
	c.say("3. A scripted browser is at “%s”.", page.Title)
	form := page.Forms[0]
	done, err := b.Submit(ctx, form, url.Values{"person": form.Offers["person"][:1]})
	if err != nil {
		return err
	}
	c.say("4. It chose %s and came back to “%s”.", form.Offers["person"][0], done.Title)
	return nil
}
