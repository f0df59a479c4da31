package provider

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Given is what a preset asks for and cannot know: the keys of the customer's own
// tenant. Empty is not given.
type Given struct {
	ProjectID           string // descope
	Domain              string // okta, auth0, onelogin, zitadel; optional for descope and github
	AuthorizationServer string // okta, optional
	Tenant              string // entra
	BaseURL, Realm      string // keycloak
	UserPool            string // cognito
	EnvironmentID       string // pingone
	Region              string // pingone and cognito, optional
}

// Preset knows what is the same for every customer of a provider, by its
// documentation. docs/providers says what was not verified against a live tenant.
type Preset struct {
	Name, Title string
	Needs, May  []string // keys of [Given]: demanded unless issuer is set, and optional
	Secret      Need     // whether a client secret goes with it

	// issuer makes the issuer of what is given. nil: it is asked for, or there is none.
	issuer func(Given) (string, *Fault)
	knows  func(*Provider, Given) // everything else
}

// Fault is what is wrong with a key that a preset asked for.
type Fault struct{ Key, Problem string }

// Need says whether a client secret is sent.
type Need int

// Needs of a client secret.
const (
	SecretOptional Need = iota
	SecretUnsafe        // works, and would be in every user's hands
	SecretDemanded      // the provider gives one to desktop apps and refuses to do without
	SecretWished        // the code flow demands one, the device grant does not
	SecretRefused       // the provider refuses a public client that sends one
)

// exactPorts are offered for registration where a provider compares the port of
// the redirect address: below the range from which systems take free ports.
var exactPorts = []int{18085, 18086, 18087}

// presets in the order in which they are named to people.
var presets = []Preset{
	{Name: "oidc", Title: ""},
	{
		Name: "descope", Title: "Descope", Needs: []string{"project_id"}, May: []string{"domain"},
		issuer: descopeIssuer, Secret: SecretUnsafe,
		knows: func(p *Provider, g Given) {
			// Its API reference has loginHint, other pages of it login_hint.
			p.OrganizationParam, p.LoginHintParam = "tenant", "login_hint loginHint"
			if g.ProjectID != "" {
				p.ClientID, p.TrustedAudiences = g.ProjectID, []string{g.ProjectID}
			}
		},
	},
	{
		Name: "okta", Title: "Okta", Needs: []string{"domain"}, May: []string{"authorization_server"},
		issuer: oktaIssuer, Secret: SecretUnsafe,
		knows: func(p *Provider, _ Given) {
			p.OrganizationParam, p.RedirectPorts = "idp", exactPorts
			p.APIWay = ByScope // an authorization server has one audience; its scopes tell its APIs apart
		},
	},
	{
		Name: "entra", Title: "Microsoft", Needs: []string{"tenant"}, issuer: entraIssuer, Secret: SecretRefused,
		knows: func(p *Provider, _ Given) {
			p.SelectAccount = true
			// localhost alone may have any port; 127.0.0.1 is for the manifest only.
			p.RedirectHost, p.OfflineAccess, p.OrganizationParam = "localhost", "on", "domain_hint"
			// A refresh token is for every resource; each request names scopes of one.
			p.APIWay, p.APIScopesApart, p.APIScopesBelow = ByScope, true, ".default"
		},
	},
	{
		Name: "google", Title: "Google", issuer: fixed("https://accounts.google.com"), Secret: SecretDemanded,
		knows: func(p *Provider, _ Given) {
			p.SelectAccount = true
			// offline_access is an invalid_scope here; this is Google's way to ask.
			p.OfflineAccess, p.AuthParams = "off", map[string]string{"access_type": "offline", "prompt": "consent"}
			// hd itself is but a wish
			p.OrganizationParam, p.OrganizationClaims, p.LogoutStyle = "hd", []string{"hd"}, "none"
		},
	},
	{
		Name: "auth0", Title: "Auth0", Needs: []string{"domain"}, issuer: below("https://", "/"), Secret: SecretUnsafe,
		knows: func(p *Provider, _ Given) {
			p.OrganizationParam, p.OrganizationClaims = "organization", []string{"org_id", "org_name"}
			p.RedirectPorts = exactPorts
			p.APIWay, p.APIScopesApart = ByAudience, true // multi-resource refresh tokens
		},
	},
	{
		Name: "keycloak", Title: "Keycloak", Needs: []string{"base_url", "realm"}, issuer: keycloakIssuer,
		Secret: SecretUnsafe,
		knows:  func(p *Provider, _ Given) { p.OrganizationParam, p.APIWay = "kc_idp_hint", ByExchange },
	},
	{
		Name: "cognito", Title: "Amazon Cognito", Needs: []string{"user_pool"}, May: []string{"region"},
		issuer: cognitoIssuer, Secret: SecretUnsafe,
		knows: func(p *Provider, _ Given) {
			p.RedirectHost, p.RedirectPorts, p.OfflineAccess = "localhost", exactPorts, "off"
			p.OrganizationParam, p.LogoutStyle = "idp_identifier", "cognito"
		},
	},
	{
		Name: "pingone", Title: "PingOne", Needs: []string{"environment_id"}, May: []string{"region"},
		issuer: pingOneIssuer, Secret: SecretUnsafe,
	},
	{
		Name: "onelogin", Title: "OneLogin", Needs: []string{"domain"}, issuer: below("https://", "/oidc/2"),
		Secret: SecretUnsafe,
		knows: func(p *Provider, _ Given) {
			p.RedirectHost, p.RedirectPorts, p.OfflineAccess = "localhost", exactPorts, "off"
		},
	},
	{
		Name: "zitadel", Title: "Zitadel", Needs: []string{"domain"}, issuer: below("https://", ""),
		Secret: SecretUnsafe,
		knows: func(p *Provider, _ Given) {
			p.OrganizationScope = "urn:zitadel:iam:org:id:"
			p.SelectAccount = true
			p.AudiencesOfParty = true // aud holds the project and all its clients
		},
	},
	{Name: "github", Title: "GitHub", May: []string{"domain"}, knows: github, Secret: SecretWished},
}

// github is OAuth 2.0 without ID tokens and without discovery.
func github(p *Provider, g Given) {
	site, api := "https://github.com", "https://api.github.com"
	if g.Domain != "" {
		site, api = "https://"+g.Domain, "https://"+g.Domain+"/api/v3"
		if strings.HasSuffix(g.Domain, ".ghe.com") { // data residency has a host of its own for the API
			api = "https://api." + g.Domain
		}
	}
	p.SelectAccount = true
	p.NoIDToken, p.UserIDField, p.OfflineAccess, p.LogoutStyle, p.LoginHintParam = true, "id", "off", "none", "login"
	p.Scopes = []string{"read:user", "user:email"}
	p.AuthorizationEndpoint, p.TokenEndpoint = site+"/login/oauth/authorize", site+"/login/oauth/access_token"
	p.DeviceEndpoint, p.UserinfoEndpoint = site+"/login/device/code", api+"/user"
}

// Presets are all presets, in the order in which they are named to people.
func Presets() []Preset { return slices.Clone(presets) }

// PresetOf finds a preset by its name.
func PresetOf(name string) (Preset, bool) {
	i := slices.IndexFunc(presets, func(p Preset) bool { return p.Name == name })
	if i < 0 {
		return Preset{}, false
	}
	return presets[i], true
}

// Takes reports whether the preset asks for a key of [Given].
func (p Preset) Takes(key string) bool {
	return slices.Contains(p.Needs, key) || slices.Contains(p.May, key)
}

// Fill puts what the preset knows into a provider.
func (p Preset) Fill(to *Provider, g Given) {
	to.Name = cmp.Or(p.Title, to.Name)
	if p.knows != nil {
		p.knows(to, g)
	}
}

// HasIssuer reports whether the preset makes the issuer of what is given. Otherwise
// the issuer is asked for, or the provider has none.
func (p Preset) HasIssuer() bool { return p.issuer != nil }

// IssuerOf makes the issuer of what is given, to the letter; of a preset that
// [Preset.HasIssuer] alone.
func (p Preset) IssuerOf(g Given) (string, *Fault) { return p.issuer(g) }

// Generic is what holds of a provider that nothing is known of.
func Generic() Provider {
	return Provider{
		Preset: "oidc", Scopes: []string{"openid", "profile", "email"}, OfflineAccess: "auto", Consent: "auto",
		DPoP: "auto", PAR: "auto", ClientAssertionAudience: "issuer",
		RedirectHost: "127.0.0.1", RedirectPath: "/callback", LogoutStyle: "auto",
		LoginHintParam: "login_hint",
		UserIDField:    "sub", Leeway: time.Minute, SignInTimeout: 10 * time.Minute,
	}
}
