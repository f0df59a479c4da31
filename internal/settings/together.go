package settings

import (
	"cmp"
	"runtime"
	"slices"
	"strings"

	"app.latchkey/internal/provider"
)

// together checks combinations.
func (l *loader) together(s *Settings) {
	p := &s.Provider
	endpoints := p.AuthorizationEndpoint != "" && p.TokenEndpoint != ""
	voucher := p.JWKSURI != "" || p.NoIDToken && p.UserinfoEndpoint != "" // for who the person is
	p.NoDiscovery = endpoints && p.DiscoveryURL == "" && (p.Issuer == "" || voucher)
	l.whoItIs(p)
	l.secretRule(s)
	l.offline(p)
	l.tenants(p)
	if p.Organization != "" && p.OrganizationParam == "" && p.OrganizationScope == "" {
		l.blame("organization", "the %s preset knows no parameter for it: set organization_param to the provider's "+
			"own name for it", p.Preset)
	}
	l.apis(p)
	l.storage(s)
	if p.NoIDToken && len(p.RequiredACR) > 0 {
		l.blame("required_acr", "it stands in an ID token, and this provider has none (id_token = false)")
	}
	v, set := l.values["user_id_field"]
	if set && !p.NoIDToken && v.source == l.tutorialUserID && v.data != "sub" {
		l.warn("%s: %s is needless: the ID token names the person by sub", v.source, oauthUserID)
	}
	if p.Preset == "entra" && p.RedirectHost == "127.0.0.1" {
		l.warn("redirect_host: Microsoft Entra takes 127.0.0.1 through the app's manifest alone; localhost is the " +
			"default for it")
	}
	p.Name = cmp.Or(p.Name, provider.NameOf(p.Issuer, p.AuthorizationEndpoint))
	s.Configured = p.ClientID != "" && (p.Issuer != "" || p.NoDiscovery)
	s.Warnings, s.Exposed = append(l.warnings, l.exposed...), l.exposed
}

// whoItIs: a provider is an issuer and a client, or explicit endpoints and a client.
func (l *loader) whoItIs(p *provider.Provider) {
	switch {
	case p.NoDiscovery && p.Issuer == "" && !p.NoIDToken:
		l.blame("authorization_endpoint", "without an issuer there is nothing to hold an ID token against: set "+
			"issuer, or id_token = false for a provider that has none")
	case p.NoIDToken && p.Issuer == "" &&
		(p.AuthorizationEndpoint == "" || p.TokenEndpoint == "" || p.UserinfoEndpoint == ""):
		l.blame("id_token", "a provider without ID tokens needs authorization_endpoint, token_endpoint and "+
			"userinfo_endpoint")
	case p.DiscoveryURL != "" && p.Issuer == "":
		l.missing("discovery_url", "issuer", "what is discovered must be held against an issuer (LATCHKEY_ISSUER)")
	case p.ClientID == "" && p.Issuer != "" && l.has("issuer"):
		l.missing("issuer", "client_id", "an issuer is set and no client (LATCHKEY_CLIENT_ID)")
	case p.ClientID == "" && (p.Issuer != "" || p.NoDiscovery):
		l.missing("provider", "client_id", "a provider is set and no client (LATCHKEY_CLIENT_ID)")
	case p.ClientID != "" && p.Issuer == "" && !p.NoDiscovery && l.has("client_id") && len(l.errs) == 0:
		l.missing("client_id", "issuer", "a client is set and no issuer (LATCHKEY_ISSUER)")
	}
}

func (l *loader) has(key string) bool {
	_, ok := l.values[key]
	return ok
}

// offline: some providers answer offline_access with an error.
func (l *loader) offline(p *provider.Provider) {
	if !slices.Contains([]string{"google", "cognito", "onelogin"}, p.Preset) {
		return
	}
	if p.OfflineAccess == "on" {
		l.blame("offline_access", "%s refuses the scope offline_access; leave this setting out", p.Name)
	}
	if slices.Contains(p.Scopes, "offline_access") {
		l.blame("scopes", "%s refuses the scope offline_access; take it out", p.Name)
	}
}

// tenants: an issuer of many tenants needs a list of those that may sign in, and a list beside the
// issuer of one tenant would protect nothing.
func (l *loader) tenants(p *provider.Provider) {
	many := strings.Contains(p.Issuer, "/common/") || strings.Contains(p.Issuer, "/organizations/")
	switch {
	case many && strings.Contains(p.Issuer, "microsoftonline.") && len(p.AllowedTenants) == 0:
		from := "tenant"
		if l.has("issuer") {
			from = "issuer"
		}
		l.missing(from, "allowed_tenants", "everybody with a Microsoft account could sign in; list the IDs of the "+
			"tenants that may")
	case !many && len(p.AllowedTenants) > 0:
		l.blame("allowed_tenants", "it is checked for a multi-tenant Entra issuer (tenant = \"organizations\") alone; "+
			"this issuer names one tenant or none")
	}
}

// storage: where the session is kept.
func (l *loader) storage(s *Settings) {
	typed, file := l.has("store_passphrase"), l.has("store_passphrase_file")
	if typed && file {
		l.blame("store_passphrase_file", "a passphrase is set too; keep one of the two")
	}
	if s.Store != "file" && (typed || file) {
		l.warn("a passphrase is set and store is %q: it is used only with store = \"file\"", s.Store)
	}
	here := map[string][]string{"darwin": {"keychain"}, "windows": {"wincred"}}[runtime.GOOS]
	if here == nil {
		here = []string{"secret-service", "kwallet"}
	}
	if l.has("keychain_backend") && !slices.Contains(here, s.KeychainBackend) {
		l.blame("keychain_backend", "%q is not of this system: here it is %s", s.KeychainBackend,
			strings.Join(here, " or "))
	}
}
