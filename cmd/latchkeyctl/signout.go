package main

import (
	"errors"

	"github.com/spf13/cobra"

	"app.latchkey/internal/account"
	"app.latchkey/internal/problem"
)

// signingOut is what the flags of signout say.
type signingOut struct {
	named                   string
	localOnly, browser, all bool
}

func (c *command) signout() *cobra.Command {
	var s signingOut
	cmd := &cobra.Command{
		Use: "signout", Short: "Forget the session here and revoke its tokens at the provider",
		Long: "signout forgets the active account here first, then revokes its tokens at the provider, and says " +
			"what\nended and what did not. What cannot be revoked now, because the network is down, is kept sealed " +
			"and tried again.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case s.localOnly && s.browser:
				return &usageError{errors.New("--local-only and --browser contradict each other")}
			case s.all && s.named != "":
				return &usageError{errors.New("--all and --account contradict each other")}
			}
			if err := c.open(cmd, nil); err != nil {
				return err
			}
			reports, err := c.signOutNow(cmd, s)
			if err != nil {
				return err
			}
			return c.reportSignOuts(reports, s.all)
		},
	}
	cmd.Flags().BoolVar(&s.localOnly, "local-only", false, "only forget the session here; its tokens stay valid at "+
		"the provider")
	cmd.Flags().BoolVar(&s.browser, "browser", false, "end the provider's session in your browser too")
	cmd.Flags().BoolVar(&s.all, "all", false, "sign out all accounts, and forget those whose session has ended")
	cmd.Flags().StringVar(&s.named, "account", "", accountHelp)
	return cmd
}

// signOutNow signs out the chosen accounts, as far as the flags say.
func (c *command) signOutNow(cmd *cobra.Command, s signingOut) ([]account.SignOut, error) {
	scope := account.ScopeTokens
	switch {
	case s.localOnly:
		scope = account.ScopeDevice
	case s.browser:
		scope = account.ScopeBrowser
	}
	if s.all {
		return c.parts.Account.SignOutAll(cmd.Context(), scope)
	}
	chosen, err := c.chosen(s.named)
	if err != nil {
		return nil, err
	}
	report, err := c.parts.Account.SignOut(cmd.Context(), chosen.Key, scope)
	if err != nil || report.Key.IsZero() {
		return nil, err
	}
	return []account.SignOut{report}, nil
}

// signedOut is what --json prints of one sign-out.
type signedOut struct {
	SignedOut bool   `json:"signed_out"`
	Account   string `json:"account,omitempty"`
	Device    string `json:"device"`
	Tokens    string `json:"tokens"`
	Browser   string `json:"browser"`
}

// reportSignOuts says what ended and what did not: one object, or with all a list
// of them.
func (c *command) reportSignOuts(reports []account.SignOut, all bool) error {
	list := []signedOut{}
	for _, r := range reports {
		list = append(list,
			signedOut{true, account.Address(r.Key), "done", string(r.Ending.Tokens), string(r.Ending.Browser)})
	}
	switch {
	case c.json && all:
		return c.object(struct {
			SignedOut []signedOut `json:"signed_out"`
		}{list})
	case c.json && len(list) == 0:
		return c.object(signedOut{false, "", "nobody", "nobody", "nobody"})
	case c.json:
		return c.object(list[0])
	case len(list) == 0:
		c.say("Nobody was signed in.")
	}
	c.saySignOuts(reports, all)
	return nil
}

// saySignOuts says it in words, with names when there may be several.
func (c *command) saySignOuts(reports []account.SignOut, all bool) {
	for _, r := range reports {
		if all {
			c.say("%s: signed out on this computer.", oneLine(r.Name))
		} else {
			c.say("Signed out on this computer.")
		}
		for _, line := range problem.Ending(r.Ending, c.name) {
			c.say("%s", line)
		}
	}
}
