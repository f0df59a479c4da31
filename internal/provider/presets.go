package provider

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// presets know what is the same for every customer of a provider. What each asks
// for comes from PROVIDERS knowledge of its documentation; docs/providers says
// what was not verified against a live tenant.
var presets = map[string]func(*loader, *Settings){
	"oidc":    func(*loader, *Settings) {},
	"descope": descope,
	"google": func(_ *loader, s *Settings) {
		s.Provider.Name, s.Provider.Issuer, s.Provider.OfflineAccess = "Google", "https://accounts.google.com", "off"
		s.Provider.AuthParams = map[string]string{"access_type": "offline", "prompt": "consent"}
		s.Provider.LogoutStyle, s.Provider.OrganizationParam = "none", "hd"
	},
	"okta":  func(_ *loader, s *Settings) { s.Provider.Name, s.Provider.OrganizationParam = "Okta", "idp" },
	"auth0": func(_ *loader, s *Settings) { s.Provider.Name, s.Provider.OrganizationParam = "Auth0", "organization" },
	"keycloak": func(_ *loader, s *Settings) {
		s.Provider.Name, s.Provider.OrganizationParam = "Keycloak", "kc_idp_hint"
	},
	"zitadel":  func(_ *loader, s *Settings) { s.Provider.Name = "Zitadel" },
	"pingone":  func(_ *loader, s *Settings) { s.Provider.Name = "PingOne" },
	"onelogin": func(_ *loader, s *Settings) { s.Provider.Name, s.Provider.OfflineAccess = "OneLogin", "off" },
	"entra": func(_ *loader, s *Settings) {
		s.Provider.Name, s.Provider.RedirectHost, s.Provider.OfflineAccess = "Microsoft", "localhost", "on"
		s.Provider.OrganizationParam = "domain_hint"
	},
	"cognito": func(_ *loader, s *Settings) {
		s.Provider.Name, s.Provider.RedirectHost, s.Provider.OfflineAccess = "Amazon Cognito", "localhost", "off"
		s.Provider.LogoutStyle, s.Provider.OrganizationParam = "cognito", "idp_identifier"
	},
	"github": func(_ *loader, s *Settings) {
		p := &s.Provider
		p.Name, p.NoIDToken, p.UserIDField, p.OfflineAccess, p.LogoutStyle = "GitHub", true, "id", "off", "none"
		p.Scopes = []string{"read:user", "user:email"}
		p.AuthorizationEndpoint = "https://github.com/login/oauth/authorize"
		p.TokenEndpoint = "https://github.com/login/oauth/access_token"
		p.UserinfoEndpoint = "https://api.github.com/user"
		p.DeviceEndpoint = "https://github.com/login/device/code"
		p.LoginHintParam = "login"
	},
}

// preset puts the defaults of the named provider in.
func (l *loader) preset(s *Settings, v value) {
	name := v.data.(string)
	apply, ok := presets[name]
	if !ok {
		l.fail(v.source, "provider", fmt.Sprintf("%q is none of %s", name, strings.Join(slices.Sorted(maps.Keys(presets)), ", ")))
		return
	}
	s.Provider.Preset = name
	apply(l, s)
}

// descope derives the issuer from the project ID: one of 32 or more characters
// carries its region in characters 2 to 5.
func descope(l *loader, s *Settings) {
	s.Provider.Name, s.Provider.OrganizationParam = "Descope", "tenant"
	v, ok := l.values["project_id"]
	if !ok {
		if _, issuer := l.values["issuer"]; !issuer {
			l.fail(l.values["provider"].source, "project_id", "missing: the Descope preset needs it (LATCHKEY_PROJECT_ID)")
		}
		return
	}
	id := v.data.(string)
	if !strings.HasPrefix(id, "P") || len(id) < 10 || url.PathEscape(id) != id {
		l.fail(v.source, "project_id", fmt.Sprintf("%q is no Descope project ID; it begins with P and stands in the console under Project", id))
		return
	}
	host := "api.descope.com"
	if len(id) >= 32 {
		host = "api." + id[1:5] + ".descope.com"
	}
	s.Provider.Issuer = "https://" + host + "/" + id
	s.Provider.ClientID = id
	s.Provider.TrustedAudiences = []string{id}
}

// nameOf is what a provider without a name is called: its host.
func nameOf(addresses ...string) string {
	for _, a := range addresses {
		if u, err := url.Parse(a); err == nil && u.Host != "" {
			return u.Host
		}
	}
	return ""
}
