package settings

import (
	_ "embed"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"app.latchkey/internal/provider"
	"app.latchkey/internal/proxy/route"
)

// keysFile says of each setting what people read of it, in the order in which the
// settings are shown.
//
//go:embed keys.json
var keysFile []byte

// key is one setting. In files it has its name; in the environment LATCHKEY_ and the
// name in capitals; as a flag the name with hyphens.
type key struct {
	Name    string
	About   string   // one line, for docs/settings.md, the example and the settings screen
	Choices []string // of a text: the only ones
	Secret  bool     // masked when shown
	NoFile  bool     // refused in files
	Decides decision // what a wrong value could bring about
	Note    string   // what stands for the default where it is not one value
	Sample  string   // for the example, where there is no default to show

	binding
	kind kind
}

// decision says what a key decides. Each key must say it: a test refuses one that does not.
type decision string

const (
	// where the provider is: its addresses, and whether it gives ID tokens at all. A policy that sets
	// one such key locks all of them, and those of whom: a locked issuer protects nothing while
	// jwks_uri can be set freely.
	where decision = "where"
	// whom and what we believe: certificates, audiences, tenants, and parameters of the
	// request that the provider's answer depends on.
	whom decision = "whom"
	// neither of the two. client_id and client_secret say who we are; the policy locks them
	// when it sets them.
	neither decision = "neither"
)

// binding says where a setting's value goes.
type binding struct {
	at    func(*Settings) any // pointer to the place
	check func(any) string    // what is wrong with the value, or ""
}

// group is one chapter of the settings.
type group struct {
	Title string
	Keys  []key
}

// groups are all settings, in the order in which they are shown.
var groups = sync.OnceValue(func() []group {
	var out []group
	if err := json.Unmarshal(keysFile, &out); err != nil {
		panic(err) // the file is a part of the program
	}
	var none Settings
	for _, g := range out {
		for i := range g.Keys {
			k := &g.Keys[i]
			k.binding = bindings[k.Name]
			k.kind = kindOf(k.at(&none))
			if k.Name == "provider" {
				k.Choices = presetNames()
			}
		}
	}
	return out
})

// bindings has an entry for each setting of keys.json.
var bindings = map[string]binding{
	"provider":   {at: func(s *Settings) any { return &s.Provider.Preset }},
	"project_id": {at: func(s *Settings) any { return &s.Given.ProjectID }, check: filled},
	"domain":     {at: func(s *Settings) any { return &s.Given.Domain }, check: hostName},
	"authorization_server": {
		at:    func(s *Settings) any { return &s.Given.AuthorizationServer },
		check: segment,
	},
	"tenant":         {at: func(s *Settings) any { return &s.Given.Tenant }, check: segment},
	"base_url":       {at: func(s *Settings) any { return &s.Given.BaseURL }, check: address},
	"realm":          {at: func(s *Settings) any { return &s.Given.Realm }, check: segment},
	"user_pool":      {at: func(s *Settings) any { return &s.Given.UserPool }, check: segment},
	"environment_id": {at: func(s *Settings) any { return &s.Given.EnvironmentID }, check: segment},
	"region":         {at: func(s *Settings) any { return &s.Given.Region }, check: segment},
	"issuer":         {at: func(s *Settings) any { return &s.Provider.Issuer }, check: address},
	"client_id":      {at: func(s *Settings) any { return &s.Provider.ClientID }, check: filled},
	"client_secret":  {at: func(s *Settings) any { return &s.Provider.ClientSecret }},
	"name":           {at: func(s *Settings) any { return &s.Provider.Name }},
	"scopes":         {at: func(s *Settings) any { return &s.Provider.Scopes }},
	"offline_access": {at: func(s *Settings) any { return &s.Provider.OfflineAccess }},
	"consent":        {at: func(s *Settings) any { return &s.Provider.Consent }},
	"login_hint":     {at: func(s *Settings) any { return &s.Provider.LoginHint }},
	"organization":   {at: func(s *Settings) any { return &s.Provider.Organization }},
	"login_hint_param": {
		at:    func(s *Settings) any { return &s.Provider.LoginHintParam },
		check: parameter,
	},
	"organization_param": {
		at:    func(s *Settings) any { return &s.Provider.OrganizationParam },
		check: parameter,
	},
	"auth_params":          {at: func(s *Settings) any { return &s.Provider.AuthParams }, check: authParams},
	"redirect_host":        {at: func(s *Settings) any { return &s.Provider.RedirectHost }},
	"redirect_ports":       {at: func(s *Settings) any { return &s.Provider.RedirectPorts }, check: portRange},
	"redirect_path":        {at: func(s *Settings) any { return &s.Provider.RedirectPath }, check: path},
	"redirect_any_user":    {at: func(s *Settings) any { return &s.RedirectAnyUser }},
	"logout_redirect_path": {at: func(s *Settings) any { return &s.Provider.LogoutRedirectPath }, check: path},
	"logout_style":         {at: func(s *Settings) any { return &s.Provider.LogoutStyle }},
	"signin_timeout": {
		at:    func(s *Settings) any { return &s.Provider.SignInTimeout },
		check: between(time.Second, time.Hour),
	},
	"trusted_audiences": {at: func(s *Settings) any { return &s.Provider.TrustedAudiences }},
	"required_acr":      {at: func(s *Settings) any { return &s.Provider.RequiredACR }},
	"allowed_tenants":   {at: func(s *Settings) any { return &s.Provider.AllowedTenants }},
	"leeway": {
		at:    func(s *Settings) any { return &s.Provider.Leeway },
		check: between(time.Second, 10*time.Minute),
	},
	"id_token":                  {at: func(s *Settings) any { return (*inverse)(&s.Provider.NoIDToken) }},
	"user_id_field":             {at: func(s *Settings) any { return &s.Provider.UserIDField }, check: filled},
	"ca_file":                   {at: func(s *Settings) any { return &s.CAFile }},
	"par":                       {at: func(s *Settings) any { return &s.Provider.PAR }},
	"client_key_file":           {at: func(s *Settings) any { return &s.ClientKeyFile }},
	"client_key_id":             {at: func(s *Settings) any { return &s.Provider.ClientKeyID }, check: filled},
	"client_assertion_audience": {at: func(s *Settings) any { return &s.Provider.ClientAssertionAudience }},
	"dpop":                      {at: func(s *Settings) any { return &s.Provider.DPoP }},
	"dpop_key":                  {at: func(s *Settings) any { return &s.DPoPKey }},
	"tpm_device":                {at: func(s *Settings) any { return &s.TPMDevice }},
	"apis":                      {at: func(s *Settings) any { return &s.Provider.APIs }},
	"proxy": {
		at:    func(s *Settings) any { return (*proxyText)(&s.Proxy) },
		check: func(v any) string { return route.Check(v.(string)) },
	},
	"client_cert_file":     {at: func(s *Settings) any { return &s.ClientCertFile }},
	"client_cert_key_file": {at: func(s *Settings) any { return &s.ClientCertKeyFile }},
	"discovery_url":        {at: func(s *Settings) any { return &s.Provider.DiscoveryURL }, check: address},
	"authorization_endpoint": {
		at:    func(s *Settings) any { return &s.Provider.AuthorizationEndpoint },
		check: address,
	},
	"token_endpoint": {at: func(s *Settings) any { return &s.Provider.TokenEndpoint }, check: address},
	"userinfo_endpoint": {
		at:    func(s *Settings) any { return &s.Provider.UserinfoEndpoint },
		check: address,
	},
	"revocation_endpoint": {
		at:    func(s *Settings) any { return &s.Provider.RevocationEndpoint },
		check: address,
	},
	"end_session_endpoint": {
		at:    func(s *Settings) any { return &s.Provider.EndSessionEndpoint },
		check: address,
	},
	"device_authorization_endpoint": {at: func(s *Settings) any { return &s.Provider.DeviceEndpoint }, check: address},
	"pushed_authorization_request_endpoint": {
		at:    func(s *Settings) any { return &s.Provider.PushedEndpoint },
		check: address,
	},
	"jwks_uri":              {at: func(s *Settings) any { return &s.Provider.JWKSURI }, check: address},
	"store":                 {at: func(s *Settings) any { return &s.Store }},
	"store_passphrase":      {at: func(s *Settings) any { return &s.Passphrase }},
	"store_passphrase_file": {at: func(s *Settings) any { return &s.PassphraseFile }},
	"keychain_backend":      {at: func(s *Settings) any { return &s.KeychainBackend }},
	"session_max":           {at: func(s *Settings) any { return &s.SessionMax }, check: limit},
	"session_idle":          {at: func(s *Settings) any { return &s.SessionIdle }, check: limit},
	"keychain_timeout": {
		at:    func(s *Settings) any { return &s.KeychainTimeout },
		check: between(100*time.Millisecond, time.Minute),
	},
	"appearance":     {at: func(s *Settings) any { return &s.Appearance }},
	"start_hidden":   {at: func(s *Settings) any { return &s.StartHidden }},
	"remember_email": {at: func(s *Settings) any { return &s.RememberEmail }},
	"start_at_login": {at: func(s *Settings) any { return &s.StartAtLogin }},
	"notifications":  {at: func(s *Settings) any { return &s.Notifications }},

	"log":    {at: func(s *Settings) any { return &s.Log }},
	"log_to": {at: func(s *Settings) any { return &s.LogTo }},
	"picture_hosts": {
		at:    func(s *Settings) any { return &s.PictureHosts },
		check: hostNames,
	},
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
	for _, g := range groups() {
		if i := slices.IndexFunc(g.Keys, func(k key) bool { return k.Name == name }); i >= 0 {
			return g.Keys[i], true
		}
	}
	return key{}, false
}

// OfApp reports whether the setting of that name is a matter of the app, such as where it keeps the session, and not of
// the provider.
func OfApp(name string) bool {
	all := groups()
	for _, g := range all[len(all)-2:] {
		if slices.ContainsFunc(g.Keys, func(k key) bool { return k.Name == name }) {
			return true
		}
	}
	return false
}

// each calls f with every setting, in order.
func each(f func(key)) {
	for _, g := range groups() {
		for _, k := range g.Keys {
			f(k)
		}
	}
}
