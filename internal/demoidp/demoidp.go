// Package demoidp is a company's sign-in in one process, for the demo and the tests: an identity broker (the part that
// Descope plays), a company directory (the part that Okta plays) and a social service. Broker and directory are real
// OpenID providers, the social service speaks plain OAuth 2.0, and they reach each other over loopback as they would
// over the network.
//
// The app knows the broker alone. The broker's page offers three ways to sign in: a magic link, whose mail goes to an
// inbox page and nowhere else; the social service; and the company's directory, which is found by the domain of the
// email address. One file (package [cast]) lists the people and the lifetimes. The broker keeps a fixed port and, in a
// folder of its own, its keys, grants and new people, so that a person is still signed in after a restart.
//
// Everybody who reaches the demo can sign in as anybody. So it listens on loopback alone, refuses foreign Host headers,
// and is linked into demo builds only. It imports nothing of Latchkey but its own packages, which proves that the
// product makes no exception for it.
package demoidp

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"app.latchkey/internal/demoidp/broker"
	"app.latchkey/internal/demoidp/cast"
	"app.latchkey/internal/demoidp/directory"
	"app.latchkey/internal/demoidp/issuer"
	"app.latchkey/internal/demoidp/social"
)

// ClientID is the one client that the broker knows: a native app without a secret, which may use any port on loopback.
const ClientID = "latchkey-demo"

// SignedOutPath is the path at which the app may receive the browser after a sign-out.
const SignedOutPath = "/signed-out"

// DefaultAddr is where the broker listens unless [Config] says otherwise. The directory and the social service take the
// next two ports.
const DefaultAddr = "127.0.0.1:47347"

// Config describes the demo.
type Config struct {
	Dir  string // its folder, created with mode 0700
	Addr string // DefaultAddr when empty; the host must be 127.0.0.1
	Log  *slog.Logger
	// File is the path of the file of people, companies and lifetimes. The built-in file is used when it is empty, or
	// when the file is optional and does not exist.
	File         string
	FileOptional bool
	// AccessLifetime is how long access and ID tokens live, and RefreshLifetime how long an unused refresh token lives.
	// The file decides when they are zero.
	AccessLifetime, RefreshLifetime time.Duration
}

// Provider is the running demo.
type Provider struct {
	issuer  string
	others  []string
	notice  string
	cast    *cast.Cast
	broker  *broker.Broker
	servers []*http.Server
	serving sync.WaitGroup
}

// Start listens and serves until [Provider.Close]. It silences the process's default slog logger, because zitadel/oidc
// writes states and addresses to it, and neither may be logged.
func Start(ctx context.Context, c Config) (*Provider, error) {
	c.Addr = cmp.Or(c.Addr, DefaultAddr)
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	people, err := c.cast()
	if err != nil {
		return nil, err
	}
	slog.SetDefault(slog.New(slog.DiscardHandler))
	listeners, notice, err := listen(ctx, c.Addr)
	if err != nil {
		return nil, err
	}
	if notice != "" {
		c.Dir += ".other" // two providers must not write one file
	}
	p := &Provider{
		issuer: origin(listeners[0]), others: []string{origin(listeners[1]), origin(listeners[2])}, notice: notice,
		cast: people,
	}
	handlers, err := p.services(c, people)
	if err != nil {
		return nil, errors.Join(err, closeAll(listeners))
	}
	for i, l := range listeners {
		server := &http.Server{
			Handler: handlers[i], ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
			MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug),
		}
		p.servers = append(p.servers, server)
		p.serving.Go(func() { _ = server.Serve(l) })
	}
	return p, nil
}

// loopback returns the addresses of a path on this computer. A native client may use them with any port (RFC 8252
// §7.3).
func loopback(path string) []string {
	return []string{"http://127.0.0.1" + path, "http://localhost" + path, "http://[::1]" + path}
}

// services makes the broker, the directory and the social service, and gives each the addresses of the others.
func (p *Provider) services(c Config, people *cast.Cast) ([]http.Handler, error) {
	directorySecret, socialSecret := rand.Text(), rand.Text()
	host := func(address string) string { return address[len("http://"):] }
	d, err := directory.New(directory.Config{
		Host: host(p.others[0]), File: filepath.Join(c.Dir, "directory.json"), Secret: directorySecret,
		Redirect: p.issuer + "/sso/callback", Cast: people, Log: c.Log,
	})
	if err != nil {
		return nil, err
	}
	s := social.New(social.Config{
		Host: host(p.others[1]), Client: "broker", Secret: socialSecret, Redirect: p.issuer + "/social/callback",
		Cast: people,
	})
	p.broker, err = broker.New(broker.Config{
		Host:       host(p.issuer),
		Client:     issuer.Client{ID: ClientID, Redirects: loopback("/callback"), SignedOut: loopback(SignedOutPath)},
		IssuerFile: filepath.Join(c.Dir, "provider.json"), PeopleFile: filepath.Join(c.Dir, "people.json"),
		Directory: broker.Peer{URL: p.others[0], Secret: directorySecret}, DirectoryClient: directory.ClientID,
		Social: broker.Peer{URL: p.others[1], Client: "broker", Secret: socialSecret},
		Cast:   people, Log: c.Log,
	})
	if err != nil {
		return nil, err
	}
	return []http.Handler{p.broker.Handler(), d.Handler(), s.Handler()}, nil
}

// Issuer is the broker's issuer.
func (p *Provider) Issuer() string { return p.issuer }

// Notice says that the fixed port was taken. It is empty when the port was free.
func (p *Provider) Notice() string { return p.notice }

// Inbox is the address of the page that shows the demo's mail.
func (p *Provider) Inbox() string { return p.issuer + "/inbox" }

// Directory is the address of the company directory.
func (p *Provider) Directory() string { return p.others[0] }

// Social is the address of the social service.
func (p *Provider) Social() string { return p.others[1] }

// Cast is the content of the demo's file.
func (p *Provider) Cast() *cast.Cast { return p.cast }

// Close stops the three services.
func (p *Provider) Close() error {
	ctx, stop := context.WithTimeout(context.Background(), time.Second)
	defer stop()
	var errs []error
	p.broker.Close()
	for _, server := range p.servers {
		if server.Shutdown(ctx) != nil {
			errs = append(errs, server.Close())
		}
	}
	p.serving.Wait()
	return errors.Join(errs...)
}
