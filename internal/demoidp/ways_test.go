package demoidp_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"slices"
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

// app is the product's client with its redirect receiver, and a scripted browser that does what a person would do.
type app struct {
	t       *testing.T
	idp     *demoidp.Provider
	client  *openid.Client
	browser *robot.Browser
	walk    robot.Walk
	ended   chan end
}

// end is the page on which the browser ended, or why it did not get there.
type end struct {
	page *robot.Page
	err  error
}

type receiver struct{ *loopback.Receiver }

// Finish adapts loopback to openid's interface.
func (r receiver) Finish(ctx context.Context, ok bool, title, text string) {
	r.Receiver.Finish(ctx, loopback.Outcome{OK: ok, Title: title, Text: text})
}

func start(t *testing.T, c demoidp.Config) *demoidp.Provider {
	t.Helper()
	if c.Addr == "" {
		c.Addr = "127.0.0.1:0"
	}
	if c.Dir == "" {
		c.Dir = t.TempDir()
	}
	idp, err := demoidp.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = idp.Close() })
	return idp
}

func newApp(t *testing.T, idp *demoidp.Provider) *app {
	t.Helper()
	a := &app{t: t, idp: idp, browser: robot.New(nil), ended: make(chan end, 1)}
	conf := provider.Provider{Issuer: idp.Issuer(), ClientID: demoidp.ClientID, OrganizationParam: "tenant"}
	c, err := openid.New(conf, openid.Options{
		OpenURL: func(_ context.Context, address string) error {
			ctx, stop := context.WithTimeout(context.Background(), time.Minute)
			defer stop()
			page, err := a.browser.Visit(ctx, address)
			if err == nil {
				page, err = a.walk(ctx, a.browser, page)
			}
			a.ended <- end{page, err}
			return nil
		},
		Listen: func(ctx context.Context, s openid.ListenSpec) (openid.Receiver, error) {
			r, err := loopback.Listen(ctx,
				loopback.Config{
					State: s.State, App: "Test", OnStray: func(l loopback.Stray) { s.OnStray(openid.Stray(l)) },
				})
			return receiver{r}, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	a.client = c
	t.Cleanup(c.Close)
	return a
}

// signIn signs in by a walk.
func (a *app) signIn(walk robot.Walk, req session.SignInRequest) (session.Session, error) {
	a.t.Helper()
	a.walk = walk
	ctx, stop := context.WithTimeout(a.t.Context(), time.Minute)
	defer stop()
	s, err := a.client.SignIn(ctx, req)
	if e := <-a.ended; e.err != nil {
		a.t.Fatalf("the browser: %v", e.err)
	}
	return s, err
}

// stays begins a sign-in whose walk ends at a page of the demo, cancels the sign-in and returns that page.
func (a *app) stays(walk robot.Walk) *robot.Page {
	a.t.Helper()
	a.walk = walk
	ctx, stop := context.WithTimeout(a.t.Context(), time.Minute)
	defer stop()
	done := make(chan error, 1)
	go func() {
		_, err := a.client.SignIn(ctx, session.SignInRequest{})
		done <- err
	}()
	e := <-a.ended
	stop()
	if err := <-done; err == nil {
		a.t.Fatal("somebody was signed in")
	}
	if e.err != nil {
		a.t.Fatalf("the browser: %v", e.err)
	}
	return e.page
}

// says fails the test when a page lacks one of the words.
func says(t *testing.T, p *robot.Page, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(p.Text+" "+p.Title, w) {
			t.Errorf("%q does not say %q:\n%s", p.Title, w, p.Text)
		}
	}
}

func TestTheThreeWaysIn(t *testing.T) {
	for name, way := range map[string]struct {
		walk    robot.Walk
		subject string
		amr     []string
		tenant  string
		roles   string
	}{
		"one click":           {robot.Quick("ada"), "ada", []string{"social"}, "acme", `["Engineer","Admin"]`},
		"social with consent": {robot.Social("hedy"), "hedy", []string{"social"}, "", ""},
		"magic link": {
			robot.MagicLink("Ada@ACME.example", ""), "ada", []string{"email"}, "acme", `["Engineer","Admin"]`,
		},
		"SSO": {
			robot.SSO("grace@acme.example", "nanosecond"), "grace", []string{"sso"}, "acme", `["Admiral"]`,
		},
		"SSO elsewhere": {
			robot.SSO("katherine@globex.example", "trajectory"), "katherine", []string{"sso"}, "globex",
			`["Navigator"]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := newApp(t, start(t, demoidp.Config{})).signIn(way.walk, session.SignInRequest{})
			if err != nil {
				t.Fatal(err)
			}
			var dct string
			_ = json.Unmarshal(s.Profile.Claims["dct"], &dct)
			if s.Key.Subject != way.subject || !slices.Equal(s.AMR, way.amr) || dct != way.tenant ||
				string(s.Profile.Claims["roles"]) != way.roles {
				t.Errorf("%s by %v at %s as %s", s.Key.Subject, s.AMR, dct, s.Profile.Claims["roles"])
			}
			if way.tenant != "" && !strings.Contains(string(s.Profile.Claims["tenants"]), `"`+way.tenant+`":{"name":`) {
				t.Errorf("tenants: %s", s.Profile.Claims["tenants"])
			}
		})
	}
}

// A new person is asked for a name, once, and is still known after a restart.
func TestANewcomerIsAskedForAName(t *testing.T) {
	dir := t.TempDir()
	a := newApp(t, start(t, demoidp.Config{Dir: dir}))
	p := a.stays(robot.MagicLink("sam@elsewhere.example", "\x00")) // in the file, but nobody has proven the address
	says(t, p, "What is your name?", "Enter the name that others will see")
	s, err := a.signIn(robot.MagicLink("sam@elsewhere.example", "  Sam  <b>Twice</b> "), session.SignInRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Profile.Name != "Sam <b>Twice</b>" || !s.Profile.EmailVerified || s.Key.Subject == "new" ||
		s.Profile.Claims["dct"] != nil {
		t.Errorf("%+v", s.Profile)
	}
	if err := a.idp.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := newApp(t, start(t, demoidp.Config{Dir: dir})).signIn(robot.MagicLink("sam@elsewhere.example", ""),
		session.SignInRequest{})
	if err != nil || again.Key.Subject != s.Key.Subject {
		t.Errorf("%s, %v; before %s", again.Key.Subject, err, s.Key.Subject)
	}
}

func TestRefusalsHavePages(t *testing.T) {
	a := newApp(t, start(t, demoidp.Config{}))
	says(t, a.stays(robot.SSO("ada@nowhere.example", "")), "No company is known for nowhere.example",
		"Acme Corp (acme.example)")
	says(t, a.stays(robot.SSO("ada@acme.example", "wrong")), "The name or the password is wrong")
	// Katherine is a member of another company.
	says(t, a.stays(robot.SSO("katherine@acme.example", "trajectory")), "The name or the password is wrong")
	says(t, a.stays(robot.SSO("edgar@acme.example", "third-normal-form")), "Acme Corp did not let you in",
		"User is not assigned to the client application.")
	says(t, a.stays(robot.Social("")), "You cancelled at Plaza", "Email me a link")
	says(t, a.stays(robot.MagicLink("no address", "")), "Enter an email address")
	says(t, a.stays(func(ctx context.Context, b *robot.Browser, page *robot.Page) (*robot.Page, error) {
		page, err := b.Submit(ctx, page.Forms[0], url.Values{"email": {"ada@acme.example"}, "way": {"sso"}})
		if err != nil {
			return nil, err
		}
		return robot.Cancel()(ctx, b, page)
	}), "You cancelled at Acme Corp", "Email me a link")
}

// The app is told the directory's reason when the person goes back to the app.
func TestTheAppIsToldWhy(t *testing.T) {
	a := newApp(t, start(t, demoidp.Config{}))
	notAssigned := func(ctx context.Context, b *robot.Browser, page *robot.Page) (*robot.Page, error) {
		page, err := robot.SSO("edgar@acme.example", "third-normal-form")(ctx, b, page)
		if err != nil {
			return nil, err
		}
		return robot.Cancel()(ctx, b, page)
	}
	var answer *openid.AnswerError
	if _, err := a.signIn(notAssigned, session.SignInRequest{}); !errors.Is(err, openid.ErrAccessDenied) ||
		!errors.As(err, &answer) || !strings.Contains(answer.Description, "Acme Corp: User is not assigned") {
		t.Errorf("%v", err)
	}
	if _, err := a.signIn(robot.Cancel(), session.SignInRequest{}); !errors.Is(err, openid.ErrAccessDenied) {
		t.Errorf("cancelled: %v", err)
	}
}

// A tenant that the app names leads to its directory without a question.
func TestAnOrganizationLeadsToItsDirectory(t *testing.T) {
	a := newApp(t, start(t, demoidp.Config{}))
	walk := func(ctx context.Context, b *robot.Browser, page *robot.Page) (*robot.Page, error) {
		says(t, page, "Sign in at Globex")
		return b.Submit(ctx, page.Forms[0], url.Values{"name": {"katherine"}, "password": {"trajectory"}})
	}
	s, err := a.signIn(walk, session.SignInRequest{Organization: "globex"})
	if err != nil || s.Key.Subject != "katherine" {
		t.Errorf("%v %v", s.Key, err)
	}
	// An unknown tenant leaves all three ways.
	other := newApp(t, a.idp)
	if s, err = other.signIn(robot.Quick("ada"), session.SignInRequest{Organization: "nobody"}); err != nil ||
		s.Key.Subject != "ada" {
		t.Errorf("%v %v", s.Key, err)
	}
}

func TestABadFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "demo.toml")
	if err := os.WriteFile(path, []byte("[[people]]\nid = \"ada\"\nnme = \"Ada\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := demoidp.Start(t.Context(), demoidp.Config{Dir: t.TempDir(), Addr: "127.0.0.1:0", File: path}); err ==
		nil || !strings.Contains(err.Error(), path+":3: people.nme: unknown") {
		t.Errorf("%v", err)
	}
	if _, err := demoidp.Start(t.Context(),
		demoidp.Config{Dir: t.TempDir(), Addr: "127.0.0.1:0", File: path + "x"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}
