package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"app.latchkey/internal/account"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/program"
	"app.latchkey/internal/session"
)

func (c *command) token() *cobra.Command {
	var named, api string
	var renew, bound bool
	cmd := &cobra.Command{
		Use: "token", Short: "Print a fresh access token",
		Long: "token prints an access token that can be used now, refreshed first when that is due.\n" +
			"--renew refreshes it even when that is not due: use it after a server has answered 401.\n" +
			"--api NAME prints the token for an API of the settings, a table [apis.NAME], in place of the " +
			"session's own.\n" +
			"Anyone who reads the output can act as you until it expires. A token that is tied to this computer " +
			"(DPoP) is\n" +
			"of no use to other programs, and is printed only with --bound: send requests with latchkeyctl request.",
		PreRunE: c.open,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := c.tokenOf(cmd, named, api, renew)
			if err != nil {
				return err
			}
			if t.Type != session.Bearer && !bound {
				return errBoundToken
			}
			if c.json {
				return c.object(struct {
					AccessToken string  `json:"access_token"`
					Expiry      *string `json:"expiry"`
					Type        string  `json:"token_type"`
				}{t.Access.Reveal(), stamp(t.Expiry), t.Type})
			}
			_, err = fmt.Fprintln(c.stdout, t.Access.Reveal())
			return err
		},
	}
	cmd.Flags().StringVar(&named, "account", "", accountHelp)
	cmd.Flags().StringVar(&api, "api", "", "name of an API of the settings that the token is for")
	cmd.Flags().BoolVar(&bound, "bound", false, "print the token even when it is tied to this computer")
	cmd.Flags().BoolVar(&renew, "renew", false, "refresh the token even when that is not due: a server has refused it")
	return cmd
}

// errBoundToken is what token says of a token that only its key's holder can use.
var errBoundToken = &worded{problem.Problem{
	Code: "bound_token", Title: "This access token is of no use by itself",
	Message: "It is tied to a key of this computer (DPoP): a server takes it with a proof by that key alone.",
	Hint:    "Send the request with latchkeyctl request URL, or print the token all the same with token --bound.",
}}

// tokenOf returns a token of the account that is named, or of the active one; for an API when one is named.
func (c *command) tokenOf(cmd *cobra.Command, named, api string, renew bool) (account.Token, error) {
	p, err := c.chosen(named)
	if err != nil {
		return account.Token{}, err
	}
	ctx, a := cmd.Context(), c.parts.Account
	switch {
	case renew:
		return a.RenewOf(ctx, p.Key, account.Token{API: api})
	case api != "":
		return a.APITokenOf(ctx, p.Key, api)
	}
	return a.TokenOf(ctx, p.Key)
}

func (c *command) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version",
		RunE: func(*cobra.Command, []string) error {
			c.started = true
			v := program.Version()
			if c.json {
				return c.object(v)
			}
			_, err := fmt.Fprintf(c.stdout, "latchkeyctl %s (%s, %s) %s/%s\n", v.Version, v.Commit, v.Date,
				runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
