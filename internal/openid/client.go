// Package openid speaks OpenID Connect to one provider: discovery, the authorization code flow with PKCE, the device
// grant, verification of the ID token, userinfo, refresh, revocation and the end of the provider's browser session.
//
// Nothing that a provider says is believed unchecked. Each check of OpenID Connect Core §3.1.3.7, §5.3 and §12.2, RFC
// 9207 and RFC 9700 that a native client owes has a function and a sentinel error of its own. Every exchange has a
// time limit and a body limit and follows no redirect; plain http is used with an issuer on loopback alone.
//
// The package stores nothing, opens no browser and listens on nothing itself: [Options] gives it functions for both. It
// does not support the implicit and hybrid flows, encrypted tokens, and algorithms with shared secrets.
package openid

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"app.latchkey/internal/proof"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
)

// Options are the parts of a [Client].
type Options struct {
	// Listen binds the redirect URI before the browser opens.
	Listen func(context.Context, ListenSpec) (Receiver, error)
	// OpenURL opens a URL in the person's browser.
	OpenURL func(context.Context, string) error
	// NewLogoutForm binds a page of our own that posts a logout request. Without it such a request goes without the ID
	// token.
	NewLogoutForm func(context.Context, LogoutSpec) (LogoutForm, error)
	// Words gives the title and the text of the browser's last page; nil error means signed in.
	Words func(error) (title, text string)

	Log *slog.Logger
	Now func() time.Time
	// Transport carries the requests; the limits are put around it. The programs' one is made by package proxy. nil
	// takes one as net/http has it, which knows no certificates but the system's.
	Transport http.RoundTripper
	// RequestTimeout limits one request to the provider; 15 s when zero.
	RequestTimeout time.Duration
	// Recall and Learn keep what sign-ins show of this provider and client; nil keeps it for this client alone.
	Recall func() Learned
	Learn  func(Learned)
	// Keys makes and opens the keys that sessions are bound to; nil binds none.
	Keys Keys
	// Sleep waits between two tries of one request; nil waits by the clock.
	Sleep func(context.Context, time.Duration) error
}

// ListenSpec describes the redirect URI.
type ListenSpec struct {
	Host    string
	Ports   []int
	Path    string
	State   string
	OnStray func(Stray)
}

// Stray is what came to the redirect URI and was not taken as the answer.
type Stray struct {
	Reason            string
	Code, Description string // of an error without a state, as it came; anybody can have sent it
	Err               error  // what the person must be told; nil for most
}

// Receiver receives the one answer to an authorization request.
type Receiver interface {
	RedirectURI() string
	Wait(context.Context) (url.Values, error)
	// Finish shows the outcome to the person in the browser.
	Finish(ctx context.Context, ok bool, title, text string)
	Close() error
}

// LogoutSpec describes the page that posts a logout request, and where the browser comes back to: nowhere when Path is
// empty. The zero value is a page on any port.
type LogoutSpec struct {
	Host  string
	Ports []int
	Path  string
	State string
}

// LogoutForm posts one logout request by the browser.
type LogoutForm interface {
	LandingURI() string // post_logout_redirect_uri; empty when [LogoutSpec] has no path
	// Send opens the page that posts fields to action, and returns when the browser has fetched it.
	Send(ctx context.Context, action string, fields url.Values) error
	// Landed returns when the browser has come back with the state.
	Landed(context.Context) error
	Close() error
}

// Client speaks to one provider. Its methods may be called from any goroutine.
type Client struct {
	p    provider.Provider
	opts Options
	http *http.Client
	skew *skew
	ring *ring

	clientKey *proof.Key // by which the client names itself; nil for none

	// heard is when the provider last answered, in Unix nanoseconds by the wall clock, which goes on while the computer
	// sleeps.
	heard atomic.Int64

	background  sync.WaitGroup
	discovering turns

	mu       sync.Mutex
	meta     *Metadata
	asked    time.Time // when meta was fetched, or last tried
	keys     *keySet
	silentAt time.Time // when the provider last did not answer in time; zero when it has since
}

// New returns a client for the provider. It uses no network. Errors name the setting that is wrong.
func New(p provider.Provider, o Options) (*Client, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	o.RequestTimeout = cmp.Or(o.RequestTimeout, 15*time.Second)
	if o.Recall == nil || o.Learn == nil {
		var kept atomic.Value
		kept.Store(Learned{})
		o.Recall, o.Learn = func() Learned { return kept.Load().(Learned) }, func(l Learned) { kept.Store(l) }
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Words == nil {
		o.Words = plainWords
	}
	if p.Leeway <= 0 {
		p.Leeway = time.Minute
	}
	p.UserIDField = cmp.Or(p.UserIDField, "sub")
	p.LoginHintParam = cmp.Or(p.LoginHintParam, "login_hint")
	if p.ClientID == "" {
		return nil, fmt.Errorf("openid: client_id: %w", ErrSettings)
	}
	if o.Transport == nil {
		o.Transport = &http.Transport{ForceAttemptHTTP2: true}
	}
	c := &Client{p: p, opts: o, skew: &skew{now: o.Now}}
	c.ring = &ring{now: c.skew.providers, open: map[string]*proof.Prover{}}
	c.http = &http.Client{
		Transport: &limits{
			base: o.Transport, timeout: o.RequestTimeout, skew: c.skew,
			heard: func() { c.heard.Store(c.now().UnixNano()) },
		},
		// RFC 9700 §4.12: neither code nor token follows a redirect anywhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	var err error
	if c.clientKey, err = c.openClientKey(); err != nil {
		return nil, fmt.Errorf("openid: client_key_file: %w", err)
	}
	return c, nil
}

// Close waits until the last page in the browser was delivered, for a few seconds at the most.
func (c *Client) Close() {
	c.background.Wait()
	c.ring.close()
}

// Offers tells what the provider offers, of what is known of it: it uses no network.
func (c *Client) Offers() session.Offers {
	meta := c.known()
	if meta == nil && c.p.NoDiscovery { // then the settings are all there is to know
		if m, err := c.rediscover(context.Background()); err == nil {
			meta = &m
		}
	}
	if meta == nil {
		return session.Offers{}
	}
	return session.Offers{
		Known: true, Device: meta.DeviceAuthURL != "", Revocation: meta.RevocationURL != "",
		EndSession: meta.EndSessionURL != "" && c.p.LogoutStyle != "none",
	}
}

func (c *Client) now() time.Time { return c.opts.Now().Round(0) }

func plainWords(err error) (string, string) {
	if err != nil {
		return "The sign-in did not work", "The app says why. You can close this tab."
	}
	return "You are signed in", "You can close this tab and go back to the app."
}
