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
	if p.Issuer != "https://api.descope.com/P2abcdefghijklmnopqrstuvwxyz" || p.NoDiscovery || p.NoIDToken ||
		p.AuthorizationEndpoint != "" || p.TokenEndpoint != "" || p.UserinfoEndpoint != "" {
		t.Errorf("discovery is not used: %+v", p)
	}
	if p.ClientID != "P2abcdefghijklmnopqrstuvwxyz" || p.ClientSecret.Reveal() != "K2hush" ||
		p.RedirectHost != "localhost" || len(p.RedirectPorts) != 1 || p.RedirectPorts[0] != 8550 ||
		p.RedirectPath != "/oauth_callback" || strings.Join(p.Scopes, " ") != "openid profile email" || !s.Configured {
		t.Errorf("%+v", p)
	}
	warned := strings.Join(s.Warnings, "\n")
	file := filepath.Join(dir, ".env")
	for _, want := range []string{
		file + ":9: OAUTH_TOKEN_SECRET is accepted and unused", file + ":10: OAUTH_TOKEN_KEY is accepted",
		file + ":3: the endpoints are Descope's: they are discovered from https://api.descope.com/P2",
		"client_secret: Descope needs none",
	} {
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
		"another region": {
			with("api.descope.com", "api.euc1.descope.com", "P2abcdefghijklmnopqrstuvwxyz",
				"Peuc1abcdefghijklmnopqrstuvwxyz12"), "https://api.euc1.descope.com/Peuc1abcdefghijklmnopqrstuvwxyz12",
			"Peuc1abcdefghijklmnopqrstuvwxyz12", "",
		},
		"a region by host": {
			with("api.descope.com", "api.euc1.descope.com"),
			"https://api.euc1.descope.com/P2abcdefghijklmnopqrstuvwxyz", "P2abcdefghijklmnopqrstuvwxyz", "",
		},
		"an inbound app": {
			with("P2abcdefghijklmnopqrstuvwxyz", "UDJhYmNkZWZnaGlqazpUUEExMjM="),
			"https://api.descope.com/v1/apps/P2abcdefghijk", "UDJhYmNkZWZnaGlqazpUUEExMjM=", "",
		},
		"an unknown client": {
			with("P2abcdefghijklmnopqrstuvwxyz", "someone"), "", "", ".env:1: OAUTH_CLIENT_ID: no issuer follows",
		},
		"ours beside it": {
			tutorialFile + "LATCHKEY_ISSUER=https://id.acme.example\n", "https://id.acme.example",
			"P2abcdefghijklmnopqrstuvwxyz", "",
		},
		"a foreign redirect": {
			with("http://localhost:8550/oauth_callback", "https://app.acme.example/cb"), "", "",
			".env:6: OAUTH_REDIRECT_URI",
		},
		"no port": {
			with("localhost:8550", "127.0.0.1"), "https://api.descope.com/P2abcdefghijklmnopqrstuvwxyz",
			"P2abcdefghijklmnopqrstuvwxyz", "",
		},
		"another provider": {
			with("https://api.descope.com", "https://id.acme.example"), "", "P2abcdefghijklmnopqrstuvwxyz", "",
		},
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
	s, _, err := load(t,
		map[string]string{
			".env": strings.ReplaceAll(tutorialFile, "https://api.descope.com", "https://id.acme.example"),
		}, nil, nil)
	p := s.Provider
	if err != nil || !p.NoIDToken || !p.NoDiscovery || p.UserinfoEndpoint !=
		"https://id.acme.example/oauth2/v1/userinfo" || p.UserIDField != "sub" {
		t.Errorf("%+v %v", p, err)
	}
	warned := strings.Join(s.Warnings, "\n")
	if !strings.Contains(warned, "set LATCHKEY_ISSUER") ||
		!strings.Contains(warned, "OAUTH_CLIENT_SECRET would be in every user's hands") {
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
	if _, _, err := load(t, map[string]string{".env": "=\n'"}, nil, nil); err == nil ||
		!strings.Contains(err.Error(), "not a .env file") {
		t.Errorf("%v", err)
	}
}

// Every name that is missing is told at once, in the tutorial's words, with its line.
func TestWhatTheTutorialsFileLacks(t *testing.T) {
	const (
		client    = "OAUTH_CLIENT_ID is required but not set: "
		authorize = "OAUTH_AUTHORIZATION_ENDPOINT is required but not set: "
		token     = "OAUTH_TOKEN_ENDPOINT is required but not set: "
		user      = "OAUTH_USER_ENDPOINT is required but not set: "
	)
	for name, c := range map[string]struct {
		file string
		want []string // of each error
	}{
		"only a secret": {"OAUTH_CLIENT_SECRET=hush\n",
			[]string{client + "add the line OAUTH_CLIENT_ID=P2… (the ID of your Descope project, which is enough"}},
		"an empty client": {
			"OAUTH_CLIENT_ID=\n", []string{".env:1: " + client + "fill in the line OAUTH_CLIENT_ID=P2…"},
		},
		"a client of spaces": {"OAUTH_SCOPES=openid\nOAUTH_CLIENT_ID='  '\n", []string{".env:2: " + client}},
		"Descope's without one": {strings.Replace(tutorialFile, "OAUTH_CLIENT_ID", "# OAUTH_CLIENT_ID", 1),
			[]string{client + "add the line OAUTH_CLIENT_ID=P2… (the ID of your Descope project)"}},
		"only Descope's token":   {"OAUTH_TOKEN_ENDPOINT=https://api.descope.com/oauth2/v1/token\n", []string{client}},
		"another's client alone": {"OAUTH_CLIENT_ID=someone\n", []string{authorize, token, user}},
		"another's first address": {"OAUTH_AUTHORIZATION_ENDPOINT=https://id.acme.example/a\n",
			[]string{client, token + "add the line OAUTH_TOKEN_ENDPOINT=https://id.acme.example/", user}},
		"another's last address": {"OAUTH_CLIENT_ID=someone\nOAUTH_USER_ENDPOINT=https://id.acme.example/u\n",
			[]string{authorize, token}},
		"a user ID field alone": {"OAUTH_USER_ID_FIELD=email\n", []string{client}},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, err := load(t, map[string]string{".env": c.file}, nil, nil)
			if err == nil || s.Configured {
				t.Fatalf("%v, %+v", err, s.Provider)
			}
			told := strings.Split(err.Error(), "\n")
			if len(told) != len(c.want) || strings.Contains(err.Error(), "hush") {
				t.Errorf("%q, want %q", told, c.want)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("no %q in %q", want, told)
				}
			}
		})
	}
}

// What another source says need not stand in the tutorial's file, and a file without its variables lacks nothing.
func TestWhatTheTutorialsFileNeedNotSay(t *testing.T) {
	const (
		issuer  = "https://id.acme.example"
		ours    = "issuer = \"" + issuer + "\"\n"
		project = "P2abcdefghijklmnopqrstuvwxyz"
		inbound = "UDJhYmNkZWZnaGlqazpUUEExMjM="
		region  = "Peuc1abcdefghijklmnopqrstuvwxyz12"
		descope = "https://api.descope.com/"
	)
	for name, c := range map[string]struct {
		env     string // the .env
		file    string // config.toml
		policy  string
		environ []string
		flags   map[string]string
		issuer  string
	}{
		"Descope's client alone": {env: "OAUTH_CLIENT_ID=" + project, issuer: descope + project},
		"an inbound client alone": {
			env: "OAUTH_CLIENT_ID=" + inbound, issuer: descope + "v1/apps/P2abcdefghijk",
		},
		"a client with its region": {
			env: "OAUTH_CLIENT_ID=" + region, issuer: "https://api.euc1.descope.com/" + region,
		},
		"Descope's client over config.toml": {
			env: "OAUTH_CLIENT_ID=" + project, file: client + ours, issuer: descope + project,
		},
		"Descope's client of our own": {env: "LATCHKEY_CLIENT_ID=" + project +
			"\nOAUTH_TOKEN_ENDPOINT=https://api.descope.com/oauth2/v1/token", issuer: descope + project},
		"an issuer in config.toml": {env: "OAUTH_CLIENT_ID=desk", file: ours, issuer: issuer},
		"a client in config.toml":  {env: "OAUTH_SCOPES=openid", file: client + ours, issuer: issuer},
		"an issuer beside it":      {env: "OAUTH_CLIENT_ID=desk\nLATCHKEY_ISSUER=" + issuer, issuer: issuer},
		"an issuer in the environment": {
			env: "OAUTH_CLIENT_ID=desk", environ: []string{"LATCHKEY_ISSUER=" + issuer}, issuer: issuer,
		},
		"an issuer by a flag": {
			env: "OAUTH_CLIENT_ID=desk", flags: map[string]string{"issuer": issuer}, issuer: issuer,
		},
		"the policy's issuer": {env: "OAUTH_CLIENT_ID=someone", policy: client + ours, issuer: issuer},
		"other variables":     {env: "OAUTH_PROXY=x\nNODE_ENV=dev"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, err := load(t,
				map[string]string{".env": c.env, "config/config.toml": c.file, "policy.toml": c.policy}, c.environ,
				c.flags)
			if err != nil || s.Provider.Issuer != c.issuer || s.Configured != (c.issuer != "") {
				t.Errorf("%q %v %v", s.Provider.Issuer, s.Configured, err)
			}
		})
	}
}

// A user ID field other than sub counts where the user endpoint says who it is, and is said to be needless elsewhere.
func TestTheTutorialsUserIDField(t *testing.T) {
	const needless = "OAUTH_USER_ID_FIELD is needless"
	descope := strings.Replace(tutorialFile, "FIELD=sub", "FIELD=email", 1)
	for name, c := range map[string]struct {
		file     string
		honoured bool
		warned   bool
	}{
		"another provider's": {
			strings.ReplaceAll(descope, "https://api.descope.com", "https://id.acme.example"), true, false,
		},
		"GitHub's": {
			"OAUTH_CLIENT_ID=desk\nOAUTH_USER_ID_FIELD=email\nLATCHKEY_PROVIDER=github\n", true, false,
		},
		"Descope's": {descope, false, true},
		"Descope's alone": {
			"OAUTH_CLIENT_ID=P2abcdefghijklmnopqrstuvwxyz\nOAUTH_USER_ID_FIELD=email\n", false, true,
		},
		"an issuer's": {
			"OAUTH_CLIENT_ID=desk\nOAUTH_USER_ID_FIELD=email\nLATCHKEY_ISSUER=https://id.acme.example\n", false, true,
		},
		"the tutorial's own": {tutorialFile, false, false},
		"our own, and no less": {
			"LATCHKEY_ISSUER=https://id.acme.example\nLATCHKEY_CLIENT_ID=desk\nLATCHKEY_USER_ID_FIELD=email", false,
			false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, err := load(t, map[string]string{".env": c.file}, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Provider.NoIDToken && s.Provider.UserIDField == "email"; got != c.honoured {
				t.Errorf("honoured: %v, want %v", got, c.honoured)
			}
			if got := strings.Contains(strings.Join(s.Warnings, "\n"), needless); got != c.warned {
				t.Errorf("warned: %v, want %v: %q", got, c.warned, s.Warnings)
			}
		})
	}
}
