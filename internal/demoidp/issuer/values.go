package issuer

import (
	"crypto/ecdsa"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// request is somebody's authorization request. It implements op.AuthRequest.
type request struct {
	oidc.AuthRequest
	id      string
	created time.Time
	hinted  string // the subject of id_token_hint
	tenant  string
	who     Who // who has signed in; nobody yet when zero
}

// The getters of op.AuthRequest and op.RefreshTokenRequest.

// GetID returns the request's ID.
func (r *request) GetID() string { return r.id }

// GetACR returns none: there are no classes here.
func (r *request) GetACR() string { return "" }

// GetAMR returns how the person was recognised.
func (r *request) GetAMR() []string { return r.who.AMR }

// GetAudience returns the client.
func (r *request) GetAudience() []string { return []string{r.ClientID} }

// GetAuthTime returns when the person signed in.
func (r *request) GetAuthTime() time.Time { return r.who.At }

// GetClientID returns the client.
func (r *request) GetClientID() string { return r.ClientID }

// GetCodeChallenge returns the PKCE challenge.
func (r *request) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: r.CodeChallenge, Method: r.CodeChallengeMethod}
}

// GetNonce returns the nonce.
func (r *request) GetNonce() string { return r.Nonce }

// GetRedirectURI returns the redirect URI.
func (r *request) GetRedirectURI() string { return r.RedirectURI }

// GetResponseType returns code.
func (r *request) GetResponseType() oidc.ResponseType { return r.ResponseType }

// GetResponseMode returns the response mode.
func (r *request) GetResponseMode() oidc.ResponseMode { return r.ResponseMode }

// GetScopes returns the scopes.
func (r *request) GetScopes() []string { return r.Scopes }

// GetState returns the state.
func (r *request) GetState() string { return r.State }

// GetSubject returns who signed in.
func (r *request) GetSubject() string { return r.who.Subject }

// Done reports whether somebody signed in.
func (r *request) Done() bool { return r.who.Subject != "" }

// renewal is a refresh. It implements op.RefreshTokenRequest.
type renewal struct {
	client   string
	person   string
	scopes   []string
	amr      []string
	authTime time.Time
}

// GetAMR returns how the person was recognised.
func (r *renewal) GetAMR() []string { return r.amr }

// GetAudience returns the client.
func (r *renewal) GetAudience() []string { return []string{r.client} }

// GetAuthTime returns when the person signed in.
func (r *renewal) GetAuthTime() time.Time { return r.authTime }

// GetClientID returns the client.
func (r *renewal) GetClientID() string { return r.client }

// GetScopes returns the scopes.
func (r *renewal) GetScopes() []string { return r.scopes }

// GetSubject returns the person.
func (r *renewal) GetSubject() string { return r.person }

// SetCurrentScopes narrows the scopes.
func (r *renewal) SetCurrentScopes(scopes []string) { r.scopes = scopes }

type signingKey struct{ key *ecdsa.PrivateKey }

// SignatureAlgorithm returns ES256.
func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.ES256 }

// Key returns the private key.
func (k signingKey) Key() any { return k.key }

// ID returns the key's ID.
func (k signingKey) ID() string { return "demo" }

type publicKey struct{ signingKey }

// Algorithm returns ES256.
func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.ES256 }

// Use returns sig.
func (k publicKey) Use() string { return "sig" }

// Key returns the public key.
func (k publicKey) Key() any { return &k.key.PublicKey }

// client implements op.Client.
type client struct {
	Client
	conf *Config
}

// GetID returns the client's ID.
func (c client) GetID() string { return c.ID }

// RedirectURIs returns where its people may be sent back to.
func (c client) RedirectURIs() []string { return c.Redirects }

// PostLogoutRedirectURIs returns where its people may be sent after a sign-out.
func (c client) PostLogoutRedirectURIs() []string { return c.SignedOut }

// ApplicationType is native for a client without a secret.
func (c client) ApplicationType() op.ApplicationType {
	if c.Secret == "" {
		return op.ApplicationTypeNative
	}
	return op.ApplicationTypeWeb
}

// AuthMethod is none for a client without a secret.
func (c client) AuthMethod() oidc.AuthMethod {
	if c.Secret == "" {
		return oidc.AuthMethodNone
	}
	return oidc.AuthMethodBasic
}

// ResponseTypes returns code.
func (client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}

// GrantTypes returns code and refresh token, and device code where it is offered.
func (c client) GrantTypes() []oidc.GrantType {
	grants := []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeRefreshToken}
	if c.conf.Device > 0 {
		grants = append(grants, oidc.GrantTypeDeviceCode)
	}
	return grants
}

// LoginURL returns the page of the request.
func (c client) LoginURL(id string) string { return c.conf.LoginPath + "?request=" + id }

// AccessTokenType returns opaque.
func (client) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeBearer }

// IDTokenLifetime is that of the access token.
func (c client) IDTokenLifetime() time.Duration { return c.conf.Access }

// DevMode is off.
func (client) DevMode() bool { return false }

// RestrictAdditionalIdTokenScopes leaves the scopes as they are.
//
//lint:ignore ST1003 the name is op.Client's
func (client) RestrictAdditionalIdTokenScopes() func([]string) []string {
	return func(s []string) []string { return s }
}

// RestrictAdditionalAccessTokenScopes leaves the scopes as they are.
func (client) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return func(s []string) []string { return s }
}

// IsScopeAllowed refuses further scopes.
func (client) IsScopeAllowed(string) bool { return false }

// IDTokenUserinfoClaimsAssertion is off: userinfo has the claims.
func (client) IDTokenUserinfoClaimsAssertion() bool { return false }

// ClockSkew is none.
func (client) ClockSkew() time.Duration { return 0 }
