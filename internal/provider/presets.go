package provider

import "time"

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

// preset knows what is the same for every customer of a provider, by its
// documentation. docs/providers says what was not verified against a live tenant.
type preset struct {
	name, title string
	needs, may  []string // keys of Given: demanded unless issuer is set, and optional
	// issuer makes the issuer of what is given. nil: it is asked for, or there is none.
	issuer func(Given) (string, *fault)
	knows  func(*Provider, Given) // everything else
	secret need                   // whether a client secret goes with it
}

// fault is what is wrong with a key that a preset asked for.
type fault struct{ key, problem string }

// need says whether a client secret is sent.
type need int

const (
	optional need = iota
	unsafe        // works, and would be in every user's hands
	demanded      // the provider gives one to desktop apps and refuses to do without
	wished        // the code flow demands one, the device grant does not
	refused       // the provider refuses a public client that sends one
)

// exactPorts are offered for registration where a provider compares the port of
// the redirect address: below the range from which systems take free ports.
var exactPorts = []int{18085, 18086, 18087}

// presets in the order in which they are named to people.
var presets = []preset{
	{name: "oidc", title: ""},
	{
		name: "descope", title: "Descope", needs: []string{"project_id"}, may: []string{"domain"}, issuer: descopeIssuer, secret: unsafe,
		knows: func(p *Provider, g Given) {
			// Its API reference has loginHint, other pages of it login_hint.
			p.OrganizationParam, p.LoginHintParam = "tenant", "login_hint loginHint"
			if g.ProjectID != "" {
				p.ClientID, p.TrustedAudiences = g.ProjectID, []string{g.ProjectID}
			}
		},
	},
	{
		name: "okta", title: "Okta", needs: []string{"domain"}, may: []string{"authorization_server"}, issuer: oktaIssuer, secret: unsafe,
		knows: func(p *Provider, _ Given) { p.OrganizationParam, p.RedirectPorts = "idp", exactPorts },
	},
	{
		name: "entra", title: "Microsoft", needs: []string{"tenant"}, issuer: entraIssuer, secret: refused,
		knows: func(p *Provider, _ Given) {
			// localhost alone may have any port; 127.0.0.1 is for the manifest only.
			p.RedirectHost, p.OfflineAccess, p.OrganizationParam = "localhost", "on", "domain_hint"
		},
	},
	{
		name: "google", title: "Google", issuer: fixed("https://accounts.google.com"), secret: demanded,
		knows: func(p *Provider, _ Given) {
			// offline_access is an invalid_scope here; this is Google's way to ask.
			p.OfflineAccess, p.AuthParams = "off", map[string]string{"access_type": "offline", "prompt": "consent"}
			p.OrganizationParam, p.OrganizationClaims, p.LogoutStyle = "hd", []string{"hd"}, "none" // hd itself is but a wish
		},
	},
	{
		name: "auth0", title: "Auth0", needs: []string{"domain"}, issuer: below("https://", "/"), secret: unsafe,
		knows: func(p *Provider, _ Given) {
			p.OrganizationParam, p.OrganizationClaims, p.RedirectPorts = "organization", []string{"org_id", "org_name"}, exactPorts
		},
	},
	{
		name: "keycloak", title: "Keycloak", needs: []string{"base_url", "realm"}, issuer: keycloakIssuer, secret: unsafe,
		knows: func(p *Provider, _ Given) { p.OrganizationParam = "kc_idp_hint" },
	},
	{
		name: "cognito", title: "Amazon Cognito", needs: []string{"user_pool"}, may: []string{"region"}, issuer: cognitoIssuer, secret: unsafe,
		knows: func(p *Provider, _ Given) {
			p.RedirectHost, p.RedirectPorts, p.OfflineAccess = "localhost", exactPorts, "off"
			p.OrganizationParam, p.LogoutStyle = "idp_identifier", "cognito"
		},
	},
	{name: "pingone", title: "PingOne", needs: []string{"environment_id"}, may: []string{"region"}, issuer: pingOneIssuer, secret: unsafe},
	{
		name: "onelogin", title: "OneLogin", needs: []string{"domain"}, issuer: below("https://", "/oidc/2"), secret: unsafe,
		knows: func(p *Provider, _ Given) {
			p.RedirectHost, p.RedirectPorts, p.OfflineAccess = "localhost", exactPorts, "off"
		},
	},
	{
		name: "zitadel", title: "Zitadel", needs: []string{"domain"}, issuer: below("https://", ""), secret: unsafe,
		knows: func(p *Provider, _ Given) { p.OrganizationScope = "urn:zitadel:iam:org:id:" },
	},
	{name: "github", title: "GitHub", may: []string{"domain"}, knows: github, secret: wished},
}

// github is OAuth 2.0 without ID tokens and without discovery.
func github(p *Provider, g Given) {
	site, api := "https://github.com", "https://api.github.com"
	if g.Domain != "" {
		site, api = "https://"+g.Domain, gitHubAPI(g.Domain)
	}
	p.NoIDToken, p.UserIDField, p.OfflineAccess, p.LogoutStyle, p.LoginHintParam = true, "id", "off", "none", "login"
	p.Scopes = []string{"read:user", "user:email"}
	p.AuthorizationEndpoint, p.TokenEndpoint = site+"/login/oauth/authorize", site+"/login/oauth/access_token"
	p.DeviceEndpoint, p.UserinfoEndpoint = site+"/login/device/code", api+"/user"
}

func presetNames() []string {
	var out []string
	for _, p := range presets {
		out = append(out, p.name)
	}
	return out
}

// generic is what holds of a provider that nothing is known of.
func generic() Provider {
	return Provider{
		Preset: "oidc", Scopes: []string{"openid", "profile", "email"}, OfflineAccess: "auto", Consent: "auto",
		RedirectHost: "127.0.0.1", RedirectPath: "/callback", LogoutStyle: "oidc", LoginHintParam: "login_hint",
		UserIDField: "sub", Leeway: time.Minute, SignInTimeout: 10 * time.Minute,
	}
}
