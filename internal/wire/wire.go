// Package wire puts the packages together, the same way for both programs:
// settings → vault, client, account. It is wiring: it decides nothing, and what it
// makes does nothing before it is asked to.
package wire

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/awake"
	"app.latchkey/internal/browser"
	"app.latchkey/internal/learned"
	"app.latchkey/internal/loopback"
	"app.latchkey/internal/openid"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/proof/hardware"
	"app.latchkey/internal/proxy"
	"app.latchkey/internal/session"
	"app.latchkey/internal/settings"
	"app.latchkey/internal/vault"
)

// Options are what the programs differ in.
type Options struct {
	App     string // shown to people
	Version string // shown in the doctor\'s report
	ID      string // names folders and the keychain's item
	Log     *slog.Logger
	// SystemLog tells the doctor why the system's log cannot be reached; nil where the log is a file alone.
	SystemLog func() error
	OpenURL   func(context.Context, string) error // nil: the system's browser
	Adopting  func(account.Account)               // see [account.Options]
	OnChange  func(account.Snapshot)
	StepUp    func(context.Context, account.StepUp) error // see [account.Options]
	// Leave, when set, keeps a sign-in's port open when the program ends in the middle of
	// it: the browser may still come, and is told that nobody waits.
	Leave func(*loopback.Receiver) error
	Now   func() time.Time // the wall clock; [time.Now] when nil
	Cost  vault.Cost       // of a passphrase; only tests set it
	Early *vault.Early     // see [vault.Config]
}

// Parts are one program's parts.
type Parts struct {
	Settings settings.Settings
	Vault    *vault.Vault
	OpenID   *openid.Client // nil when no provider is set up
	Account  *account.Manager
	Browser  *browser.Opener

	proxy    *proxy.Proxy
	options  Options
	receiver *current
}

// New makes the parts of the settings. Errors are of the settings.
func New(s settings.Settings, o Options) (*Parts, error) {
	p := &Parts{Settings: s, Browser: &browser.Opener{}, options: o, receiver: &current{}}
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	p.options.Log = o.Log
	if o.OpenURL == nil {
		o.OpenURL = p.Browser.Open
	}
	p.Vault = vault.New(vault.Config{
		Dir: s.DataDir, Kind: vault.Kind(s.Store), Service: o.ID, Backend: s.KeychainBackend,
		Passphrase: s.Passphrase, Timeout: s.KeychainTimeout, Log: o.Log, Now: o.Now,
		Cost: o.Cost, Early: o.Early,
	})
	options := account.Options{
		Store: session.NewStore(&sealer{p.Vault}), Adopting: o.Adopting, OnChange: o.OnChange, StepUp: o.StepUp,
		Log: o.Log, SignInTimeout: s.Provider.SignInTimeout, Now: o.Now,
	}
	options.Limits = session.Limits{Max: s.SessionMax, Idle: s.SessionIdle}
	for _, api := range s.Provider.APIs {
		options.APIs = append(options.APIs, account.API{Name: api.Name, Origins: api.Origins, Asked: api.Asked()})
	}
	options.StayAwake = func(ctx context.Context) (func(), error) {
		release, err := awake.Hold(ctx, o.App, "A sign-in is being renewed")
		if err != nil {
			return nil, &session.RetryError{Err: account.ErrSleeping}
		}
		return release, nil
	}
	var err error
	if p.proxy, err = proxy.New(proxy.Native(s.Proxy, os.Getenv)); err != nil {
		return nil, err
	}
	if options.Transport, err = p.Transport(nil); err != nil {
		return nil, err
	}
	book := learned.Book{Dir: s.DataDir}
	if s.Configured {
		way, err := p.transport(proxy.TransportOptions{Ping: providerPing})
		if err != nil {
			return nil, err
		}
		client, err := openid.New(s.Provider, openid.Options{
			Listen:        p.listen(o.App),
			OpenURL:       o.OpenURL,
			NewLogoutForm: p.logoutForm(o),
			Words: func(err error) (string, string) {
				if err == nil {
					return "You are signed in", "You can close this tab and go back to " + o.App + "."
				}
				words := problem.From(err, s.Provider.Name)
				return words.Title, words.Message + " " + o.App + " says what to do next. You can close this tab."
			},
			Recall: func() openid.Learned { return openid.Learned(book.Of(s.Provider.Issuer, s.Provider.ClientID)) },
			Learn: func(l openid.Learned) {
				if err := book.Keep(s.Provider.Issuer, s.Provider.ClientID, learned.Entry(l)); err != nil {
					o.Log.Warn("learned.not_kept", "err", err) // it is learned again at the next sign-in
				}
			},
			Keys: Keys(s),
			Log:  o.Log, Now: o.Now, Transport: way,
		})
		if err != nil {
			return nil, err
		}
		p.OpenID = client
		options.Auth, options.Keys, options.EndBrowser = client, client, client.EndSession
	}
	p.Account = account.New(options)
	return p, nil
}

// Keys makes and opens the keys that sessions are bound to.
func Keys(s settings.Settings) hardware.Maker {
	want := map[string]hardware.Want{"hardware": hardware.HardwareOnly, "software": hardware.SoftwareOnly}
	return hardware.Maker{Device: s.TPMDevice, Want: want[s.DPoPKey]}
}

// Close waits for a refresh under way, whose answer would be lost, and for what the
// browser is still shown.
func (p *Parts) Close() {
	p.Account.Wait()
	if p.OpenID != nil {
		p.OpenID.Close()
	}
	p.receiver.leave(p.options.Leave, p.options.Log)
	p.receiver.closeLate()
}

// Transport carries requests as those to the provider are: by the same proxies, with the
// same certificates, on connections of its own. guard judges each address before a
// connection goes there; nil judges none. Errors are of the settings.
func (p *Parts) Transport(guard func(netip.Addr) error) (http.RoundTripper, error) {
	return p.transport(proxy.TransportOptions{Guard: guard})
}

// providerPing finds a connection that a change of network has left dead while the person was at the browser. Twice
// this must be less than a request to the provider may take: then the code is still redeemed, on another connection.
const providerPing = 4 * time.Second

func (p *Parts) transport(o proxy.TransportOptions) (http.RoundTripper, error) {
	s := p.Settings
	o.RootCAs, o.ClientCert = s.Provider.RootCAs, []byte(s.ClientCert.Reveal())
	return p.proxy.Transport(o)
}

// Accept takes a pasted redirect address for the sign-in under way.
func (p *Parts) Accept(address string) error { return p.receiver.accept(address) }

// listen adapts loopback to what openid declares.
func (p *Parts) listen(app string) func(context.Context, openid.ListenSpec) (openid.Receiver, error) {
	return func(ctx context.Context, s openid.ListenSpec) (openid.Receiver, error) {
		r, err := loopback.Listen(ctx, loopback.Config{
			Host: s.Host, Ports: s.Ports, Path: s.Path, State: s.State, App: app, Peer: peers(p.Settings),
			OnStray: func(l loopback.Stray) { s.OnStray(openid.Stray(l)) },
		})
		if err != nil {
			return nil, err
		}
		p.receiver.set(r)
		return &receiver{Receiver: r, current: p.receiver}, nil
	}
}

// sealer adapts vault to what session declares.
type sealer struct{ *vault.Vault }

var errNoSignIn = errors.New("no sign-in is under way")

// Environ is this process's environment for settings.
func Environ() []string { return os.Environ() }
