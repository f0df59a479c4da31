// Package signintest lets a program test its use of package signin without a browser, an account or a network: with an
// OpenID Connect provider on loopback, and with clients that are signed in already.
//
// The provider is a real one, over HTTP, and the client that a test gets is the same that the program ships; only the
// person at the browser is played. Sessions stay in memory, and everything ends with the test.
//
//	provider := signintest.NewProvider(t)
//	client := provider.Client(t) // Ada is signed in
//	api := provider.API(t, http.HandlerFunc(…)) // refuses requests without a valid access token
//
//	provider.Advance(time.Hour)  // tokens expire
//	provider.SetOutage(true)     // the provider is down
//	provider.EndSessions()       // the administrator has ended every session
//
// Only tests use the package. What the provider checks of a request beyond PKCE it does not check: it is no measure
// of how a real provider judges a program's settings.
package signintest

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"app.latchkey/internal/clock"
	"app.latchkey/signin"
	"app.latchkey/test/idp"
)

// Person is who signs in.
type Person struct {
	Subject string // sub; never empty
	Name    string
	Email   string
	Claims  map[string]any // further claims of the ID token
}

// Ada is who signs in unless a test says otherwise.
var ada = Person{Subject: "ada", Name: "Ada", Email: "ada@example.com"}

// Provider is an OpenID Connect provider on loopback. It ends with the test.
type Provider struct {
	Issuer   string
	ClientID string

	idp *idp.Provider

	mu      sync.Mutex
	ahead   time.Duration // of the real clock
	persons map[string]Person
}

// lifetime is that of the first access tokens.
const lifetime = 10 * time.Minute

// NewProvider starts a provider. Its access tokens live for 10 minutes, and its refresh tokens are replaced at each
// renewal.
func NewProvider(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{ClientID: idp.ClientID, persons: map[string]Person{}}
	p.idp = idp.Start(t, idp.Config{Lifetime: lifetime, Now: p.Now})
	p.Issuer = p.idp.Issuer
	p.SignInAs(ada)
	return p
}

// Now is the clock of the provider and of its clients.
func (p *Provider) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Now().Add(p.ahead)
}

// Advance moves the clock of the provider and of its clients ahead, so that tokens expire.
func (p *Provider) Advance(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ahead += d
}

// SignInAs says who signs in from now on.
func (p *Provider) SignInAs(who Person) {
	p.mu.Lock()
	p.persons[who.Subject] = who
	p.mu.Unlock()
	claims := map[string]any{"sub": who.Subject, "name": who.Name, "email": who.Email, "email_verified": true}
	maps.Copy(claims, who.Claims)
	p.idp.SetPerson(claims)
}

// RefuseSignIns answers each sign-in from now on with that error code, such as "access_denied" (RFC 6749 §4.1.2.1);
// "" lets people in again.
func (p *Provider) RefuseSignIns(code string) { p.idp.SetRefusal(code) }

// SetLifetime changes how long the access tokens given from now on live, in whole seconds.
func (p *Provider) SetLifetime(d time.Duration) { p.idp.SetLifetime(d) }

// ExpireTokens makes an [Provider.API] refuse every access token that was given so far, although its time has not
// come. A renewal gives a new one.
func (p *Provider) ExpireTokens() { p.idp.ExpireAll() }

// EndSessions ends every session so far, as an administrator does: the next renewal is refused with invalid_grant.
func (p *Provider) EndSessions() { p.idp.EndAll() }

// SetOutage makes every address of the provider answer 503 from now on, or work again.
func (p *Provider) SetOutage(down bool) { p.idp.SetOutage(down) }

// Person returns who a request's access token speaks for, and false when the token does not count.
func (p *Provider) Person(r *http.Request) (Person, bool) {
	claims, ok := p.idp.Person(r)
	subject, _ := claims["sub"].(string)
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.persons[subject], ok
}

// API serves h on loopback for requests with a valid access token, and answers 401 to the others. Its URL is an
// origin for [signin.Client.HTTPClient]. It ends with the test.
func (p *Provider) API(t testing.TB, h http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := p.Person(r); !ok {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server
}

// Context returns a context with the provider's clock, for a test that calls [signin.Open] itself.
func (p *Provider) Context(ctx context.Context) context.Context { return clock.With(ctx, p.Now) }

// Config returns a configuration with this provider, a session in memory, and a browser that signs in at once.
func (p *Provider) Config() signin.Config {
	return signin.Config{
		App:      signin.App{ID: "com.example.test", Name: "Test"},
		Provider: signin.Issuer(p.Issuer, p.ClientID),
		Store:    signin.Memory(),
		Browser:  Browse,
		Device: func(_ context.Context, code signin.DeviceCode) error {
			p.idp.Approve(code.Code)
			return nil
		},
	}
}

// Open opens a client at which nobody is signed in. It is closed with the test.
func (p *Provider) Open(t testing.TB) *signin.Client {
	t.Helper()
	client, err := signin.Open(p.Context(context.Background()), p.Config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// Client opens a client at which the provider's person is signed in. It is closed with the test.
func (p *Provider) Client(t testing.TB) *signin.Client {
	t.Helper()
	client := p.Open(t)
	if _, err := client.SignIn(context.Background()); err != nil {
		t.Fatal(err)
	}
	return client
}

// Client opens a client at which Ada is signed in, with a provider of its own. Both end with the test.
func Client(t testing.TB) *signin.Client {
	t.Helper()
	return NewProvider(t).Client(t)
}

// Browse plays a browser in which the person signs in without a question: it opens the address and follows where it
// is sent. It is a [signin.Config].Browser.
func Browse(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	res, err := (&http.Client{}).Do(req)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// Secrets are the codes, verifiers and tokens that were given or taken so far, for a test that looks for them in logs
// and on the screen.
func (p *Provider) Secrets() []string {
	var out []string
	for _, s := range p.idp.Secrets() {
		out = append(out, s.Text)
	}
	return out
}

// Approve lets the person in who typed that code on another device, and reports whether any device waits with it.
func (p *Provider) Approve(code string) bool { return p.idp.Approve(code) }
