package signin_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"app.latchkey/signin"
	"app.latchkey/signin/signintest"
)

// A program's whole life over the public package: nobody, a sign-in, a request to an API, a sign-out.
func TestSignInCallAnAPIAndSignOut(t *testing.T) {
	p := signintest.NewProvider(t)
	client := p.Open(t)
	ctx := t.Context()
	if _, err := client.Account(ctx); !errors.Is(err, signin.ErrSignedOut) || errors.Is(err, signin.ErrSessionEnded) {
		t.Fatalf("nobody is signed in, and the error is %v", err)
	}
	account, err := client.SignIn(ctx, signin.Hint("ada@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	if account.Name != "Ada" || account.Email != "ada@example.com" || !account.EmailVerified || !account.Verified ||
		!account.Renewable || !account.Active {
		t.Errorf("signed in as %+v", account)
	}
	if account.ID != p.Issuer+"#ada" || account.Issuer != p.Issuer || account.Subject != "ada" {
		t.Errorf("the account is %s, %s, %s", account.ID, account.Issuer, account.Subject)
	}
	api := p.API(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := p.Person(r)
		_, _ = io.WriteString(w, "orders of "+who.Name)
	}))
	if got := get(t, client.HTTPClient(api.URL), api.URL+"/orders"); got != "orders of Ada" {
		t.Errorf("the API said %q", got)
	}
	report, err := client.SignOut(ctx, signin.Revoke)
	if err != nil || report.Account != account.ID || report.Name != "Ada" || report.Tokens != signin.Done ||
		len(report.Lines) == 0 {
		t.Errorf("%+v, %v", report, err)
	}
	if _, err := client.Token(ctx); !errors.Is(err, signin.ErrSignedOut) {
		t.Errorf("after the sign-out a token is refused with %v", err)
	}
	if again, err := client.SignOut(ctx, signin.Revoke); err != nil || again.Account != "" {
		t.Errorf("a second sign-out says %+v, %v", again, err)
	}
}

func TestARefusedTokenIsRenewedByTheHTTPClient(t *testing.T) {
	p := signintest.NewProvider(t)
	client := p.Client(t)
	api := p.API(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "fine") }))
	p.ExpireTokens()
	if got := get(t, client.HTTPClient(api.URL), api.URL); got != "fine" {
		t.Errorf("the API said %q", got)
	}
	before, err := client.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	after, err := client.Renew(t.Context(), before)
	if err != nil || after.Value.Reveal() == before.Value.Reveal() || after.Type != "Bearer" {
		t.Errorf("renewed to the same token, or %v", err)
	}
}

func TestAnExpiredTokenIsRenewedAndAnEndedSessionIsTold(t *testing.T) {
	p := signintest.NewProvider(t)
	client := p.Client(t)
	first, err := client.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Advance(time.Hour)
	second, err := client.Token(t.Context())
	if err != nil || second.Value.Reveal() == first.Value.Reveal() || !second.Expiry.After(p.Now()) {
		t.Fatalf("the second token is %v, %v", second, err)
	}
	p.SetLifetime(time.Minute)
	p.Advance(time.Hour)
	if third, err := client.Token(t.Context()); err != nil || third.Expiry.After(p.Now().Add(time.Minute)) {
		t.Errorf("a token of one minute: %v, %v", third, err)
	}
	p.EndSessions()
	p.Advance(time.Hour)
	_, err = client.Token(t.Context())
	if !errors.Is(err, signin.ErrSessionEnded) || !errors.Is(err, signin.ErrSignedOut) {
		t.Fatalf("the session has ended, and the error is %v", err)
	}
	if _, err := client.Account(t.Context()); !errors.Is(err, signin.ErrSessionEnded) {
		t.Errorf("the account says %v", err)
	}
	list, err := client.Accounts(t.Context())
	if err != nil || len(list) != 1 || !list[0].Ended || list[0].Active {
		t.Fatalf("the accounts are %+v, %v", list, err)
	}
	back, err := client.SignIn(t.Context(), signin.As(list[0].ID))
	if err != nil || back.ID != list[0].ID || back.Ended {
		t.Errorf("signed in again as %+v, %v", back, err)
	}
}

func TestAnOutageSignsNobodyOut(t *testing.T) {
	p := signintest.NewProvider(t)
	client := p.Client(t)
	p.SetOutage(true)
	p.Advance(time.Hour)
	if _, err := client.Token(t.Context()); !errors.Is(err, signin.ErrOffline) {
		t.Errorf("an outage says %v", err)
	}
	if account, err := client.Account(t.Context()); err != nil || account.Name != "Ada" {
		t.Errorf("the account is %+v, %v", account, err)
	}
	p.SetOutage(false)
	if _, err := client.Token(t.Context()); err != nil {
		t.Errorf("after the outage: %v", err)
	}
}

func TestSeveralAccounts(t *testing.T) {
	p := signintest.NewProvider(t)
	client := p.Client(t)
	p.SignInAs(signintest.Person{Subject: "grace", Name: "Grace"})
	grace, err := client.SignIn(t.Context(), signin.Another())
	if err != nil || grace.Name != "Grace" || !grace.Active {
		t.Fatalf("%+v, %v", grace, err)
	}
	list, err := client.Accounts(t.Context())
	if err != nil || len(list) != 2 || list[0].ID != grace.ID || list[1].Name != "Ada" || list[1].Active {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := client.Use(t.Context(), list[1].ID); err != nil {
		t.Fatal(err)
	}
	if active, err := client.Account(t.Context()); err != nil || active.Name != "Ada" {
		t.Errorf("%+v, %v", active, err)
	}
	if err := client.Remove(t.Context(), grace.ID); err != nil {
		t.Fatal(err)
	}
	if err := client.Use(t.Context(), grace.ID); !errors.Is(err, signin.ErrNoAccount) {
		t.Errorf("a removed account says %v", err)
	}
	if _, err := client.SignIn(t.Context(), signin.As(list[1].ID)); !errors.Is(err, signin.ErrUnverified) {
		t.Errorf("Grace came back instead of Ada, and the error is %v", err)
	}
}

func TestASignInOnAnotherDevice(t *testing.T) {
	p := signintest.NewProvider(t)
	account, err := p.Open(t).SignIn(t.Context(), signin.OnAnotherDevice())
	if err != nil || account.Name != "Ada" {
		t.Errorf("%+v, %v", account, err)
	}
	without := p.Config()
	without.Device = nil
	client := open(t, p, without)
	if _, err := client.SignIn(t.Context(), signin.OnAnotherDevice()); !errors.Is(err, signin.ErrConfig) {
		t.Errorf("without a presenter the error is %v", err)
	}
	mine := errors.New("no printer")
	failing := p.Config()
	failing.Device = func(context.Context, signin.DeviceCode) error { return mine }
	if _, err := open(t, p, failing).SignIn(t.Context(), signin.OnAnotherDevice()); !errors.Is(err, mine) ||
		!errors.Is(err, signin.ErrCancelled) {
		t.Errorf("a presenter that fails gives %v", err)
	}
}

func TestASignInEndsWithItsContextItsCancelAndItsBrowser(t *testing.T) {
	p := signintest.NewProvider(t)
	opened := make(chan struct{}, 1)
	config := p.Config()
	config.Browser = func(context.Context, string) error { opened <- struct{}{}; return nil }
	client := open(t, p, config)

	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-opened; cancel() }()
	if _, err := client.SignIn(ctx); !errors.Is(err, context.Canceled) || !errors.Is(err, signin.ErrCancelled) {
		t.Errorf("an ended context gives %v", err)
	}
	go func() { <-opened; client.Cancel() }()
	if _, err := client.SignIn(t.Context()); !errors.Is(err, signin.ErrCancelled) {
		t.Errorf("Cancel gives %v", err)
	}
	go func() { <-opened; _ = client.Close() }()
	if _, err := client.SignIn(t.Context()); !errors.Is(err, signin.ErrClosed) {
		t.Errorf("Close gives %v", err)
	}
	if _, err := client.Account(t.Context()); !errors.Is(err, signin.ErrClosed) {
		t.Errorf("after Close the account gives %v", err)
	}
	if _, err := client.HTTPClient("https://api.example.com").Get("https://api.example.com"); !errors.Is(err,
		signin.ErrClosed) {
		t.Errorf("after Close a request gives %v", err)
	}

	mine := errors.New("there is no browser in this container")
	config.Browser = func(context.Context, string) error { return mine }
	if _, err := open(t, p, config).SignIn(t.Context()); !errors.Is(err, mine) || !errors.Is(err, signin.ErrBrowser) {
		t.Errorf("a browser that fails gives %v", err)
	}
}

func TestARefusalIsTold(t *testing.T) {
	p := signintest.NewProvider(t)
	client := p.Open(t)
	p.RefuseSignIns("access_denied")
	_, err := client.SignIn(t.Context())
	var told *signin.Error
	if !errors.Is(err, signin.ErrRefused) || !errors.As(err, &told) || told.Code != "declined" || told.Title == "" ||
		told.Hint == "" {
		t.Errorf("%#v", err)
	}
	p.RefuseSignIns("")
	if _, err := client.SignIn(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAStrongerSignInIsDemandedOfTheSamePerson(t *testing.T) {
	p := signintest.NewProvider(t)
	client := p.Client(t)
	before, _ := client.Account(t.Context())
	p.Advance(time.Minute)
	after, err := client.Reauthenticate(t.Context())
	if err != nil || !after.SignedInAt.After(before.SignedInAt) {
		t.Errorf("%v after %v, %v", after.SignedInAt, before.SignedInAt, err)
	}
	if _, err := client.Reauthenticate(t.Context(), signin.MaxAge(time.Hour)); err != nil {
		t.Errorf("a sign-in of this hour: %v", err)
	}
	if _, err := client.Reauthenticate(t.Context(), signin.ACR("urn:example:mfa")); !errors.Is(err,
		signin.ErrUnverified) {
		t.Errorf("a sign-in without the demanded class gives %v", err)
	}
	if account, err := client.Account(t.Context()); err != nil || account.Name != "Ada" {
		t.Errorf("the session at hand did not go on: %+v, %v", account, err)
	}
}

// What a sign-in asks for stands in the authorization request.
func TestWhatASignInAsksFor(t *testing.T) {
	p := signintest.NewProvider(t)
	config := p.Config()
	config.Provider = config.Provider.With("organization_param", "tenant")
	config.Scopes = []string{"openid", "orders"}
	var asked url.Values
	config.Browser = func(ctx context.Context, address string) error {
		u, err := url.Parse(address)
		asked = u.Query()
		return errors.Join(err, signintest.Browse(ctx, address))
	}
	client := open(t, p, config)
	if _, err := client.SignIn(t.Context(), signin.Hint("ada@example.com"), signin.Organization("acme"),
		signin.MaxAge(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"login_hint": "ada@example.com", "tenant": "acme", "max_age": "3600", "scope": "openid orders offline_access",
		"code_challenge_method": "S256",
	} {
		if got := asked.Get(name); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
}

func TestATokenGoesToTheNamedOriginsAlone(t *testing.T) {
	p := signintest.NewProvider(t)
	client := p.Client(t)
	for _, origin := range []string{
		"", "api.example.com", "http://api.example.com", "https://api.example.com/path", "https://u:p@api.example.com",
		"file:///etc",
	} {
		if _, err := client.HTTPClient(origin).Get("https://api.example.com"); !errors.Is(err, signin.ErrOrigin) {
			t.Errorf("%q is taken as an origin: %v", origin, err)
		}
	}
	if _, err := client.HTTPClient().Get("https://api.example.com"); !errors.Is(err, signin.ErrOrigin) {
		t.Errorf("no origin at all gives %v", err)
	}
}

func TestATokenSourceIsTheEcosystemsOwn(t *testing.T) {
	p := signintest.NewProvider(t)
	client := p.Client(t)
	token, err := client.TokenSource(t.Context()).Token()
	if err != nil || !token.Valid() || token.TokenType != "Bearer" || token.RefreshToken != "" {
		t.Errorf("%v, %v", token, err)
	}
	if _, err := p.Open(t).TokenSource(t.Context()).Token(); !errors.Is(err, signin.ErrSignedOut) {
		t.Errorf("with nobody signed in: %v", err)
	}
}

func open(t *testing.T, p *signintest.Provider, c signin.Config) *signin.Client {
	t.Helper()
	client, err := signin.Open(p.Context(t.Context()), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func get(t *testing.T, client *http.Client, address string) string {
	t.Helper()
	res, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
