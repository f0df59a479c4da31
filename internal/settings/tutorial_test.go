package settings_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// tutorialFile is the .env of Descope's tutorial, to the letter but for the IDs.
const tutorialFile = `OAUTH_CLIENT_ID=P2abcdefghijklmnopqrstuvwxyz
OAUTH_CLIENT_SECRET=K2hush
OAUTH_AUTHORIZATION_ENDPOINT=https://api.descope.com/oauth2/v1/authorize
OAUTH_TOKEN_ENDPOINT=https://api.descope.com/oauth2/v1/token
OAUTH_USER_ENDPOINT=https://api.descope.com/oauth2/v1/userinfo
OAUTH_REDIRECT_URI=http://localhost:8550/oauth_callback
OAUTH_USER_ID_FIELD=sub
OAUTH_SCOPES="openid profile email"
OAUTH_TOKEN_SECRET=hush1
OAUTH_TOKEN_KEY=hush2
`

func TestTheTutorialsFileWorksUnchanged(t *testing.T) {
	s, dir, err := load(t, map[string]string{".env": tutorialFile}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := s.Provider
	if p.Issuer != "https://api.descope.com/P2abcdefghijklmnopqrstuvwxyz" || p.NoDiscovery || p.NoIDToken || p.AuthorizationEndpoint != "" || p.TokenEndpoint != "" || p.UserinfoEndpoint != "" {
		t.Errorf("discovery is not used: %+v", p)
	}
	if p.ClientID != "P2abcdefghijklmnopqrstuvwxyz" || p.ClientSecret.Reveal() != "K2hush" || p.RedirectHost != "localhost" || len(p.RedirectPorts) != 1 || p.RedirectPorts[0] != 8550 || p.RedirectPath != "/oauth_callback" || strings.Join(p.Scopes, " ") != "openid profile email" || !s.Configured {
		t.Errorf("%+v", p)
	}
	warned := strings.Join(s.Warnings, "\n")
	file := filepath.Join(dir, ".env")
	for _, want := range []string{file + ":9: OAUTH_TOKEN_SECRET is accepted and unused", file + ":10: OAUTH_TOKEN_KEY is accepted", file + ":3: the endpoints are Descope's: they are discovered from https://api.descope.com/P2", "client_secret: Descope needs none"} {
		if !strings.Contains(warned, want) {
			t.Errorf("no %q in\n%s", want, warned)
		}
	}
	if strings.Contains(warned, "hush") {
		t.Errorf("a secret is in the warnings: %s", warned)
	}
}

func TestVariantsOfTheTutorialsFile(t *testing.T) {
	with := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(tutorialFile) }
	for name, c := range map[string]struct{ file, issuer, client, bad string }{
		"another region":     {with("api.descope.com", "api.euc1.descope.com", "P2abcdefghijklmnopqrstuvwxyz", "Peuc1abcdefghijklmnopqrstuvwxyz12"), "https://api.euc1.descope.com/Peuc1abcdefghijklmnopqrstuvwxyz12", "Peuc1abcdefghijklmnopqrstuvwxyz12", ""},
		"a region by host":   {with("api.descope.com", "api.euc1.descope.com"), "https://api.euc1.descope.com/P2abcdefghijklmnopqrstuvwxyz", "P2abcdefghijklmnopqrstuvwxyz", ""},
		"an inbound app":     {with("P2abcdefghijklmnopqrstuvwxyz", "UDJhYmNkZWZnaGlqazpUUEExMjM="), "https://api.descope.com/v1/apps/P2abcdefghijk", "UDJhYmNkZWZnaGlqazpUUEExMjM=", ""},
		"an unknown client":  {with("P2abcdefghijklmnopqrstuvwxyz", "someone"), "", "", ".env:1: OAUTH_CLIENT_ID: no issuer follows"},
		"ours beside it":     {tutorialFile + "LATCHKEY_ISSUER=https://id.acme.example\n", "https://id.acme.example", "P2abcdefghijklmnopqrstuvwxyz", ""},
		"a foreign redirect": {with("http://localhost:8550/oauth_callback", "https://app.acme.example/cb"), "", "", ".env:6: OAUTH_REDIRECT_URI"},
		"no port":            {with("localhost:8550", "127.0.0.1"), "https://api.descope.com/P2abcdefghijklmnopqrstuvwxyz", "P2abcdefghijklmnopqrstuvwxyz", ""},
		"another provider":   {with("https://api.descope.com", "https://id.acme.example"), "", "P2abcdefghijklmnopqrstuvwxyz", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, err := load(t, map[string]string{".env": c.file}, nil, nil)
			if c.bad != "" {
				if err == nil || !strings.Contains(err.Error(), c.bad) {
					t.Errorf("%v, want %q", err, c.bad)
				}
				return
			}
			if err != nil || s.Provider.Issuer != c.issuer || s.Provider.ClientID != c.client || !s.Configured {
				t.Errorf("%q %q %v", s.Provider.Issuer, s.Provider.ClientID, err)
			}
		})
	}
}

// Endpoints of a provider that nothing is known of: the identity is the user
// endpoint's, and that is said.
func TestTheTutorialsFileWithAnotherProvider(t *testing.T) {
	s, _, err := load(t, map[string]string{".env": strings.ReplaceAll(tutorialFile, "https://api.descope.com", "https://id.acme.example")}, nil, nil)
	p := s.Provider
	if err != nil || !p.NoIDToken || !p.NoDiscovery || p.UserinfoEndpoint != "https://id.acme.example/oauth2/v1/userinfo" || p.UserIDField != "sub" {
		t.Errorf("%+v %v", p, err)
	}
	warned := strings.Join(s.Warnings, "\n")
	if !strings.Contains(warned, "set LATCHKEY_ISSUER") || !strings.Contains(warned, "OAUTH_CLIENT_SECRET would be in every user's hands") {
		t.Errorf("%s", warned)
	}
}

// In a shipped app a folder must not choose the provider.
func TestTheEnvironmentHasNoTutorial(t *testing.T) {
	s, _, err := load(t, nil, strings.Split(strings.TrimSpace(tutorialFile), "\n"), nil)
	if err != nil || s.Configured || s.Provider.ClientID != "" {
		t.Errorf("%+v %v", s.Provider, err)
	}
}

func TestABrokenDotEnv(t *testing.T) {
	if _, _, err := load(t, map[string]string{".env": "=\n'"}, nil, nil); err == nil || !strings.Contains(err.Error(), "not a .env file") {
		t.Errorf("%v", err)
	}
}
