//go:build demo

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/demoidp"
	"app.latchkey/internal/demoidp/cast"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/robot"
	"app.latchkey/internal/session"
	"app.latchkey/internal/wire"
)

// way is one of the ways in, as the scripted browser takes it.
type way struct {
	title string
	walk  robot.Walk
}

// demoAuto signs in end to end without a person, by each way in: the whole product
// but for the window, with its own browser and nothing kept.
func (c *command) demoAuto(ctx context.Context, file string) error {
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	idp, err := c.demoStart(ctx, file)
	if err != nil {
		return err
	}
	defer func() { _ = idp.Close() }()
	c.say("The demo provider is at %s. The store is memory: nothing is kept after this run.", idp.Issuer())
	c.flags["issuer"], c.flags["client_id"], c.flags["store"], c.flags["name"] =
		idp.Issuer(), demoidp.ClientID, "memory", "Demo ID"
	var walk robot.Walk
	scripted := make(chan error, 1)
	open := func(_ context.Context, address string) error {
		err := c.script(ctx, address, walk) // to the last page, which comes after the sign-in
		scripted <- err
		return err
	}
	if err := c.start(wire.Options{OpenURL: open}); err != nil {
		return err
	}
	if err := c.restore(ctx); err != nil {
		return err
	}
	for i, w := range ways(idp.Cast()) {
		c.say("\n%d. %s", i+1, w.title)
		walk = w.walk
		if err := c.parts.Account.SignIn(ctx, session.SignInRequest{}); err != nil {
			return err
		}
		if err := <-scripted; err != nil {
			return err
		}
		if err := c.demoArrived(ctx); err != nil {
			return err
		}
	}
	return nil
}

// demoArrived shows who arrived, has a token made, and signs out.
func (c *command) demoArrived(ctx context.Context) error {
	p := c.parts.Account.Snapshot().Session
	c.say("   Signed in: the ID token is verified and userinfo agrees.")
	if err := c.printDemo(p); err != nil {
		return err
	}
	if _, err := c.parts.Account.Token(ctx); err != nil {
		return err
	}
	c.say("   An access token is at hand until %s; it is never printed here.", p.Expiry.Local().Format(time.TimeOnly))
	report, err := c.parts.Account.SignOut(ctx, session.Key{}, account.ScopeTokens)
	if err != nil {
		return err
	}
	c.say("   Signed out. %s", strings.Join(problem.Ending(report.Ending, c.name), " "))
	return nil
}

// ways are those that the file's people can take.
func ways(people *cast.Cast) []way {
	out := []way{
		{
			"Magic link: somebody new enters an address, opens the mail in the inbox, confirms, and gives a name.",
			robot.MagicLink("visitor@elsewhere.example", "Vera Visitor"),
		},
	}
	if i := slices.IndexFunc(people.People, func(p cast.Person) bool { return p.Social }); i >= 0 {
		p := people.People[i]
		out = append(out, way{"Social login: " + p.Name + " lets the app know who they are.", robot.Social(p.ID)})
	}
	if i := slices.IndexFunc(people.People, func(p cast.Person) bool { return p.Assigned }); i >= 0 {
		p := people.People[i]
		t, _ := people.Tenant(p.Tenant)
		out = append(out,
			way{
				"SSO: the address of " + p.Name + " leads to the directory of " + t.Name +
					", which asks for a password.", robot.SSO(p.Email, p.Password),
			})
	}
	return out
}

func (c *command) printDemo(p account.Account) error {
	if c.json {
		return c.object(profileOf(p))
	}
	rows := [][2]string{
		{"name", p.Profile.Name}, {"email", p.Profile.Email}, {"picture", p.Profile.Picture},
		{"tenant", claim(p, "dct")}, {"roles", claim(p, "roles")}, {"sub", p.Key.Subject},
	}
	var out strings.Builder
	for _, row := range rows {
		if row[1] != "" {
			fmt.Fprintf(&out, "      %-8s %s\n", row[0], row[1])
		}
	}
	_, err := fmt.Fprint(c.stdout, out.String())
	return err
}

// claim is a text of the profile, or a list of them.
func claim(p account.Account, name string) string {
	var one string
	var many []string
	if json.Unmarshal(p.Profile.Claims[name], &one) == nil {
		return one
	}
	_ = json.Unmarshal(p.Profile.Claims[name], &many)
	return strings.Join(many, ", ")
}

var errNotBack = errors.New("the scripted browser did not come back to the app")

// script is the browser of demoAuto.
func (c *command) script(ctx context.Context, address string, walk robot.Walk) error {
	b := robot.New(nil)
	page, err := b.Visit(ctx, address)
	if err != nil {
		return err
	}
	c.say("   A scripted browser is at “%s”.", page.Title)
	done, err := walk(ctx, b, page)
	if err != nil {
		return err
	}
	c.say("   It came back to “%s”.", done.Title)
	if !strings.Contains(done.Title, "signed in") {
		return fmt.Errorf("%w: it is at %q", errNotBack, done.Title)
	}
	return nil
}
