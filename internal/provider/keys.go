package provider

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"app.latchkey/internal/secret"
)

// kind is the type of a setting's value.
type kind int

const (
	text  kind = iota // string
	list              // []string; in the environment separated by spaces
	ports             // []int; in the environment separated by spaces or commas
	flag              // bool
	span              // time.Duration, as "90s"
	table             // map[string]string; in files only
)

// key is one setting. set returns what is wrong with the value, or "".
type key struct {
	kind   kind
	secret bool // masked when shown
	noFile bool // refused in files
	set    func(*Settings, any) string
}

// keys are all settings, by their names in files. The environment's name is
// LATCHKEY_ and the key in capitals; a flag's has hyphens.
var keys = map[string]key{
	"provider":      {kind: text}, // read first, by preset
	"name":          {kind: text, set: func(s *Settings, v any) string { s.Provider.Name = v.(string); return "" }},
	"issuer":        {kind: text, set: func(s *Settings, v any) string { s.Provider.Issuer = v.(string); return address(v) }},
	"discovery_url": {kind: text, set: func(s *Settings, v any) string { s.Provider.DiscoveryURL = v.(string); return address(v) }},
	"client_id":     {kind: text, set: func(s *Settings, v any) string { s.Provider.ClientID = v.(string); return filled(v) }},
	"client_secret": {kind: text, secret: true, set: func(s *Settings, v any) string { s.Provider.ClientSecret = secret.New(v.(string)); return "" }},
	"scopes":        {kind: list, set: func(s *Settings, v any) string { s.Provider.Scopes = v.([]string); return "" }},
	"offline_access": {kind: text, set: func(s *Settings, v any) string {
		s.Provider.OfflineAccess = v.(string)
		return oneOf(v, "auto", "on", "off")
	}},
	"consent": {kind: text, set: func(s *Settings, v any) string {
		s.Provider.Consent = v.(string)
		return oneOf(v, "auto", "always", "never")
	}},
	"redirect_host": {kind: text, set: func(s *Settings, v any) string {
		s.Provider.RedirectHost = v.(string)
		return oneOf(v, "127.0.0.1", "localhost")
	}},
	"redirect_ports":                {kind: ports, set: func(s *Settings, v any) string { s.Provider.RedirectPorts = v.([]int); return portRange(v) }},
	"redirect_path":                 {kind: text, set: func(s *Settings, v any) string { s.Provider.RedirectPath = v.(string); return path(v) }},
	"logout_redirect_path":          {kind: text, set: func(s *Settings, v any) string { s.Provider.LogoutRedirectPath = v.(string); return path(v) }},
	"authorization_endpoint":        {kind: text, set: func(s *Settings, v any) string { s.Provider.AuthorizationEndpoint = v.(string); return address(v) }},
	"token_endpoint":                {kind: text, set: func(s *Settings, v any) string { s.Provider.TokenEndpoint = v.(string); return address(v) }},
	"userinfo_endpoint":             {kind: text, set: func(s *Settings, v any) string { s.Provider.UserinfoEndpoint = v.(string); return address(v) }},
	"revocation_endpoint":           {kind: text, set: func(s *Settings, v any) string { s.Provider.RevocationEndpoint = v.(string); return address(v) }},
	"end_session_endpoint":          {kind: text, set: func(s *Settings, v any) string { s.Provider.EndSessionEndpoint = v.(string); return address(v) }},
	"device_authorization_endpoint": {kind: text, set: func(s *Settings, v any) string { s.Provider.DeviceEndpoint = v.(string); return address(v) }},
	"jwks_uri":                      {kind: text, set: func(s *Settings, v any) string { s.Provider.JWKSURI = v.(string); return address(v) }},
	"id_token":                      {kind: flag, set: func(s *Settings, v any) string { s.Provider.NoIDToken = !v.(bool); return "" }},
	"user_id_field":                 {kind: text, set: func(s *Settings, v any) string { s.Provider.UserIDField = v.(string); return filled(v) }},
	"trusted_audiences":             {kind: list, set: func(s *Settings, v any) string { s.Provider.TrustedAudiences = v.([]string); return "" }},
	"required_acr":                  {kind: list, set: func(s *Settings, v any) string { s.Provider.RequiredACR = v.([]string); return "" }},
	"allowed_tenants":               {kind: list, set: func(s *Settings, v any) string { s.Provider.AllowedTenants = v.([]string); return "" }},
	"leeway": {kind: span, set: func(s *Settings, v any) string {
		s.Provider.Leeway = v.(time.Duration)
		return between(v, time.Second, 10*time.Minute)
	}},
	"signin_timeout": {kind: span, set: func(s *Settings, v any) string {
		s.Provider.SignInTimeout = v.(time.Duration)
		return between(v, time.Second, time.Hour)
	}},
	"login_hint":            {kind: text, set: func(s *Settings, v any) string { s.Provider.LoginHint = v.(string); return "" }},
	"auth_params":           {kind: table, set: setAuthParams},
	"project_id":            {kind: text}, // of the Descope preset
	"ca_file":               {kind: text},
	"store":                 {kind: text, set: func(s *Settings, v any) string { s.Store = v.(string); return oneOf(v, "keychain", "file", "memory") }},
	"store_passphrase":      {kind: text, secret: true, noFile: true, set: func(s *Settings, v any) string { s.Passphrase = secret.New(v.(string)); return "" }},
	"store_passphrase_file": {kind: text},
	"keychain_backend": {kind: text, set: func(s *Settings, v any) string {
		s.KeychainBackend = v.(string)
		return oneOf(v, "secret-service", "kwallet", "keychain", "wincred")
	}},
	"keychain_timeout": {kind: span, set: func(s *Settings, v any) string {
		s.KeychainTimeout = v.(time.Duration)
		return between(v, 100*time.Millisecond, time.Minute)
	}},
	"log": {kind: text, set: func(s *Settings, v any) string { s.Log = v.(string); return oneOf(v, "error", "warn", "info", "debug") }},
}

// protected are the parameters of the authorization request that a setting must
// not touch.
var protected = []string{"client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "request", "request_uri"}

func setAuthParams(s *Settings, v any) string {
	params := v.(map[string]string)
	for name := range params {
		if slices.Contains(protected, name) {
			return fmt.Sprintf("%s is the program's own and cannot be set", name)
		}
	}
	if s.Provider.AuthParams == nil {
		s.Provider.AuthParams = map[string]string{}
	}
	for name, text := range params {
		s.Provider.AuthParams[name] = text
	}
	return ""
}

func oneOf(v any, allowed ...string) string {
	if slices.Contains(allowed, v.(string)) {
		return ""
	}
	return fmt.Sprintf("%q is none of %s", v, strings.Join(allowed, ", "))
}

func filled(v any) string {
	if s := v.(string); s == "" || strings.TrimSpace(s) != s {
		return "it is empty, or has a space at an end"
	}
	return ""
}

func between(v any, low, high time.Duration) string {
	if d := v.(time.Duration); d < low || d > high {
		return fmt.Sprintf("%s is not between %s and %s", d, low, high)
	}
	return ""
}

func portRange(v any) string {
	for _, p := range v.([]int) {
		if p < 0 || p > 65535 {
			return fmt.Sprintf("%d is no port (0 is any free one)", p)
		}
	}
	return ""
}

var pathShape = regexp.MustCompile(`^/[A-Za-z0-9/_.~-]*$`)

func path(v any) string {
	if s := v.(string); !pathShape.MatchString(s) || strings.HasPrefix(s, "/done/") {
		return "it must begin with / and have letters, digits and / _ . ~ - alone"
	}
	return ""
}

// address refuses a URL that could never be used: https, or http on this machine.
func address(v any) string {
	raw := v.(string)
	u, err := url.Parse(raw)
	switch {
	case raw != strings.TrimSpace(raw):
		return "it has a space at an end"
	case err != nil || u.Hostname() == "":
		return fmt.Sprintf("%q is no address such as https://id.example.com", raw)
	case u.User != nil || u.Fragment != "":
		return "an address here has neither a user nor a fragment"
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
		return ""
	case u.Scheme == "http":
		return "plain http is allowed for an address on this machine alone: use https"
	}
	return fmt.Sprintf("%q is neither https nor http", u.Scheme)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
