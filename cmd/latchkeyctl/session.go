package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"app.latchkey/internal/account"
	"app.latchkey/internal/parts"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/session"
)

func (c *command) status() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Show who is signed in, without using the network",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := c.start(parts.Options{}); err != nil {
				return err
			}
			if err := c.restore(cmd.Context()); err != nil {
				return err
			}
			switch s := c.parts.Account.Snapshot(); {
			case s.Phase == account.PhaseSignedIn:
				return c.printProfile(s.Session)
			case s.Ended != nil:
				return account.ErrSessionEnded
			}
			return account.ErrNobody
		},
	}
}

func (c *command) token() *cobra.Command {
	return &cobra.Command{
		Use: "token", Short: "Print a fresh access token",
		Long: "token prints an access token that can be used now, refreshed first when that is due.\nAnyone who reads the output can act as you until it expires.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := c.start(parts.Options{}); err != nil {
				return err
			}
			if err := c.restore(cmd.Context()); err != nil {
				return err
			}
			t, err := c.parts.Account.Token(cmd.Context())
			if err != nil {
				return err
			}
			if c.json {
				return c.object(struct {
					AccessToken string  `json:"access_token"`
					Expiry      *string `json:"expiry"`
				}{t.Access.Reveal(), stamp(t.Expiry)})
			}
			_, err = fmt.Fprintln(c.stdout, t.Access.Reveal())
			return err
		},
	}
}

func (c *command) signout() *cobra.Command {
	var browser bool
	cmd := &cobra.Command{
		Use: "signout", Short: "Forget the session here and revoke its tokens at the provider",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := c.start(parts.Options{}); err != nil {
				return err
			}
			if err := c.restore(cmd.Context()); err != nil {
				return err
			}
			scope := account.ScopeDevice
			if browser {
				scope = account.ScopeBrowser
			}
			report, err := c.parts.Account.SignOut(cmd.Context(), scope)
			if err != nil {
				return err
			}
			return c.reportSignOut(report)
		},
	}
	cmd.Flags().BoolVar(&browser, "browser", false, "end the provider's session in your browser too")
	return cmd
}

// reportSignOut says what ended and what did not.
func (c *command) reportSignOut(r account.SignOut) error {
	nobody := r.Key == (session.Key{})
	if c.json {
		type report struct {
			SignedOut bool   `json:"signed_out"`
			Device    string `json:"device"`
			Tokens    string `json:"tokens"`
			Browser   string `json:"browser"`
		}
		if nobody {
			return c.object(report{false, "nobody", "nobody", "nobody"})
		}
		return c.object(report{true, "done", string(r.Ending.Tokens), string(r.Ending.Browser)})
	}
	if nobody {
		c.say("Nobody was signed in.")
		return nil
	}
	c.say("Signed out on this computer.")
	for _, line := range problem.Ending(r.Ending, c.name) {
		c.say("%s", line)
	}
	return nil
}

func (c *command) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version",
		RunE: func(*cobra.Command, []string) error {
			c.started = true
			v := parts.Version()
			if c.json {
				return c.object(v)
			}
			_, err := fmt.Fprintf(c.stdout, "latchkeyctl %s (%s, %s) %s/%s\n", v.Version, v.Commit, v.Date, runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
