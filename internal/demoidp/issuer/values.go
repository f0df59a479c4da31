package issuer

import (
	"crypto/ecdsa"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// signedIn is what tokens are made of: a client, its scopes, and who has signed in. It implements
// [op.RefreshTokenRequest], with [op.IDTokenRequest] in it.
type signedIn struct {
	Client string   `json:"client"`
	Scopes []string `json:"scopes"`
	Who
}

// GetAMR returns how the person was recognised.
func (s *signedIn) GetAMR() []string { return s.AMR }

// GetAudience returns the client.
func (s *signedIn) GetAudience() []string { return []string{s.Client} }

// GetAuthTime returns when the person signed in.
func (s *signedIn) GetAuthTime() time.Time { return s.At }

// GetClientID returns the client.
func (s *signedIn) GetClientID() string { return s.Client }

// GetScopes returns the scopes.
func (s *signedIn) GetScopes() []string { return s.Scopes }

// GetSubject returns who signed in.
func (s *signedIn) GetSubject() string { return s.Subject }

// SetCurrentScopes narrows the scopes.
func (s *signedIn) SetCurrentScopes(scopes []string) { s.Scopes = scopes }

// request is an authorization request. It implements [op.AuthRequest]. The subject is empty until a person has signed
// in for the request.
type request struct {
	Request
	signedIn
	created time.Time
}

// GetID returns the request's ID.
func (r *request) GetID() string { return r.ID }

// GetACR returns nothing: the demo has no authentication context classes.
func (r *request) GetACR() string { return "" }

// GetCodeChallenge returns the PKCE challenge.
func (r *request) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: r.CodeChallenge, Method: r.CodeChallengeMethod}
}

// GetNonce returns the nonce.
func (r *request) GetNonce() string { return r.Nonce }

// Done reports whether somebody signed in.
func (r *request) Done() bool { return r.Subject != "" }

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

// client implements [op.Client].
type client struct {
	Client
	conf *Config
}

// GetID returns the client's ID.
func (c client) GetID() string { return c.ID }

// RedirectURIs returns where a browser may be sent back to.
func (c client) RedirectURIs() []string { return c.Redirects }

// PostLogoutRedirectURIs returns where a browser may be sent after a sign-out.
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

// GrantTypes returns the grants that the provider offers.
func (c client) GrantTypes() []oidc.GrantType { return c.conf.grants() }

// LoginURL returns the address of the sign-in page for a request.
func (c client) LoginURL(id string) string { return c.conf.LoginPath + "?request=" + id }

// AccessTokenType says that access tokens are opaque.
func (client) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeBearer }

// IDTokenLifetime is the lifetime of access tokens.
func (c client) IDTokenLifetime() time.Duration { return c.conf.Access }

// DevMode is off.
func (client) DevMode() bool { return false }

// RestrictAdditionalIdTokenScopes leaves the scopes as they are.
//
//lint:ignore ST1003 op.Client prescribes the name
func (client) RestrictAdditionalIdTokenScopes() func([]string) []string {
	return func(s []string) []string { return s }
}

// RestrictAdditionalAccessTokenScopes leaves the scopes as they are.
func (client) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return func(s []string) []string { return s }
}

// IsScopeAllowed refuses further scopes.
func (client) IsScopeAllowed(string) bool { return false }

// IDTokenUserinfoClaimsAssertion is off: the claims are read from userinfo.
func (client) IDTokenUserinfoClaimsAssertion() bool { return false }

// ClockSkew is none.
func (client) ClockSkew() time.Duration { return 0 }
