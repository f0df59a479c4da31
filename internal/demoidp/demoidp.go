// Package demoidp is an OpenID provider in the process, for the demo and the
// tests: real OpenID Connect on loopback, with people to choose from instead of
// passwords.
//
// It offers discovery, the code flow with PKCE, refresh tokens that rotate (one
// used twice ends its whole family), revocation, end session, prompt, and the
// issuer in its answers (RFC 9207). It keeps a fixed port and, in a folder of its
// own, its keys and grants, so that a person is still signed in after a restart.
//
// Everybody who can reach it can be anybody: it listens on loopback alone, refuses
// foreign Host headers, and is linked into demo builds only. It imports nothing of
// ours, which proves that the product has no back door for it.
package demoidp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"
)

// ClientID is the one client that the provider knows: a native app without a
// secret, redirected to any port on loopback.
const ClientID = "latchkey-demo"

// DefaultAddr is where the provider listens unless told otherwise.
const DefaultAddr = "127.0.0.1:47347"

// Config describes a provider.
type Config struct {
	Dir  string // its folder, created with mode 0700
	Addr string // DefaultAddr when empty; the host must be 127.0.0.1
	Log  *slog.Logger
	// AccessLifetime is how long access and ID tokens live; 5 minutes when zero.
	AccessLifetime time.Duration
	// RefreshLifetime is how long an unused refresh token lives; 30 days when zero.
	RefreshLifetime time.Duration
}

// Provider is a running provider.
type Provider struct {
	issuer  string
	notice  string
	server  *http.Server
	store   *storage
	op      *op.Provider
	serving sync.WaitGroup
}

// Start listens and serves until Close. It silences the process's default slog
// logger: op writes states and addresses to it, which belong in no log.
func Start(ctx context.Context, c Config) (*Provider, error) {
	if c.Addr == "" {
		c.Addr = DefaultAddr
	}
	if c.AccessLifetime <= 0 {
		c.AccessLifetime = 5 * time.Minute
	}
	if c.RefreshLifetime <= 0 {
		c.RefreshLifetime = 30 * 24 * time.Hour
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	slog.SetDefault(slog.New(slog.DiscardHandler))
	listener, notice, err := listen(ctx, c.Addr)
	if err != nil {
		return nil, err
	}
	if notice != "" {
		c.Dir += ".other" // two providers must not write one file
	}
	p := &Provider{issuer: "http://" + listener.Addr().String(), notice: notice}
	if p.store, err = openStorage(c, p.issuer); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	if p.op, err = newOP(p.issuer, p.store); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	p.server = &http.Server{Handler: p.handler(listener.Addr().String()), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug)}
	p.serving.Go(func() { _ = p.server.Serve(listener) })
	return p, nil
}

// listen takes the fixed port, or another one with a word about it.
func listen(ctx context.Context, addr string) (net.Listener, string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || host != "127.0.0.1" {
		return nil, "", fmt.Errorf("demoidp: %q is no address on 127.0.0.1", addr)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp4", addr)
	if err == nil {
		return l, "", nil
	}
	l, second := lc.Listen(ctx, "tcp4", "127.0.0.1:0")
	if second != nil {
		return nil, "", fmt.Errorf("demoidp: listen: %w", errors.Join(err, second))
	}
	return l, fmt.Sprintf("Port %s is taken, by another demo perhaps. The demo provider is at %s for now, and does not know who signed in at the other address.", port, l.Addr()), nil
}

// Issuer is the provider's issuer.
func (p *Provider) Issuer() string { return p.issuer }

// Notice says that the fixed port was taken; empty when it was not.
func (p *Provider) Notice() string { return p.notice }

// Close stops the provider.
func (p *Provider) Close() error {
	ctx, stop := context.WithTimeout(context.Background(), time.Second)
	defer stop()
	err := p.server.Shutdown(ctx)
	if err != nil {
		err = p.server.Close()
	}
	p.serving.Wait()
	return err
}

func newOP(issuer string, s *storage) (*op.Provider, error) {
	config := &op.Config{
		CryptoKey: s.cryptoKey(), CryptoKeyId: "demo", DefaultLogoutRedirectURI: pathSignedOut,
		CodeMethodS256: true, GrantTypeRefreshToken: true,
		SupportedScopes: []string{"openid", "profile", "email", "offline_access"},
	}
	p, err := op.NewProvider(config, s, op.StaticIssuer(issuer), op.WithAllowInsecure())
	if err != nil {
		return nil, fmt.Errorf("demoidp: %w", err)
	}
	return p, nil
}
