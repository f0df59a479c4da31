// Package issuer is one OpenID provider of the demo without its pages: discovery,
// the code flow with PKCE, refresh tokens that rotate, revocation, userinfo, end
// session and the device grant, on zitadel/oidc's package op.
//
// It promises that a code and a refresh token work once, and that a second use ends
// everything that came of the first (RFC 6749 §4.1.2, RFC 9700 §4.14.2); that a
// revocation kills the access token too; that every answer names its issuer
// (RFC 9207); and that grants and keys outlive a restart. Who a person is, and
// whether they may sign in, it does not know: a service with pages asks it to finish
// or to refuse a request. It listens to nobody and touches one file.
package issuer

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// Client is somebody who may send people here.
type Client struct {
	ID        string
	Secret    string   // empty for a native client, which can keep none (RFC 8252 §8.5)
	Redirects []string // a native client's may have any port (RFC 8252 §7.3)
	SignedOut []string // where a browser may go after a sign-out; as Redirects
}

// Config describes a provider.
type Config struct {
	Issuer  string // its URL
	File    string // where its keys and grants are kept
	Clients []Client
	Scopes  []string // that it announces
	Log     *slog.Logger

	Access, Refresh time.Duration // lifetimes; that of ID tokens is Access
	// Device and DeviceInterval are of the device grant; there is none when zero.
	Device, DeviceInterval time.Duration

	// The pages: LoginPath is given ?request=, DevicePath ?user_code=, and SignOutPath
	// ?id= when the client wants the browser back.
	LoginPath, SignOutPath, DevicePath string

	// Describe returns the claims of a person, and false for one who is not known any
	// more.
	Describe func(subject string) (oidc.UserInfo, bool)
}

// Who is somebody who has signed in.
type Who struct {
	Subject string
	AMR     []string  // how (RFC 8176)
	At      time.Time // when
}

// Issuer is the provider.
type Issuer struct {
	conf  Config
	store *storage
	op    *op.Provider
}

// New reads what is kept and makes the provider. op writes states and addresses to
// the process's default slog logger, which belong in no log: whoever starts the
// demo silences it.
func New(c Config) (*Issuer, error) {
	store, err := openStorage(c)
	if err != nil {
		return nil, err
	}
	config := &op.Config{
		CryptoKey: store.cryptoKey(), CryptoKeyId: "demo", DefaultLogoutRedirectURI: c.SignOutPath,
		CodeMethodS256: true, GrantTypeRefreshToken: true, SupportedScopes: c.Scopes,
		DeviceAuthorization: op.DeviceAuthorizationConfig{
			Lifetime: c.Device, PollInterval: c.DeviceInterval, UserFormPath: c.DevicePath, UserCode: op.UserCodeBase20,
		},
	}
	var s op.Storage = store
	if c.Device > 0 {
		s = withDevices{store}
	}
	p, err := op.NewProvider(config, s, op.StaticIssuer(c.Issuer), op.WithAllowInsecure(), op.WithCORSOptions(nil))
	if err != nil {
		return nil, fmt.Errorf("demoidp: %w", err)
	}
	return &Issuer{c, store, p}, nil
}

// Request is what an authorization request asks for.
type Request struct {
	ID, ClientID, RedirectURI string
	LoginHint                 string
	Subject                   string // of id_token_hint; empty when there was none
	Tenant                    string // Descope's parameter tenant, or organization
	None, Login, Select       bool   // the values of prompt
	MaxAge                    *time.Duration
}

// Fresh reports whether a sign-in of that time is recent enough.
func (r Request) Fresh(at time.Time) bool {
	return r.MaxAge == nil || time.Since(at) <= *r.MaxAge
}

// Request returns a request that nobody has finished.
func (i *Issuer) Request(id string) (Request, bool) {
	i.store.mu.Lock()
	defer i.store.mu.Unlock()
	r, ok := i.store.waiting(id)
	if !ok {
		return Request{}, false
	}
	out := Request{
		ID: id, ClientID: r.ClientID, RedirectURI: r.RedirectURI, LoginHint: r.LoginHint, Subject: r.hinted,
		Tenant: r.tenant,
	}
	for _, p := range r.Prompt {
		out.None, out.Login, out.Select = out.None || p == oidc.PromptNone, out.Login ||
			p == oidc.PromptLogin, out.Select || p == oidc.PromptSelectAccount
	}
	if r.MaxAge != nil {
		age := time.Duration(min(*r.MaxAge, 1<<31)) * time.Second // #nosec G115 -- bounded
		out.MaxAge = &age
	}
	return out, true
}

// Finish sends the browser back to the client with a code.
func (i *Issuer) Finish(w http.ResponseWriter, r *http.Request, id string, who Who) {
	i.store.mu.Lock()
	req, ok := i.store.waiting(id)
	if ok {
		req.who = who
	}
	i.store.mu.Unlock()
	if !ok {
		http.Error(w, "This sign-in is over.", http.StatusGone)
		return
	}
	ctx := op.ContextWithIssuer(r.Context(), i.conf.Issuer)
	op.AuthResponse(req, i.op, &issuing{w, i.conf.Issuer}, r.WithContext(ctx))
}

// Refuse sends the browser back to the client with an error.
func (i *Issuer) Refuse(w http.ResponseWriter, r *http.Request, id string, reason *oidc.Error) {
	i.store.mu.Lock()
	req, ok := i.store.waiting(id)
	delete(i.store.requests, id)
	i.store.mu.Unlock()
	if !ok {
		http.Error(w, "This sign-in is over.", http.StatusGone)
		return
	}
	ctx := op.ContextWithIssuer(context.WithoutCancel(r.Context()), i.conf.Issuer)
	op.AuthRequestError(&issuing{w, i.conf.Issuer}, r.WithContext(ctx), req, reason, i.op)
}
