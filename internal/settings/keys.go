package settings

import (
	"slices"
	"sync"
	"time"

	"app.latchkey/internal/provider"
)

// keys.json says of each setting what people read of it, in the order in which the settings are shown. [table] is the
// same as Go, because reading JSON would take 0.3 ms of every start.
//
//go:generate go test -run TestTheTableIsMadeOfKeysJSON . -update

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

	kind  Form
	check func(any) string // what is wrong with a value, or ""; nil takes every one
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

// binding says where a setting's value goes, and which values it takes.
type binding struct {
	at    any              // pointer to the place
	check func(any) string // as of [key]
}

// at is a pointer to the place of the setting in s. Whoever needs many calls [bindings] once.
func (k key) at(s *Settings) any { return bindings(s)[k.Name].at }

// wrong says what is wrong with a converted value, or "".
func (k key) wrong(v any) string {
	if problem := k.chosen(v); problem != "" || k.check == nil {
		return problem
	}
	return k.check(v)
}

// group is one chapter of the settings.
type group struct {
	Title string
	Keys  []key
}

// groups are all settings, in the order in which they are shown.
var groups = sync.OnceValue(func() []group {
	out := table()
	of := bindings(&Settings{})
	for _, g := range out {
		for i := range g.Keys {
			k := &g.Keys[i]
			k.kind, k.check = kindOf(of[k.Name].at), of[k.Name].check
			if k.Name == "provider" {
				k.Choices = presetNames()
			}
		}
	}
	return out
})

// bindings are those of all settings of keys.json: the places are in s.
func bindings(s *Settings) map[string]binding {
	p, given := &s.Provider, &s.Given
	return map[string]binding{
		"provider":                              {&p.Preset, nil},
		"project_id":                            {&given.ProjectID, filled},
		"domain":                                {&given.Domain, hostName},
		"authorization_server":                  {&given.AuthorizationServer, segment},
		"tenant":                                {&given.Tenant, segment},
		"base_url":                              {&given.BaseURL, address},
		"realm":                                 {&given.Realm, segment},
		"user_pool":                             {&given.UserPool, segment},
		"environment_id":                        {&given.EnvironmentID, segment},
		"region":                                {&given.Region, segment},
		"issuer":                                {&p.Issuer, address},
		"client_id":                             {&p.ClientID, filled},
		"client_secret":                         {&p.ClientSecret, nil},
		"name":                                  {&p.Name, nil},
		"scopes":                                {&p.Scopes, nil},
		"offline_access":                        {&p.OfflineAccess, nil},
		"consent":                               {&p.Consent, nil},
		"login_hint":                            {&p.LoginHint, nil},
		"organization":                          {&p.Organization, nil},
		"login_hint_param":                      {&p.LoginHintParam, parameter},
		"organization_param":                    {&p.OrganizationParam, parameter},
		"auth_params":                           {&p.AuthParams, authParams},
		"redirect_host":                         {&p.RedirectHost, nil},
		"redirect_ports":                        {&p.RedirectPorts, portRange},
		"redirect_path":                         {&p.RedirectPath, path},
		"redirect_any_user":                     {&s.RedirectAnyUser, nil},
		"logout_redirect_path":                  {&p.LogoutRedirectPath, path},
		"logout_style":                          {&p.LogoutStyle, nil},
		"signin_timeout":                        {&p.SignInTimeout, between(time.Second, time.Hour)},
		"trusted_audiences":                     {&p.TrustedAudiences, nil},
		"required_acr":                          {&p.RequiredACR, nil},
		"allowed_tenants":                       {&p.AllowedTenants, nil},
		"leeway":                                {&p.Leeway, between(time.Second, 10*time.Minute)},
		"id_token":                              {(*inverse)(&p.NoIDToken), nil},
		"user_id_field":                         {&p.UserIDField, filled},
		"ca_file":                               {&s.CAFile, nil},
		"par":                                   {&p.PAR, nil},
		"client_key_file":                       {&s.ClientKeyFile, nil},
		"client_key_id":                         {&p.ClientKeyID, filled},
		"client_assertion_audience":             {&p.ClientAssertionAudience, nil},
		"dpop":                                  {&p.DPoP, nil},
		"dpop_key":                              {&s.DPoPKey, nil},
		"tpm_device":                            {&s.TPMDevice, nil},
		"apis":                                  {&p.APIs, nil},
		"proxy":                                 {(*proxyText)(&s.Proxy), proxyAddress},
		"client_cert_file":                      {&s.ClientCertFile, nil},
		"client_cert_key_file":                  {&s.ClientCertKeyFile, nil},
		"discovery_url":                         {&p.DiscoveryURL, address},
		"authorization_endpoint":                {&p.AuthorizationEndpoint, address},
		"token_endpoint":                        {&p.TokenEndpoint, address},
		"userinfo_endpoint":                     {&p.UserinfoEndpoint, address},
		"revocation_endpoint":                   {&p.RevocationEndpoint, address},
		"end_session_endpoint":                  {&p.EndSessionEndpoint, address},
		"device_authorization_endpoint":         {&p.DeviceEndpoint, address},
		"pushed_authorization_request_endpoint": {&p.PushedEndpoint, address},
		"jwks_uri":                              {&p.JWKSURI, address},
		"store":                                 {&s.Store, nil},
		"store_passphrase":                      {&s.Passphrase, nil},
		"store_passphrase_file":                 {&s.PassphraseFile, nil},
		"keychain_backend":                      {&s.KeychainBackend, nil},
		"session_max":                           {&s.SessionMax, limit},
		"session_idle":                          {&s.SessionIdle, limit},
		"keychain_timeout":                      {&s.KeychainTimeout, between(100*time.Millisecond, time.Minute)},
		"appearance":                            {&s.Appearance, nil},
		"start_hidden":                          {&s.StartHidden, nil},
		"remember_email":                        {&s.RememberEmail, nil},
		"start_at_login":                        {&s.StartAtLogin, nil},
		"notifications":                         {&s.Notifications, nil},
		"log":                                   {&s.Log, nil},
		"log_to":                                {&s.LogTo, nil},
		"picture_hosts":                         {&s.PictureHosts, hostNames},
	}
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
	return slices.ContainsFunc(all[len(all)-2:], func(g group) bool {
		return slices.ContainsFunc(g.Keys, func(k key) bool { return k.Name == name })
	})
}

// each calls f with every setting, in order.
func each(f func(key)) {
	for _, g := range groups() {
		for _, k := range g.Keys {
			f(k)
		}
	}
}
