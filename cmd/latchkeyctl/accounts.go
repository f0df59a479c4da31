package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"app.latchkey/internal/account"
	"app.latchkey/internal/wire"
)

const accountHelp = "which account: its email, name or subject, or exactly issuer#subject"

func (c *command) accounts() *cobra.Command {
	cmd := &cobra.Command{
		Use: "accounts", Short: "List the accounts that are kept here",
		Long: "accounts lists the accounts that are kept here, the active one first, without using the network.\n" +
			"An account whose session has ended stays until you sign in to it again or remove it.",
		PreRunE: c.open,
		RunE:    func(*cobra.Command, []string) error { return c.listAccounts() },
	}
	cmd.AddCommand(c.accountChange("switch", "Make another account the active one",
		func(cmd *cobra.Command, p account.Account) error {
			if err := c.parts.Account.Switch(cmd.Context(), p.Key); err != nil {
				return err
			}
			return c.printProfile(c.parts.Account.Snapshot().Session)
		}))
	cmd.AddCommand(c.accountChange("remove", "Remove an account whose session has ended",
		func(cmd *cobra.Command, p account.Account) error {
			if err := c.parts.Account.Remove(cmd.Context(), p.Key); err != nil {
				return err
			}
			c.say("%s is no longer kept here.", nameOf(p))
			return c.listAccounts()
		}))
	return cmd
}

// accountChange is a command that does something with one account.
func (c *command) accountChange(name, short string, do func(*cobra.Command, account.Account) error) *cobra.Command {
	return &cobra.Command{
		Use: name + " ACCOUNT", Short: short, Long: short + ".\nACCOUNT is its email, name or subject, or exactly " +
			"issuer#subject.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return &usageError{fmt.Errorf("the command accounts %s takes one account, such as ada@acme.example",
					name)}
			}
			return nil
		},
		PreRunE: c.open,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := c.parts.Account.Snapshot().Find(args[0])
			if err != nil {
				return err
			}
			return do(cmd, p)
		},
	}
}

// open makes the parts and reads the vault. It is what a command that needs both runs first.
func (c *command) open(cmd *cobra.Command, _ []string) error {
	if err := c.start(wire.Options{}); err != nil {
		return err
	}
	return c.restore(cmd.Context())
}

// chosen returns the account that --account names; zero when it names none.
func (c *command) chosen(who string) (account.Account, error) {
	if who == "" {
		return account.Account{}, nil
	}
	return c.parts.Account.Snapshot().Find(who)
}

// listAccounts prints the accounts, one a line or as one JSON object.
func (c *command) listAccounts() error {
	s := c.parts.Account.Snapshot()
	if c.json {
		type listed struct {
			profile
			Account string `json:"account"` // as --account takes it
			Active  bool   `json:"active"`
			Ended   string `json:"ended"` // why its session ended; "" while it lives
		}
		out := struct {
			Accounts []listed `json:"accounts"`
		}{[]listed{}}
		for _, p := range s.Accounts {
			out.Accounts = append(out.Accounts,
				listed{profileOf(p), account.Address(p.Key), p.Key == s.Session.Key, string(p.Ended)})
		}
		return c.object(out)
	}
	var lines [][]string
	for _, p := range s.Accounts {
		line := []string{"", who(p), account.Address(p.Key)}
		if p.Key == s.Session.Key {
			line[0] = "*"
		}
		if p.Ended != "" {
			line = append(line, "(ended: sign in again)")
		} else if p.PersonNeeded {
			line = append(line, "(the provider wants to ask something: sign in again)")
		}
		lines = append(lines, line)
	}
	if len(s.Accounts) == 0 {
		c.say("No account is kept here.")
	}
	return c.rows(lines)
}
