package settings

import (
	"slices"
	"time"

	"app.latchkey/internal/provider"
)

// key is one setting. Its name in files is name; in the environment LATCHKEY_ and
// the name in capitals; as a flag with hyphens.
type key struct {
	name    string
	kind    kind
	about   string   // one line, for docs/settings.md, the example and the settings screen
	choices []string // of a text: the only ones
	secret  bool     // masked when shown
	noFile  bool     // refused in files
	// place marks what says where the provider is. A policy that sets one of them
	// locks them all: an issuer that is locked is worth nothing beside a jwks_uri that
	// is not.
	place  bool
	at     func(*Settings) any // pointer to where the value goes
	check  func(any) string    // what is wrong with the value, or ""
	note   string              // what stands for the default where it is not one value
	sample string              // for the example, where there is no default to show
}

// group is one chapter of the settings.
type group struct {
	title string
	keys  []key
}

// groups are all settings, in the order in which they are shown.
var groups = []group{
	{"The provider", []key{
		{name: "provider", about: "preset; oidc is any OpenID Connect provider", place: true, choices: presetNames(), at: func(s *Settings) any { return &s.Provider.Preset }},
		{name: "project_id", about: "of descope: the project ID", sample: "P2abcdefghijklmnopqrstuvwxyz", place: true, at: func(s *Settings) any { return &s.Given.ProjectID }, check: filled},
		{name: "domain", about: "of okta, auth0, onelogin, zitadel, and of descope and github with a domain of their own: the host, such as acme.okta.com", sample: "acme.okta.com", place: true, at: func(s *Settings) any { return &s.Given.Domain }, check: hostName},
		{name: "authorization_server", about: "of okta: the custom authorization server's ID, such as default", sample: "default", place: true, at: func(s *Settings) any { return &s.Given.AuthorizationServer }, check: segment},
		{name: "tenant", about: "of entra: the directory's ID, or organizations", sample: "8eaef023-2b34-4da1-9baa-8bc8c9d6a490", place: true, at: func(s *Settings) any { return &s.Given.Tenant }, check: segment},
		{name: "base_url", about: "of keycloak: the server's address", sample: "https://sso.acme.example", place: true, at: func(s *Settings) any { return &s.Given.BaseURL }, check: address},
		{name: "realm", about: "of keycloak: the realm", sample: "acme", place: true, at: func(s *Settings) any { return &s.Given.Realm }, check: segment},
		{name: "user_pool", about: "of cognito: the user pool's ID, such as eu-west-1_AbCdEf123", sample: "eu-west-1_AbCdEf123", place: true, at: func(s *Settings) any { return &s.Given.UserPool }, check: segment},
		{name: "environment_id", about: "of pingone: the environment's ID", sample: "8eaef023-2b34-4da1-9baa-8bc8c9d6a490", place: true, at: func(s *Settings) any { return &s.Given.EnvironmentID }, check: segment},
		{name: "region", about: "of pingone: com, eu, ca, asia, com.au or sg; of cognito: only to check user_pool against", sample: "eu", place: true, at: func(s *Settings) any { return &s.Given.Region }, check: segment},
		{name: "issuer", about: "exact, trailing slash included", sample: "https://id.acme.example", place: true, at: func(s *Settings) any { return &s.Provider.Issuer }, check: address, note: "of the preset"},
		{name: "client_id", about: "of a native (public) client", sample: "latchkey", at: func(s *Settings) any { return &s.Provider.ClientID }, check: filled},
		{name: "client_secret", about: "only where the provider insists (Google, GitHub); keep the file to yourself (mode 600)", sample: "from the console", secret: true, at: func(s *Settings) any { return &s.Provider.ClientSecret }},
		{name: "name", about: "what the provider is called on the screens", sample: "Acme ID", at: func(s *Settings) any { return &s.Provider.Name }, note: "of the preset, or the issuer's host"},
	}},
	{"What is asked for", []key{
		{name: "scopes", kind: list, about: "asked for", at: func(s *Settings) any { return &s.Provider.Scopes }},
		{name: "offline_access", about: "auto asks for it where the provider lists it", choices: []string{"auto", "on", "off"}, at: func(s *Settings) any { return &s.Provider.OfflineAccess }},
		{name: "consent", about: "always sends prompt=consent with offline_access; auto and never do not", choices: []string{"auto", "always", "never"}, at: func(s *Settings) any { return &s.Provider.Consent }},
		{name: "login_hint", about: "who is going to sign in, such as an email address", sample: "ada@acme.example", at: func(s *Settings) any { return &s.Provider.LoginHint }},
		{name: "organization", about: "tenant or organization to sign in to, under the provider's own name for it", sample: "acme", at: func(s *Settings) any { return &s.Provider.Organization }},
		{name: "login_hint_param", about: "the provider's name for login_hint; of several, separated by spaces, each is sent", at: func(s *Settings) any { return &s.Provider.LoginHintParam }, check: parameter},
		{name: "organization_param", about: "the provider's name for organization", sample: "tenant", at: func(s *Settings) any { return &s.Provider.OrganizationParam }, check: parameter},
		{name: "auth_params", kind: table, about: "table of further parameters of the authorization request; an empty text takes one of the preset away; in files only", sample: "prompt=login", at: func(s *Settings) any { return &s.Provider.AuthParams }, check: authParams},
	}},
	{"The way back to the app", []key{
		{name: "redirect_host", about: "localhost listens on IPv4 and IPv6", choices: []string{"127.0.0.1", "localhost"}, at: func(s *Settings) any { return &s.Provider.RedirectHost }},
		{name: "redirect_ports", kind: ports, about: "tried in order; 0 is any free port", sample: "18085 18086", at: func(s *Settings) any { return &s.Provider.RedirectPorts }, check: portRange, note: "any free one; 18085 18086 18087 for presets that compare it"},
		{name: "redirect_path", about: "path of the redirect address", at: func(s *Settings) any { return &s.Provider.RedirectPath }, check: path},
		{name: "logout_redirect_path", about: "where the provider sends the browser after a sign-out, on the same host and ports; register the whole address first: one that the provider does not know fails the sign-out there", sample: "/signed-out", at: func(s *Settings) any { return &s.Provider.LogoutRedirectPath }, check: path, note: "none is sent"},
		{name: "logout_style", about: "how the browser's session is ended: oidc posts the ID token; query is for a provider that takes no POST, and sends no ID token; cognito is Amazon's own way; none leaves it", choices: []string{"oidc", "query", "cognito", "none"}, at: func(s *Settings) any { return &s.Provider.LogoutStyle }, note: "of the preset"},
		{name: "signin_timeout", kind: span, about: "of a whole sign-in", at: func(s *Settings) any { return &s.Provider.SignInTimeout }, check: between(time.Second, time.Hour)},
	}},
	{"What is believed", []key{
		{name: "trusted_audiences", kind: list, about: "further audiences that an ID token may name", sample: "project", at: func(s *Settings) any { return &s.Provider.TrustedAudiences }},
		{name: "required_acr", kind: list, about: "acr that every sign-in must have one of", sample: "urn:acme:mfa", at: func(s *Settings) any { return &s.Provider.RequiredACR }},
		{name: "allowed_tenants", kind: list, about: "of a multi-tenant Entra issuer: IDs of the tenants that may sign in", sample: "8eaef023-2b34-4da1-9baa-8bc8c9d6a490", at: func(s *Settings) any { return &s.Provider.AllowedTenants }},
		{name: "leeway", kind: span, about: "for the times in an ID token", at: func(s *Settings) any { return &s.Provider.Leeway }, check: between(time.Second, 10*time.Minute)},
		{name: "id_token", kind: yesNo, about: "false for a provider without ID tokens (plain OAuth 2.0)", place: true, at: func(s *Settings) any { return (*inverse)(&s.Provider.NoIDToken) }},
		{name: "user_id_field", about: "member of the user endpoint's answer that names the person", place: true, at: func(s *Settings) any { return &s.Provider.UserIDField }, check: filled},
		{name: "ca_file", about: "PEM file of certificates to trust as well; a relative path is below the folder of the file it stands in", sample: "acme-ca.pem", at: func(s *Settings) any { return &s.CAFile }},
	}},
	{"Addresses that overrule discovery", []key{
		{name: "discovery_url", about: "where the discovery document is, if not below the issuer", sample: "https://id.acme.example/.well-known/openid-configuration", place: true, at: func(s *Settings) any { return &s.Provider.DiscoveryURL }, check: address},
		{name: "authorization_endpoint", about: "overrules discovery", sample: "https://id.acme.example/authorize", place: true, at: func(s *Settings) any { return &s.Provider.AuthorizationEndpoint }, check: address},
		{name: "token_endpoint", about: "overrules discovery", sample: "https://id.acme.example/token", place: true, at: func(s *Settings) any { return &s.Provider.TokenEndpoint }, check: address},
		{name: "userinfo_endpoint", about: "overrules discovery", sample: "https://id.acme.example/userinfo", place: true, at: func(s *Settings) any { return &s.Provider.UserinfoEndpoint }, check: address},
		{name: "revocation_endpoint", about: "overrules discovery", sample: "https://id.acme.example/revoke", place: true, at: func(s *Settings) any { return &s.Provider.RevocationEndpoint }, check: address},
		{name: "end_session_endpoint", about: "overrules discovery", sample: "https://id.acme.example/logout", place: true, at: func(s *Settings) any { return &s.Provider.EndSessionEndpoint }, check: address},
		{name: "device_authorization_endpoint", about: "overrules discovery; for a sign-in on another device", sample: "https://id.acme.example/device", place: true, at: func(s *Settings) any { return &s.Provider.DeviceEndpoint }, check: address},
		{name: "jwks_uri", about: "overrules discovery", sample: "https://id.acme.example/keys", place: true, at: func(s *Settings) any { return &s.Provider.JWKSURI }, check: address},
	}},
	{"Where the session is kept", []key{
		{name: "store", about: "what the vault is sealed with: a key in the keychain, a passphrase, or nothing kept", choices: []string{"keychain", "file", "memory"}, at: func(s *Settings) any { return &s.Store }},
		{name: "store_passphrase", about: "refused in files", secret: true, noFile: true, at: func(s *Settings) any { return &s.Passphrase }},
		{name: "store_passphrase_file", about: "file whose text is the passphrase; relative as with ca_file", sample: "passphrase.txt", at: func(s *Settings) any { return &s.PassphraseFile }},
		{name: "keychain_backend", about: "kwallet is not verified", sample: "secret-service", choices: []string{"secret-service", "kwallet", "keychain", "wincred"}, at: func(s *Settings) any { return &s.KeychainBackend }, note: "the platform's"},
		{name: "keychain_timeout", kind: span, about: "of each call", at: func(s *Settings) any { return &s.KeychainTimeout }, check: between(100*time.Millisecond, time.Minute)},
	}},
	{"The app", []key{
		{name: "appearance", about: "of the window", choices: []string{"system", "light", "dark"}, at: func(s *Settings) any { return &s.Appearance }},
		{name: "start_hidden", kind: yesNo, about: "the window stays in the background at the start when somebody is signed in", at: func(s *Settings) any { return &s.StartHidden }},
		{name: "log", about: "level of the log", choices: []string{"error", "warn", "info", "debug"}, at: func(s *Settings) any { return &s.Log }},
	}},
}

func presetNames() []string {
	var out []string
	for _, p := range provider.Presets() {
		out = append(out, p.Name)
	}
	return out
}

// lookup finds a setting by its name.
func lookup(name string) (key, bool) {
	for _, g := range groups {
		if i := slices.IndexFunc(g.keys, func(k key) bool { return k.name == name }); i >= 0 {
			return g.keys[i], true
		}
	}
	return key{}, false
}

// each calls f with every setting, in order.
func each(f func(key)) {
	for _, g := range groups {
		for _, k := range g.keys {
			f(k)
		}
	}
}
