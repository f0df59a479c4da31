// Package issuer is one OpenID provider of the demo without its pages: discovery, the code flow with PKCE, refresh
// tokens that rotate, revocation, userinfo, end session and the device grant. The protocol is that of package op of
// zitadel/oidc.
//
// It promises that a code and a refresh token work once, and that a second use ends every token that came of the first
// (RFC 6749 §4.1.2, RFC 9700 §4.14.2); that a revoked grant has no access token left; that every answer names its
// issuer (RFC 9207); and that grants and keys are still there after a restart. Who a person is, and whether they may
// sign in, is decided by the service that has the pages: it calls [Issuer.Finish] or [Issuer.Refuse]. The package
// listens on no port and touches one file.
package issuer

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/gorilla/securecookie"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// Client is an app or service that may send people to the provider.
type Client struct {
	ID        string
	Secret    string   // empty for a native client, which can keep none (RFC 8252 §8.5)
	Redirects []string // those of a native client may have any port (RFC 8252 §7.3)
	SignedOut []string // where a browser may go after a sign-out, by the same rules
}

// Config describes a provider.
type Config struct {
	Issuer  string // its URL
	File    string // where its keys and grants are kept
	Clients []Client
	Scopes  []string // those that discovery announces
	Log     *slog.Logger

	Access, Refresh time.Duration // lifetimes; an ID token lives as long as an access token
	// Device is the lifetime of a device code, and DeviceInterval the time between two questions of a device. Without
	// them there is no device grant.
	Device, DeviceInterval time.Duration

	// The paths of the pages. LoginPath is opened with ?request=, DevicePath with ?user_code=, and SignOutPath with
	// ?id= when the client wants the browser back.
	LoginPath, SignOutPath, DevicePath string

	// Describe returns the claims of a person, and false for a person who is not known any more.
	Describe func(subject string) (oidc.UserInfo, bool)
}

// grants are the grants that the provider offers.
func (c *Config) grants() []oidc.GrantType {
	grants := []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeRefreshToken}
	if c.Device > 0 {
		grants = append(grants, oidc.GrantTypeDeviceCode)
	}
	return grants
}

// Who is a person who has signed in.
type Who struct {
	Subject string    `json:"person"`
	AMR     []string  `json:"amr"` // how (RFC 8176)
	At      time.Time `json:"auth_time"`
}

// Issuer is the provider.
type Issuer struct {
	conf  Config
	store *storage
	op    *op.Provider
}

// New reads the file and makes the provider. op writes states and addresses to the process's default slog logger, and
// neither may be logged: the program that starts the demo must silence that logger.
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

// Request is an authorization request with what a sign-in page needs to know.
type Request struct {
	oidc.AuthRequest
	ID     string
	Hinted string // the subject of id_token_hint; empty when there was none
	Tenant string // Descope's parameter tenant, or organization
}

// Asks reports whether the request has this value of prompt.
func (r *Request) Asks(prompt string) bool { return slices.Contains(r.Prompt, prompt) }

// Fresh reports whether a sign-in of that time is recent enough.
func (r *Request) Fresh(at time.Time) bool {
	return r.MaxAge == nil || time.Since(at).Seconds() <= float64(*r.MaxAge)
}

// Request returns a request that nobody has finished.
func (i *Issuer) Request(id string) (Request, bool) {
	i.store.mu.Lock()
	defer i.store.mu.Unlock()
	if r, ok := i.store.waiting(id); ok {
		return r.Request, true
	}
	return Request{}, false
}

// Finish sends the browser back to the client with a code.
func (i *Issuer) Finish(w http.ResponseWriter, r *http.Request, id string, who Who) {
	i.store.mu.Lock()
	req, ok := i.store.waiting(id)
	if ok {
		req.Who = who
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

// Seal makes a cookie that tells who has signed in, and that nobody without the provider's key can make.
func (i *Issuer) Seal(who Who) string {
	sealed, _ := i.cookies().Encode(cookieName, who) // an empty cookie signs nobody in
	return sealed
}

// Open reads a cookie that [Issuer.Seal] made. It refuses every other cookie, and a sign-in that is longer ago than
// age.
func (i *Issuer) Open(sealed string, age time.Duration) (who Who, ok bool) {
	err := i.cookies().Decode(cookieName, sealed, &who)
	return who, err == nil && time.Since(who.At) <= age
}

const cookieName = "session"

func (i *Issuer) cookies() *securecookie.SecureCookie {
	// No age of its own: Open judges by the time of the sign-in.
	return securecookie.New(i.store.state.CryptoKey, nil).MaxAge(0).SetSerializer(securecookie.JSONEncoder{})
}
