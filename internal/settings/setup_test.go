package settings_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/internal/settings"
)

// faults are the problems by key.
func faults(err error) map[string]string {
	out := map[string]string{}
	var many interface{ Unwrap() []error }
	all := []error{err}
	if errors.As(err, &many) {
		all = many.Unwrap()
	}
	for _, one := range all {
		var bad *settings.Error
		if errors.As(one, &bad) {
			out[bad.Key] = bad.Problem
		}
	}
	return out
}

// Each preset is set up with what its form asks for, as people copy it, and the next
// load has that provider.
func TestAFormSetsTheProviderUp(t *testing.T) {
	for preset, c := range map[string]struct {
		typed  map[string]string
		issuer string
	}{
		"descope": {map[string]string{"project_id": " P2abcdefghijk "}, "https://api.descope.com/P2abcdefghijk"},
		"okta": {map[string]string{"domain": "https://acme.okta.com/app/x", "client_id": "0oa1"},
			"https://acme.okta.com"},
		"entra": {map[string]string{"tenant": "8eaef023-2b34-4da1-9baa-8bc8c9d6a490", "client_id": "a"},
			"https://login.microsoftonline.com/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/v2.0"},
		"google": {map[string]string{"client_id": "a", "client_secret": "hush"}, "https://accounts.google.com"},
		"auth0":  {map[string]string{"domain": "acme.auth0.com", "client_id": "a"}, "https://acme.auth0.com/"},
		"keycloak": {map[string]string{"base_url": "https://sso.acme.example/realms/acme/x", "realm": "acme",
			"client_id": "a"}, "https://sso.acme.example/realms/acme"},
		"cognito": {map[string]string{"user_pool": "eu-west-1_AbC", "client_id": "a"},
			"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC"},
		"pingone": {map[string]string{"environment_id": "8eaef023-2b34-4da1-9baa-8bc8c9d6a490", "client_id": "a",
			"region": "eu"}, "https://auth.pingone.eu/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/as"},
		"onelogin": {map[string]string{"domain": "acme.onelogin.com", "client_id": "a"},
			"https://acme.onelogin.com/oidc/2"},
		"zitadel": {map[string]string{"domain": "acme.zitadel.cloud", "client_id": "a"}, "https://acme.zitadel.cloud"},
		"github":  {map[string]string{"client_id": "a", "client_secret": "b"}, ""},
		"oidc": {map[string]string{"issuer": "https://id.acme.example/.well-known/openid-configuration",
			"client_id": "a", "name": "Acme ID"}, "https://id.acme.example"},
	} {
		t.Run(preset, func(t *testing.T) {
			s, _, err := load(t, nil, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			changes, after, err := s.SetUp(preset, c.typed)
			if err != nil || !after.Configured || after.Provider.Issuer != c.issuer {
				t.Fatalf("%v: %+v", err, after.Provider)
			}
			if again, _ := s.Reload(); again.Configured {
				t.Error("something was written before it was to be saved")
			}
			if err := s.SavePreferences(changes); err != nil {
				t.Fatal(err)
			}
			again, err := s.Reload()
			if err != nil || !again.Configured || again.Provider.Issuer != c.issuer || again.Provider.Preset != preset {
				t.Errorf("%v: %+v", err, again.Provider)
			}
			if err := again.SavePreferences(again.WithoutProvider()); err != nil {
				t.Fatal(err)
			}
			if last, err := s.Reload(); err != nil || last.Configured || last.Provider.Preset != "oidc" {
				t.Errorf("taken out again: %v %+v", err, last.Provider)
			}
		})
	}
}

// What is missing or wrong is said of the field, and what others have set is left alone.
func TestAFormIsRefusedByItsFields(t *testing.T) {
	const okta = "provider = \"okta\"\ndomain = \"acme.okta.com\"\nclient_id = \"old\"\n"
	const google = "provider = \"google\"\nclient_id = \"old\"\nclient_secret = \"hush\"\n"
	const theirs = "issuer = \"https://a.example\"\nclient_id = \"a\"\n"
	for name, c := range map[string]struct {
		files   map[string]string
		environ []string
		preset  string
		typed   map[string]string
		key     string
		want    string
	}{
		"nothing typed": {preset: "okta", key: "domain", want: "this is missing"},
		"a second field": {preset: "okta", typed: map[string]string{"domain": "a.okta.com"}, key: "client_id",
			want: "this is missing"},
		"a wrong project": {preset: "descope", typed: map[string]string{"project_id": "nope"}, key: "project_id",
			want: "no Descope project ID"},
		"the admin console": {preset: "okta", typed: map[string]string{"domain": "acme-admin.okta.com",
			"client_id": "a"}, key: "domain", want: "acme.okta.com"},
		"no such preset": {preset: "nope", key: "provider", want: "no preset"},
		"plain http": {preset: "oidc", typed: map[string]string{"issuer": "http://id.example", "client_id": "a"},
			key: "issuer", want: "https"},
		"a secret that must be": {
			preset: "google", typed: map[string]string{"client_id": "a"}, key: "client_secret", want: "this is missing",
		},
		"another client's secret": {
			files:  map[string]string{"data/preferences.toml": google},
			preset: "google", typed: map[string]string{"client_id": "new"}, key: "client_secret",
			want: "this is missing",
		},
		"a secret of config.toml, for another issuer": {
			files:  map[string]string{"config/config.toml": theirs + "client_secret = \"hush\"\n"},
			preset: "oidc", typed: map[string]string{"issuer": "https://b.example", "client_id": "a"},
			key: "client_secret", want: "take it out",
		},
		"an address of the provider before": {
			files:  map[string]string{"config/config.toml": theirs + "jwks_uri = \"https://a.example/keys\"\n"},
			preset: "oidc", typed: map[string]string{"issuer": "https://b.example", "client_id": "a"}, key: "jwks_uri",
			want: "config.toml:3",
		},
		"a field emptied that config.toml sets": {
			files:  map[string]string{"config/config.toml": okta + "authorization_server = \"default\"\n"},
			preset: "okta", typed: map[string]string{"domain": "acme.okta.com", "client_id": "old"},
			key: "authorization_server", want: "take it out",
		},
		"the administrator's preset": {
			files: map[string]string{"policy.toml": okta}, preset: "descope",
			typed: map[string]string{"project_id": "P2abcdefghijk"},
			key:   "provider", want: "cannot be changed here",
		},
		"the environment's preset": {
			environ: []string{"LATCHKEY_PROVIDER=okta", "LATCHKEY_DOMAIN=a.okta.com", "LATCHKEY_CLIENT_ID=a"},
			preset:  "descope",
			typed:   map[string]string{"project_id": "P2abcdefghijk"}, key: "provider", want: "LATCHKEY_PROVIDER",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, dir, err := load(t, c.files, c.environ, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = s.SetUp(c.preset, c.typed)
			if got := faults(err); !strings.Contains(got[c.key], c.want) {
				t.Errorf("%s: %v, want %q", c.key, err, c.want)
			}
			if strings.Contains(err.Error(), "hush") {
				t.Errorf("a secret is in %v", err)
			}
			data, _ := os.ReadFile(filepath.Join(dir, "data", "preferences.toml"))
			if string(data) != c.files["data/preferences.toml"] {
				t.Errorf("written: %q", data)
			}
		})
	}
}

// A policy that sets where the provider is leaves what it does not set to the form.
func TestAFormBesideAPolicy(t *testing.T) {
	s, _, err := load(t, map[string]string{
		"policy.toml": "provider = \"okta\"\ndomain = \"acme.okta.com\"\n", "config/config.toml": client,
	}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	changes, after, err := s.SetUp("okta", map[string]string{"domain": "mine.okta.com", "client_id": "mine"})
	if err != nil || after.Provider.Issuer != "https://acme.okta.com" || after.Provider.ClientID != "mine" {
		t.Fatalf("%v: %+v", err, after.Provider)
	}
	if _, touched := changes["domain"]; touched || s.SavePreferences(changes) != nil {
		t.Errorf("a locked key is among %v", changes)
	}
}

// A secret that was typed once is kept while the rest stays, and goes with the provider.
func TestASecretIsKeptWithItsProvider(t *testing.T) {
	s, dir, err := load(t, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	save := func(preset string, typed map[string]string) string {
		changes, _, err := s.SetUp(preset, typed)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SavePreferences(changes); err != nil {
			t.Fatal(err)
		}
		if s, err = s.Reload(); err != nil {
			t.Fatal(err)
		}
		return s.Provider.ClientSecret.Reveal()
	}
	save("google", map[string]string{"client_id": "a", "client_secret": "hush"})
	if got := save("google", map[string]string{"client_id": "a"}); got != "hush" {
		t.Errorf("after nothing was changed: %q", got)
	}
	if got := save("github", map[string]string{"client_id": "a"}); got != "" {
		t.Errorf("another provider got the secret: %q", got)
	}
	info, err := os.Stat(filepath.Join(dir, "data", "preferences.toml"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}
