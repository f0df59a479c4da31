package demoidp_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/demoidp"
	"app.latchkey/internal/loopback"
	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/robot"
	"app.latchkey/internal/session"
)

// logout adapts loopback's page to openid's interface, as the programs do. open stands for the browser.
type logout struct {
	*loopback.Form
	open func(context.Context, string) error
	sent chan struct{} // closed when the request has left
}

// Send implements openid.LogoutForm.
func (l logout) Send(ctx context.Context, action string, fields url.Values) error {
	defer close(l.sent)
	if err := l.open(ctx, l.Post(action, fields)); err != nil {
		return err
	}
	return l.Wait(ctx)
}

// signOut ends the browser's session as the app does. press tells whether the person confirms on the page that asks.
func (a *app) signOut(s session.Session, press bool) (session.EndingOutcome, *robot.Page) {
	a.t.Helper()
	asked, sent := make(chan *robot.Page, 1), make(chan struct{})
	ctx, stop := context.WithTimeout(a.t.Context(), time.Minute)
	defer stop()
	open := func(ctx context.Context, address string) error {
		go func() { // the browser goes on by itself
			page, err := a.browser.Visit(context.WithoutCancel(ctx), address)
			if err == nil {
				page, err = a.browser.Submit(context.WithoutCancel(ctx), page.Forms[0], nil)
			}
			if err == nil && press && len(page.Forms) > 0 {
				says(a.t, page, "Sign out in this browser?")
				page, err = a.browser.Submit(context.WithoutCancel(ctx), page.Forms[0], nil)
			}
			if err != nil {
				a.t.Error(err)
			}
			asked <- page
			if <-sent; !press {
				stop() // nobody comes back
			}
		}()
		return nil
	}
	c, err := openid.New(provider.Provider{
		Issuer: a.idp.Issuer(), ClientID: demoidp.ClientID, LogoutRedirectPath: demoidp.SignedOutPath,
	}, openid.Options{
		NewLogoutForm: func(ctx context.Context, s openid.LogoutSpec) (openid.LogoutForm, error) {
			f, err := loopback.ServeForm(ctx,
				loopback.FormConfig{App: "Test", Host: s.Host, Ports: s.Ports, Landing: s.Path, State: s.State})
			return logout{f, open, sent}, err
		},
		OpenURL: open,
	})
	if err != nil {
		a.t.Fatal(err)
	}
	defer c.Close()
	outcome, err := c.EndSession(ctx, s)
	if err != nil {
		a.t.Error(err)
	}
	return outcome, <-asked
}

// The page asks before it ends the browser's session; then the session ends and the browser goes back to the app.
func TestASignOutIsConfirmedAndComesBack(t *testing.T) {
	a := newApp(t, start(t, demoidp.Config{}))
	s, err := a.signIn(robot.SSO("ada@acme.example", "analytical-engine"), session.SignInRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if outcome, page := a.signOut(s, false); outcome != session.EndingSent {
		t.Errorf("nobody confirmed: %v at %q", outcome, page.Title)
	}
	if _, err := a.signIn(nowhere, session.SignInRequest{Prompt: "none"}); err != nil {
		t.Errorf("the session ended unasked: %v", err)
	}
	outcome, page := a.signOut(s, true)
	if outcome != session.EndingDone || strings.HasPrefix(page.URL.String(), a.idp.Issuer()) {
		t.Errorf("%v at %s", outcome, page.URL)
	}
	if _, err := a.signIn(nowhere, session.SignInRequest{Prompt: "none"}); !errors.Is(err, openid.ErrInteraction) {
		t.Errorf("after the sign-out: %v", err)
	}
	// The directory's own session goes on, so the directory asks for no password.
	next, err := a.signIn(robot.SSO("ada@acme.example", "wrong"), session.SignInRequest{})
	if err != nil || next.AuthTime.After(time.Now()) || next.AuthTime.Sub(s.AuthTime).Abs() > time.Second {
		t.Errorf("%v, proven at %v and %v", err, s.AuthTime, next.AuthTime)
	}
}

// A request for a new sign-in makes the directory ask for the password too.
func TestAStepUpReachesTheDirectory(t *testing.T) {
	a := newApp(t, start(t, demoidp.Config{}))
	way := robot.SSO("ada@acme.example", "analytical-engine")
	if _, err := a.signIn(way, session.SignInRequest{}); err != nil {
		t.Fatal(err)
	}
	asked := false
	again := func(ctx context.Context, b *robot.Browser, page *robot.Page) (*robot.Page, error) {
		page, err := b.Submit(ctx, page.Forms[0], url.Values{"email": {"ada@acme.example"}, "way": {"sso"}})
		if err != nil {
			return nil, err
		}
		asked = page.Forms != nil && page.Forms[0].Fields.Has("password")
		return b.Submit(ctx, page.Forms[0], url.Values{"name": {"ada"}, "password": {"analytical-engine"}})
	}
	if _, err := a.signIn(again, session.SignInRequest{Prompt: "login"}); err != nil || !asked {
		t.Errorf("%v, asked %v", err, asked)
	}
}

// nowhere does nothing: it is the walk of a browser that is shown no page.
func nowhere(_ context.Context, _ *robot.Browser, page *robot.Page) (*robot.Page, error) {
	return page, nil
}
