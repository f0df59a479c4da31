package main

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"app.latchkey/internal/account"
	"app.latchkey/internal/claims"
	"app.latchkey/internal/session"
)

func (c *command) status() *cobra.Command {
	var named string
	cmd := &cobra.Command{
		Use: "status", Short: "Show who is signed in, without using the network",
		Long: "status shows what the window's profile shows: who is signed in, with which provider, since when, and\n" +
			"until when. It uses no network. The window's details show every claim of the provider.",
		PreRunE: c.open,
		RunE: func(*cobra.Command, []string) error {
			p, err := c.chosen(named)
			s := c.parts.Account.Snapshot()
			if named == "" {
				p = s.Session
			}
			switch {
			case err != nil:
				return err
			case p.Ended != "":
				return &account.EndedError{Why: p.Ended}
			case p.Key.IsZero() && s.Ended != nil:
				return &account.EndedError{Why: s.Ended.Ended}
			case p.Key.IsZero():
				return account.ErrNobody
			case p.PersonNeeded:
				return session.ErrPersonNeeded
			case c.json:
				return c.object(profileOf(p))
			}
			return c.printStatus(p)
		},
	}
	cmd.Flags().StringVar(&named, "account", "", accountHelp)
	return cmd
}

// printStatus prints who it is, and below it what the profile of the window shows.
func (c *command) printStatus(p account.Account) error {
	if _, err := fmt.Fprintln(c.stdout, paint(c.stdout, colourStrong, who(p))); err != nil {
		return err
	}
	says := personOf(p)
	provider := providerOf(p)
	var lines [][]string
	add := func(label, text string) {
		if text != "" {
			lines = append(lines, []string{label, text})
		}
	}
	switch {
	case p.Profile.Email == "":
	case p.Profile.EmailVerified:
		add("Email", "verified by "+provider)
	default:
		add("Email", "not verified by "+provider)
	}
	add("Organization", says.Organization)
	add("Roles", strings.Join(says.Roles, ", "))
	add("Provider", provider)
	add("Signed in", strings.Trim(localTime(p.SignedInAt)+" "+says.How, " "))
	add("Session", c.sessionWords(p))
	add("Ends", endWords(p))
	add("Tied to", claims.BoundTo(p.Binding.Key, p.Binding.Hardware, p.Binding.Access))
	if !p.IDTokenVerified {
		add("Identity", "not verified by an ID token")
	}
	return c.rows(lines)
}

// sessionWords say how long a session lasts.
func (c *command) sessionWords(p account.Account) string {
	settings := c.parts.Settings.Provider
	switch {
	case p.ClientID != "" && p.ClientID != settings.ClientID,
		settings.Issuer != "" && p.Key.Issuer != settings.Issuer:
		return "cannot renew itself: the settings name another provider or client now"
	case p.CanRefresh:
		return "active, renews automatically"
	case p.Expiry.IsZero():
		return "active, cannot renew itself"
	}
	return "active until " + localTime(p.Expiry) + ", cannot renew itself"
}

// endWords say when a session ends; "" when nothing limits it.
func endWords(p account.Account) string {
	idle := ""
	if p.Idle > 0 {
		idle = "after " + p.Idle.String() + " without use"
	}
	if p.Ends.IsZero() {
		return idle
	}
	return strings.TrimSuffix(localTime(p.Ends)+", or "+idle, ", or ")
}

// personOf is what the claims say for a profile.
func personOf(p account.Account) claims.Person {
	var once *claims.Memo
	return once.Person(p.Profile.Claims, p.AMR)
}

// providerOf is the name of the provider that an account is of, or its host.
func providerOf(p account.Account) string {
	host := p.Key.Issuer
	if u, err := url.Parse(host); err == nil && u.Host != "" {
		host = u.Host
	}
	return cmp.Or(p.Provider, host)
}

// localTime is a time as a person reads it; "" when it is not known.
func localTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2 January 2006, 15:04")
}
