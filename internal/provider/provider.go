package provider

import (
	"fmt"
	"slices"
	"time"

	"app.latchkey/internal/secret"
)

// Provider is one OpenID Connect provider as the settings describe it. What is
// empty is read from discovery.
type Provider struct {
	Preset string // name of the preset, "oidc" for the generic one
	Name   string // shown to people: "Sign in with …"

	Issuer       string // exact, trailing slash included (OIDC Core §2)
	DiscoveryURL string // empty: Issuer + /.well-known/openid-configuration
	ClientID     string
	ClientSecret secret.Secret // absent for a public client
	// ClientKey is a private key in PEM, or what package proof keeps of a key in hardware, by which the client
	// names itself (private_key_jwt, RFC 7523); absent for none.
	ClientKey               secret.Secret
	ClientKeyID             string // the kid under which the provider knows it; empty sends none
	ClientAssertionAudience string // issuer, token_endpoint
	Scopes                  []string

	OfflineAccess string // auto, on, off: whether offline_access is asked for (OIDC Core §11)
	Consent       string // auto, always, never: whether prompt=consent is sent with it

	RedirectHost  string // 127.0.0.1 or localhost (RFC 8252 §7.3, §8.3)
	RedirectPorts []int  // tried in order; 0 or none is any free port
	RedirectPath  string
	// LogoutRedirectPath is the path of post_logout_redirect_uri, on the same host and
	// ports; empty sends none, since an address that the provider does not know would
	// fail the whole sign-out (RP-Initiated Logout 1.0 §3).
	LogoutRedirectPath string

	// Explicit endpoints overrule discovery; with NoDiscovery they replace it.
	NoDiscovery           bool
	AuthorizationEndpoint string
	TokenEndpoint         string
	UserinfoEndpoint      string
	RevocationEndpoint    string
	EndSessionEndpoint    string
	DeviceEndpoint        string
	JWKSURI               string
	PushedEndpoint        string

	DPoP string // auto, require, off: whether tokens are bound to a key of this computer (RFC 9449)

	PAR string // auto, require, off: whether the authorization request is pushed (RFC 9126)

	NoIDToken   bool   // plain OAuth 2.0: identity from the user endpoint, marked as such
	UserIDField string // the member of the user endpoint's answer that is the subject

	TrustedAudiences []string // further audiences an ID token may name (OIDC Core §3.1.3.7 item 3)
	// AudiencesOfParty trusts every further audience of an ID token whose azp is this
	// client: the provider names the project and its other clients there.
	AudiencesOfParty bool
	RequiredACR      []string // acr that every sign-in must have one of; empty demands none
	AllowedTenants   []string // for an issuer with {tenantid}: the tenants that may sign in
	Leeway           time.Duration

	SelectAccount bool              // prompt=select_account is understood although it may not be listed
	AuthParams    map[string]string // extra parameters of the authorization request

	// Home realm: who is going to sign in, and where. Both are sent when a sign-in
	// brings none of its own.
	LoginHint         string
	LoginHintParam    string // the provider's name for login_hint, or several, separated by spaces
	Organization      string
	OrganizationParam string // the provider's name for an organization; empty: it has none
	OrganizationScope string // asked for with the organization behind it, where it is a scope instead
	// OrganizationClaims are the claims of the ID token that name the organization:
	// where an organization was asked for, one of them must be it. Empty where the
	// provider's documentation promises none.
	OrganizationClaims []string

	APIs []API // further APIs that get access tokens of their own, by name
	// APIWay is how the provider gives such tokens; empty where nothing is known of it.
	APIWay string
	// APIScopesApart keeps the scopes of the APIs out of the sign-in: the provider takes those of one API at a time.
	APIScopesApart bool
	// APIScopesBelow is the scope that stands for all of a resource's, where scopes are written below their resource.
	APIScopesBelow string

	LogoutStyle string // auto, oidc, query, cognito, none

	SignInTimeout time.Duration // of a whole sign-in
	RootCAs       []byte        // PEM; empty: the system's
}

// RedirectAddresses are the redirect addresses to register with the provider: one for
// each port of RedirectPorts, or one without a port where any will do.
func (p Provider) RedirectAddresses() []string {
	if len(p.RedirectPorts) == 0 || slices.Contains(p.RedirectPorts, 0) {
		return []string{"http://" + p.RedirectHost + p.RedirectPath}
	}
	var out []string
	for _, port := range p.RedirectPorts {
		out = append(out, fmt.Sprintf("http://%s:%d%s", p.RedirectHost, port, p.RedirectPath))
	}
	return out
}
