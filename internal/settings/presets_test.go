package settings_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
	"app.latchkey/internal/settings"
)

// field stands in for a real provider, as a transport: it answers discovery below the one issuer that the preset must
// make.
type field struct {
	issuer  string
	scopes  []string
	visited []string
}

// RoundTrip implements http.RoundTripper.
func (f *field) RoundTrip(r *http.Request) (*http.Response, error) {
	f.visited = append(f.visited, r.URL.String())
	body, status := "", http.StatusNotFound
	if r.URL.String() == strings.TrimSuffix(f.issuer, "/")+"/.well-known/openid-configuration" {
		data, err := json.Marshal(map[string]any{
			"issuer": f.issuer, "authorization_endpoint": "https://idp.example/authorize",
			"token_endpoint": "https://idp.example/token",
			"jwks_uri":       "https://idp.example/keys", "scopes_supported": f.scopes,
		})
		if err != nil {
			return nil, err
		}
		body, status = string(data), http.StatusOK
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}, nil
}

// waits is a receiver that never gets an answer.
type waits struct{ redirect string }

func (w waits) RedirectURI() string                          { return w.redirect }
func (w waits) Wait(ctx context.Context) (url.Values, error) { <-ctx.Done(); return nil, ctx.Err() }
func (w waits) Finish(context.Context, bool, string, string) {}
func (w waits) Close() error                                 { return nil }

// authorizationURL is the address that a sign-in with these settings opens.
func authorizationURL(t *testing.T, p provider.Provider, f *field, req session.SignInRequest) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	opened := make(chan string, 1)
	c, err := openid.New(p, openid.Options{
		Transport: f,
		Listen: func(_ context.Context, s openid.ListenSpec) (openid.Receiver, error) {
			port := 51234 // whichever was free
			if len(s.Ports) > 0 && s.Ports[0] != 0 {
				port = s.Ports[0]
			}
			return waits{fmt.Sprintf("http://%s:%d%s", s.Host, port, s.Path)}, nil
		},
		OpenURL: func(_ context.Context, address string) error {
			opened <- address
			stop()
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.SignIn(ctx, req); !errors.Is(err, context.Canceled) {
		t.Fatalf("sign-in: %v (asked %v)", err, f.visited)
	}
	c.Close()
	return <-opened
}

const offline = "openid profile email offline_access"

// presetCases are, for each preset, the least that it asks for, and what follows.
var presetCases = []struct {
	name, config string
	req          session.SignInRequest
	issuer       string   // empty: no discovery takes place
	lists        []string // scopes_supported
	endpoint     string
	want         map[string]string // the whole query, but for what is random
	logout       string
}{
	{
		name: "oidc", config: "issuer = \"https://id.example\"\nclient_id = \"desk\"", issuer: "https://id.example",
		lists: []string{"offline_access"}, logout: "auto",
		want: map[string]string{
			"client_id": "desk", "scope": offline, "redirect_uri": "http://127.0.0.1:51234/callback",
		},
	},
	{
		name: "descope", config: `project_id = "P2abcdefghijklmnopqrstuvwxyz"`,
		issuer: "https://api.descope.com/P2abcdefghijklmnopqrstuvwxyz", lists: []string{"offline_access"},
		logout: "auto",
		req:    session.SignInRequest{LoginHint: "ada@acme.example", Organization: "T2acme"},
		want: map[string]string{
			"client_id": "P2abcdefghijklmnopqrstuvwxyz", "scope": offline,
			"redirect_uri": "http://127.0.0.1:51234/callback", "login_hint": "ada@acme.example",
			"loginHint": "ada@acme.example", "tenant": "T2acme",
		},
	},
	{
		name: "descope", config: "project_id = \"Peuc1abcdefghijklmnopqrstuvwxyz12\"\n" +
			"auth_params = { flow = \"sign-in\" }",
		issuer: "https://api.euc1.descope.com/Peuc1abcdefghijklmnopqrstuvwxyz12", logout: "auto",
		want: map[string]string{
			"client_id": "Peuc1abcdefghijklmnopqrstuvwxyz12", "scope": "openid profile email",
			"redirect_uri": "http://127.0.0.1:51234/callback", "flow": "sign-in",
		},
	},
	{
		name: "descope", config: "project_id = \"P2abcdefghijklmnopqrstuvwxyz\"\ndomain = \"auth.acme.example\"\n" +
			"login_hint_param = \"loginHint\"\nlogin_hint = \"ada\"",
		issuer: "https://auth.acme.example/P2abcdefghijklmnopqrstuvwxyz", logout: "auto",
		want: map[string]string{
			"client_id": "P2abcdefghijklmnopqrstuvwxyz", "scope": "openid profile email",
			"redirect_uri": "http://127.0.0.1:51234/callback", "loginHint": "ada",
		},
	},
	{
		name: "okta", config: "domain = \"acme.okta.com\"\nclient_id = \"0oa1\"", issuer: "https://acme.okta.com",
		lists: []string{"offline_access"}, logout: "auto",
		req: session.SignInRequest{Organization: "0oaIdP", LoginHint: "ada@acme.example"},
		want: map[string]string{
			"client_id": "0oa1", "scope": offline, "redirect_uri": "http://127.0.0.1:18085/callback", "idp": "0oaIdP",
			"login_hint": "ada@acme.example",
		},
	},
	{
		name: "okta", config: "domain = \"acme.okta.com\"\nauthorization_server = \"default\"\nclient_id = \"0oa1\"",
		issuer: "https://acme.okta.com/oauth2/default", logout: "auto",
		want: map[string]string{
			"client_id": "0oa1", "scope": "openid profile email", "redirect_uri": "http://127.0.0.1:18085/callback",
		},
	},
	{
		name: "entra", config: "tenant = \"8EAEF023-2b34-4da1-9baa-8bc8c9d6a490\"\nclient_id = \"app\"",
		issuer: "https://login.microsoftonline.com/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/v2.0", logout: "auto",
		req: session.SignInRequest{Organization: "acme.example", LoginHint: "ada@acme.example"},
		want: map[string]string{
			"client_id": "app", "scope": offline, "redirect_uri": "http://localhost:51234/callback",
			"domain_hint": "acme.example", "login_hint": "ada@acme.example",
		},
	},
	{
		name: "entra", config: "tenant = \"organizations\"\nclient_id = \"app\"\n" +
			"allowed_tenants = [\"8eaef023-2b34-4da1-9baa-8bc8c9d6a490\"]",
		issuer: "https://login.microsoftonline.com/organizations/v2.0", logout: "auto",
		want: map[string]string{
			"client_id": "app", "scope": offline, "redirect_uri": "http://localhost:51234/callback",
		},
	},
	{
		name: "google", config: "client_id = \"1.apps.googleusercontent.com\"\nclient_secret = \"GOCSPX\"",
		issuer: "https://accounts.google.com", logout: "none",
		req: session.SignInRequest{Organization: "acme.example", LoginHint: "ada@acme.example"},
		want: map[string]string{
			"client_id": "1.apps.googleusercontent.com", "scope": "openid profile email",
			"redirect_uri": "http://127.0.0.1:51234/callback", "access_type": "offline", "prompt": "consent",
			"hd": "acme.example", "login_hint": "ada@acme.example",
		},
	},
	{
		name: "google", config: "client_id = \"1.apps.googleusercontent.com\"\nclient_secret = \"GOCSPX\"\n" +
			"auth_params = { prompt = \"\" }", issuer: "https://accounts.google.com", logout: "none",
		want: map[string]string{
			"client_id": "1.apps.googleusercontent.com", "scope": "openid profile email",
			"redirect_uri": "http://127.0.0.1:51234/callback", "access_type": "offline",
		},
	},
	{
		name: "auth0", config: "domain = \"acme.eu.auth0.com\"\nclient_id = \"a0\"\n" +
			"auth_params = { audience = \"https://api.acme.example\" }", issuer: "https://acme.eu.auth0.com/",
		lists: []string{"offline_access"}, logout: "auto",
		req: session.SignInRequest{Organization: "org_1"},
		want: map[string]string{
			"client_id": "a0", "scope": offline, "redirect_uri": "http://127.0.0.1:18085/callback",
			"audience": "https://api.acme.example", "organization": "org_1",
		},
	},
	{
		name: "keycloak", config: "base_url = \"https://sso.acme.example/auth/\"\nrealm = \"acme\"\n" +
			"client_id = \"desk\"", issuer: "https://sso.acme.example/auth/realms/acme",
		lists: []string{"offline_access"}, logout: "auto",
		req: session.SignInRequest{Organization: "okta"},
		want: map[string]string{
			"client_id": "desk", "scope": offline, "redirect_uri": "http://127.0.0.1:51234/callback",
			"kc_idp_hint": "okta",
		},
	},
	{
		name: "cognito", config: "user_pool = \"eu-west-1_AbCdEf123\"\nregion = \"eu-west-1\"\nclient_id = \"cog\"",
		issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123", lists: []string{"offline_access"},
		logout: "cognito",
		req:    session.SignInRequest{Organization: "acme.example"},
		want: map[string]string{
			"client_id": "cog", "scope": "openid profile email", "redirect_uri": "http://localhost:18085/callback",
			"idp_identifier": "acme.example",
		},
	},
	{
		name: "cognito", config: "user_pool = \"cn-north-1_AbCdEf123\"\nclient_id = \"cog\"",
		issuer: "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbCdEf123", logout: "cognito",
		want: map[string]string{
			"client_id": "cog", "scope": "openid profile email", "redirect_uri": "http://localhost:18085/callback",
		},
	},
	{
		name: "pingone", config: "environment_id = \"8eaef023-2b34-4da1-9baa-8bc8c9d6a490\"\nregion = \"eu\"\n" +
			"client_id = \"ping\"\nauth_params = { acr_values = \"Single_Factor\" }",
		issuer: "https://auth.pingone.eu/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/as", logout: "auto",
		want: map[string]string{
			"client_id": "ping", "scope": "openid profile email", "redirect_uri": "http://127.0.0.1:51234/callback",
			"acr_values": "Single_Factor",
		},
	},
	{
		name: "onelogin", config: "domain = \"acme.onelogin.com\"\nclient_id = \"one\"",
		issuer: "https://acme.onelogin.com/oidc/2", lists: []string{"offline_access"}, logout: "auto",
		want: map[string]string{
			"client_id": "one", "scope": "openid profile email", "redirect_uri": "http://localhost:18085/callback",
		},
	},
	{
		name: "zitadel", config: "domain = \"acme.zitadel.cloud\"\nclient_id = \"zit\"\norganization = \"2839\"",
		issuer: "https://acme.zitadel.cloud", lists: []string{"offline_access"}, logout: "auto",
		want: map[string]string{
			"client_id": "zit", "scope": offline + " urn:zitadel:iam:org:id:2839",
			"redirect_uri": "http://127.0.0.1:51234/callback",
		},
	},
	{
		name: "github", config: "client_id = \"Ov23\"\nclient_secret = \"hush\"",
		endpoint: "https://github.com/login/oauth/authorize", logout: "none",
		req: session.SignInRequest{LoginHint: "ada", Prompt: "select_account"},
		want: map[string]string{
			"client_id": "Ov23", "scope": "read:user user:email", "redirect_uri": "http://127.0.0.1:51234/callback",
			"login": "ada", "prompt": "select_account",
		},
	},
	{
		name: "github", config: "client_id = \"Ov23\"\nclient_secret = \"hush\"\ndomain = \"git.acme.example\"",
		endpoint: "https://git.acme.example/login/oauth/authorize", logout: "none",
		want: map[string]string{
			"client_id": "Ov23", "scope": "read:user user:email", "redirect_uri": "http://127.0.0.1:51234/callback",
		},
	},
}

// configured loads a config.toml of one preset; the folder is returned too.
func configured(t *testing.T, preset, config string, environ ...string) (settings.Settings, string, error) {
	t.Helper()
	return load(t, map[string]string{"config/config.toml": "provider = \"" + preset + "\"\n" + config}, environ, nil)
}

// Every preset makes its issuer to the letter and an authorization request with
// neither more nor less in it than its provider takes.
func TestTheURLOfEveryPreset(t *testing.T) {
	tested := map[string]bool{}
	for _, c := range presetCases {
		tested[c.name] = true
		t.Run(c.name, func(t *testing.T) {
			s, _, err := configured(t, c.name, c.config)
			if err != nil {
				t.Fatal(err)
			}
			p := s.Provider
			if !s.Configured || p.Name == "" || p.Issuer != c.issuer || p.LogoutStyle != c.logout ||
				p.NoIDToken != (c.name == "github") {
				t.Errorf("%+v", p)
			}
			address := authorizationURL(t, p, &field{issuer: c.issuer, scopes: c.lists}, c.req)
			endpoint, query, _ := strings.Cut(address, "?")
			if want := c.endpoint; endpoint != want && (want != "" || endpoint != "https://idp.example/authorize") {
				t.Errorf("opened %s", endpoint)
			}
			got, err := url.ParseQuery(query)
			if err != nil {
				t.Fatal(err)
			}
			random := []string{"state", "code_challenge"}
			if !p.NoIDToken {
				random = append(random, "nonce")
			}
			for _, name := range random {
				if len(got.Get(name)) != 43 {
					t.Errorf("%s is %q", name, got.Get(name))
				}
				got.Del(name)
			}
			want := maps.Clone(c.want)
			want["response_type"], want["code_challenge_method"] = "code", "S256"
			for _, name := range slices.Sorted(maps.Keys(got)) {
				if got.Get(name) != want[name] || len(got[name]) != 1 {
					t.Errorf("%s = %q, want %q", name, got[name], want[name])
				}
				delete(want, name)
			}
			if len(want) > 0 {
				t.Errorf("missing: %v", want)
			}
		})
	}
	for _, name := range settings.Presets() {
		if !tested[name] {
			t.Errorf("%s has no test", name)
		}
	}
}

// What a preset cannot work with is refused; the error names the key.
func TestPresetsRefuse(t *testing.T) {
	const id = `client_id = "x"`
	for name, c := range map[string]struct{ provider, config, want string }{
		"descope without a project": {
			"descope", "", "project_id: missing: the descope preset needs it (LATCHKEY_PROJECT_ID)",
		},
		"descope with another ID": {
			"descope", `project_id = "K2abcdefghijklm"`, "project_id: \"K2abcdefghijklm\" is no Descope project ID",
		},
		"descope with a path": {"descope", "project_id = \"P2abcdefghijk\"\ndomain = \"auth.acme.example/x\"",
			"domain: "},
		"okta without a domain": {"okta", id, "domain: missing"},
		"okta's admin console": {
			"okta", id + "\ndomain = \"acme-admin.okta.com\"", "the organization is at acme.okta.com",
		},
		"okta with a scheme": {
			"okta", id + "\ndomain = \"https://acme.okta.com\"", "without https:// and path",
		},
		"okta without a client":  {"okta", "domain = \"acme.okta.com\"", "client_id: missing"},
		"entra without a tenant": {"entra", id, "tenant: missing"},
		"entra by domain":        {"entra", id + "\ntenant = \"acme.onmicrosoft.com\"", "is no directory ID"},
		"entra with a secret": {
			"entra", id + "\ntenant = \"8eaef023-2b34-4da1-9baa-8bc8c9d6a490\"\nclient_secret = \"hush\"",
			"client_secret: Microsoft Entra refuses",
		},
		"entra for everybody": {"entra", id + "\ntenant = \"common\"", "allowed_tenants: missing"},
		"entra with a list for one": {
			"entra", id + "\ntenant = \"8eaef023-2b34-4da1-9baa-8bc8c9d6a490\"\nallowed_tenants = [\"x\"]",
			"allowed_tenants: it is checked for",
		},
		"entra by issuer, with secret": {
			"oidc", id + "\nissuer = \"https://login.microsoftonline.com/x/v2.0\"\nclient_secret = \"hush\"",
			"client_secret: Microsoft Entra refuses",
		},
		"google without a secret": {"google", id, "client_secret: missing: Google gives desktop apps a secret"},
		"google with offline_access": {
			"google", id + "\nclient_secret = \"s\"\noffline_access = \"on\"",
			"offline_access: Google refuses the scope",
		},
		"google with its scope": {
			"google", id + "\nclient_secret = \"s\"\nscopes = [\"openid\", \"offline_access\"]",
			"scopes: Google refuses",
		},
		"auth0 without a domain":   {"auth0", id, "domain: missing"},
		"keycloak without a realm": {"keycloak", id + "\nbase_url = \"https://sso.example\"", "realm: missing"},
		"keycloak with the realm twice": {
			"keycloak", id + "\nbase_url = \"https://sso.example/realms/acme\"\nrealm = \"acme\"",
			"base_url: it has the realm in it",
		},
		"keycloak with a path as realm": {
			"keycloak", id + "\nbase_url = \"https://sso.example\"\nrealm = \"../x\"", "realm: ",
		},
		"cognito without a pool":    {"cognito", id, "user_pool: missing"},
		"cognito with another form": {"cognito", id + "\nuser_pool = \"AbCdEf123\"", "is no user pool ID"},
		"cognito in another region": {
			"cognito", id + "\nuser_pool = \"eu-west-1_AbCdEf123\"\nregion = \"us-east-1\"",
			"region: \"us-east-1\" is not the region",
		},
		"cognito with offline_access": {
			"cognito", id + "\nuser_pool = \"eu-west-1_AbCdEf123\"\noffline_access = \"on\"",
			"Amazon Cognito refuses the scope",
		},
		"pingone without environment": {"pingone", id, "environment_id: missing"},
		"pingone with a name":         {"pingone", id + "\nenvironment_id = \"acme\"", "is no environment ID"},
		"pingone in no region": {
			"pingone", id + "\nenvironment_id = \"8eaef023-2b34-4da1-9baa-8bc8c9d6a490\"\nregion = \"mars\"",
			"region: \"mars\" is none of",
		},
		"pingone with an organization": {
			"pingone", id + "\nenvironment_id = \"8eaef023-2b34-4da1-9baa-8bc8c9d6a490\"\norganization = \"acme\"",
			"organization: the pingone preset knows no parameter",
		},
		"onelogin without a domain": {"onelogin", id, "domain: missing"},
		"onelogin with offline_access": {
			"onelogin", id + "\ndomain = \"acme.onelogin.com\"\noffline_access = \"on\"", "OneLogin refuses the scope",
		},
		"zitadel without a domain": {"zitadel", id, "domain: missing"},
		"github without a client":  {"github", "", "client_id: missing"},
		"another preset's key": {
			"okta", id + "\ndomain = \"acme.okta.com\"\nproject_id = \"P2abcdefghijk\"",
			"project_id: not for provider \"okta\": it belongs to descope",
		},
		"a key without its preset": {
			"oidc", "issuer = \"https://id.example\"\n" + id + "\nrealm = \"acme\"",
			"realm: not for provider \"oidc\": it belongs to keycloak",
		},
		"two issuers in one file": {
			"okta", id + "\ndomain = \"acme.okta.com\"\nissuer = \"https://acme.okta.com/oauth2/default\"",
			"contradicts provider = \"okta\", whose issuer is https://acme.okta.com here",
		},
		"an organization without name": {"oidc", "issuer = \"https://id.example\"\n" + id + "\norganization = \"acme\"",
			"set organization_param"},
		"a protected parameter": {
			"oidc", "issuer = \"https://id.example\"\n" + id + "\norganization_param = \"state\"",
			"is the program's own",
		},
		"acr without ID tokens": {
			"github", id + "\nrequired_acr = [\"mfa\"]", "required_acr: it stands in an ID token",
		},
		"discovery without an issuer": {"oidc", id + "\ndiscovery_url = \"https://id.example/d\"", "issuer: missing"},
		"endpoints without an issuer": {
			"oidc", id + "\nauthorization_endpoint = \"https://a.example\"\ntoken_endpoint = \"https://a.example/t\"",
			"nothing to hold an ID token against",
		},
		"no ID token and no endpoints": {"oidc", id + "\nid_token = false", "needs authorization_endpoint"},
		"two passphrases":              {"oidc", "store = \"file\"\nstore_passphrase_file = \"config.toml\"", ""},
		"another system's keychain":    {"oidc", `keychain_backend = "wincred"`, "is not of this system"},
	} {
		t.Run(name, func(t *testing.T) {
			environ := []string{}
			if name == "two passphrases" {
				environ, c.want = []string{"LATCHKEY_STORE_PASSPHRASE=correct horse"}, "keep one of the two"
			}
			_, dir, err := configured(t, c.provider, c.config, environ...)
			var bad *settings.Error
			if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%v, want %q", err, c.want)
			}
			if !strings.HasPrefix(bad.Source.File, dir) || bad.Source.Line == 0 ||
				strings.Contains(err.Error(), "hush") {
				t.Errorf("%v names no line, or a secret", err)
			}
		})
	}
}

// Settings that work and should be changed are warned of.
func TestPresetsWarn(t *testing.T) {
	for _, c := range []struct{ provider, config, want string }{
		{"descope", "project_id = \"P2abcdefghijk\"\nclient_secret = \"hush\"", "Descope needs none"},
		{"github", "client_id = \"x\"", "a sign-in with a code on another device"},
		{
			"entra", "client_id = \"x\"\ntenant = \"8eaef023-2b34-4da1-9baa-8bc8c9d6a490\"\n" +
				"redirect_host = \"127.0.0.1\"", "manifest",
		},
	} {
		s, _, err := configured(t, c.provider, c.config)
		if err != nil || !strings.Contains(strings.Join(s.Warnings, "\n"), c.want) {
			t.Errorf("%v %q, want %q", err, s.Warnings, c.want)
		}
	}
}
