package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"app.latchkey/internal/account"
	"app.latchkey/internal/cleantext"
	"app.latchkey/internal/openid"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/session"
	"app.latchkey/internal/wire"
)

// signingIn is what the flags of signin say.
type signingIn struct {
	named                      string
	noBrowser, device, another bool
	timeout                    time.Duration
}

func (c *command) signin() *cobra.Command {
	var s signingIn
	cmd := &cobra.Command{
		Use: "signin", Short: "Sign in, in your own browser or on another device",
		Long: "signin signs in and adds the account to those that are kept here.\n" +
			"Over ssh use --device; or use --no-browser, and paste the address that your browser ended at.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case cmd.Flags().Changed("timeout") && s.timeout <= 0:
				return &usageError{errors.New("--timeout must be more than zero")}
			case s.another && s.named != "":
				return &usageError{errors.New("--another and --account contradict each other")}
			}
			o := wire.Options{}
			if s.noBrowser {
				o.OpenURL = func(context.Context, string) error { return nil }
			}
			if err := c.start(o); err != nil {
				return err
			}
			if s.timeout == 0 { // as long as the window waits
				s.timeout = c.parts.Settings.Provider.SignInTimeout
			}
			ctx, stop := context.WithTimeout(cmd.Context(), s.timeout)
			defer stop()
			return c.signInNow(ctx, s)
		},
	}
	cmd.Flags().BoolVar(&s.device, "device", false, "sign in on another device, with a code")
	cmd.Flags().BoolVar(&s.noBrowser, "no-browser", false, "do not open a browser, only print the address")
	cmd.Flags().BoolVar(&s.another, "another", false, "let the provider ask which account to use")
	cmd.Flags().StringVar(&s.named, "account", "", "sign in again as this account: its email, name or subject, or "+
		"exactly issuer#subject")
	cmd.Flags().DurationVar(&s.timeout, "timeout", 0,
		"how long to wait for you; the setting signin_timeout when not given")
	return cmd
}

// signInNow signs in and prints who it was.
func (c *command) signInNow(ctx context.Context, s signingIn) error {
	defer c.begin(ctx)()
	if err := c.restore(ctx); err != nil {
		return err
	}
	again, err := c.chosen(s.named)
	if err != nil {
		return err
	}
	told := &teller{c: c, noBrowser: s.noBrowser}
	req := session.SignInRequest{
		Device: s.device, Same: again.Key, LoginHint: again.Profile.Email, Progress: told.progress,
	}
	if s.another {
		req.Prompt = "select_account"
	}
	// A new vault has no passphrase yet, which a sign-in notices before it begins.
	err = c.unlocked(ctx, true, func() error { return c.parts.Account.SignIn(ctx, req) })
	if c.logged = err != nil; c.logged { // by the account
		return err
	}
	if c.parts.Settings.Store == "memory" {
		c.say("Nothing is kept: the store is memory.")
	}
	return c.printProfile(c.parts.Account.Snapshot().Session)
}

// begin asks the provider and proves that the vault can be written while the keychain is asked: none needs the others.
// What fails here is done again by the sign-in, which says why. The returned func ends it.
func (c *command) begin(ctx context.Context) func() {
	ctx, stop := context.WithCancel(ctx)
	var asked sync.WaitGroup
	if client := c.parts.OpenID; client != nil {
		asked.Go(func() { _, _ = client.Discover(ctx) })
	}
	proven := c.parts.Vault.ProveAhead(ctx)
	return func() { stop(); asked.Wait(); proven() }
}

// restore reads the vault. What had to be set aside is said, and is no failure.
func (c *command) restore(ctx context.Context) error {
	if err := c.unlocked(ctx, false, func() error { return c.parts.Account.Restore(ctx) }); err != nil {
		return err
	}
	if notice := c.parts.Account.Snapshot().Notice; notice != nil {
		p := problem.From(notice, c.name)
		c.say("warning: %s %s", p.Message, p.Hint)
	}
	return nil
}

func (c *command) printProfile(p account.Account) error {
	if c.json {
		return c.object(profileOf(p))
	}
	_, err := fmt.Fprintf(c.stdout, "%s\n", who(p))
	if !p.IDTokenVerified {
		c.say("This identity is not verified by an ID token.")
	}
	c.sayRenewal(p)
	return err
}

// sayRenewal says when a session ends, and when it cannot renew itself.
func (c *command) sayRenewal(p account.Account) {
	if words := endWords(p); words != "" {
		c.say("This session ends: %s.", words)
	}
	switch {
	case p.CanRefresh:
	case p.Expiry.IsZero():
		c.say("This session cannot renew itself: %s gave no refresh token. It is good until a server refuses it.",
			c.name)
	default:
		c.say("This session cannot renew itself: %s gave no refresh token. It ends at %s; then sign in again.", c.name,
			p.Expiry.Local().Format("15:04 on 2 January 2006"))
	}
}

// who is a person on one line.
func who(p account.Account) string {
	name := nameOf(p)
	if email := oneLine(p.Profile.Email); email != "" && email != name {
		name += " <" + email + ">"
	}
	return oneLine(name)
}

// teller prints each thing about the wait once.
type teller struct {
	c         *command
	noBrowser bool

	mu           sync.Mutex
	shown, stuck bool
	code         string // of the device grant, as last shown
	strays       int
	again        string // why the person is asked once more, as last said
}

func (t *teller) progress(p session.Progress) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p.Again != t.again {
		t.again, t.shown, t.stuck = p.Again, false, false
		t.c.say("%s", againWords(p.Again, t.c.name))
	}
	if !t.shown && p.URL != "" {
		t.shown = true
		if t.noBrowser {
			t.c.say("Open this address in a browser to sign in:")
		} else {
			t.c.say("Your browser opens for the sign-in. If it does not, open this address:")
		}
		t.c.say("%s", p.URL)
		if t.noBrowser && isTerminal(t.c.stdin) && p.Again == "" {
			t.c.say("If the browser is on another computer it ends at a page that does not open: paste that page's " +
				"address here.")
			go t.c.takePasted()
		}
	}
	if p.Device != nil && p.Device.UserCode != t.code {
		t.code = p.Device.UserCode
		t.c.showDevice(*p.Device)
	}
	if !t.stuck && p.OpenErr != nil {
		t.stuck = true
		words := problem.From(p.OpenErr, t.c.name)
		t.c.say("%s (%v). Open the address above yourself.", words.Title, p.OpenErr)
	}
	if p.Strays > t.strays {
		t.strays = p.Strays
		t.c.say("%s", strayWords(p.StrayErr, t.c.name))
	}
}

// againWords say why the person is asked once more.
func againWords(reason, provider string) string {
	if reason == openid.AgainConsent {
		return "You are asked once more because " + provider +
			" keeps you signed in only after it has asked for your consent. This happens once."
	}
	return "You are asked once more because " + provider + " did not take the first request. This happens once."
}

// strayWords say what came that was not the answer.
func strayWords(err error, provider string) string {
	if err == nil {
		return "An answer came that was not for this sign-in; it was refused, and the wait goes on."
	}
	p := problem.From(err, provider)
	return oneLine(p.Title + ". " + p.Message + " " + p.Hint)
}

// maxLine is the longest text of a stranger's that is printed, in characters.
const maxLine = 4000

// oneLine cleans text from outside, so that the text cannot move the terminal's cursor.
func oneLine(s string) string { return cleantext.Line(s, maxLine) }
