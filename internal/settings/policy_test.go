package settings

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestEveryKeySaysWhatItDecides(t *testing.T) {
	each(func(k key) {
		if !slices.Contains([]decision{where, whom, neither}, k.Decides) {
			t.Errorf("%s: say in its entry whether it decides where the provider is, whom to believe, or neither",
				k.Name)
		}
	})
}

// other is a value of the key that differs from its default.
func other(k key) string {
	switch {
	case k.Sample != "":
		return k.Sample
	case k.kind == YesNo:
		untouched := defaults()
		return map[string]string{"true": "false", "false": "true"}[shown(k.at(&untouched))]
	case k.kind == Duration:
		return "7s"
	case k.Choices != nil:
		return k.Choices[len(k.Choices)-1]
	}
	return "elsewhere"
}

// Once the policy names the provider, no source of the person decides where it is or whom to believe, for any key.
func TestAPolicyLocksAllThatDecidesWhomWeBelieve(t *testing.T) {
	const policy = "issuer = \"https://id.acme.example\"\nclient_id = \"theirs\"\n"
	sources := map[string]func(*Options, key, string){
		"config.toml": func(o *Options, k key, v string) {
			write(t, o.ConfigDir, "config.toml", k.Name+" = "+k.written(v))
		},
		"preferences.toml": func(o *Options, k key, v string) {
			write(t, o.DataDir, PreferencesName, k.Name+" = "+k.written(v))
		},
		"environment": func(o *Options, k key, v string) {
			o.Environ = []string{"LATCHKEY_" + strings.ToUpper(k.Name) + "=" + v}
		},
		"flag": func(o *Options, k key, v string) { o.Flags = map[string]string{k.Name: v} },
	}
	each(func(k key) {
		for name, set := range sources {
			if k.kind == Table && name != "config.toml" && name != "preferences.toml" {
				continue // tables are read in files alone
			}
			dir := t.TempDir()
			o := Options{
				ConfigDir: filepath.Join(dir, "c"), DataDir: filepath.Join(dir, "d"),
				PolicyPath: filepath.Join(dir, "policy.toml"),
			}
			write(t, dir, "policy.toml", policy)
			before, err := Load(o)
			if err != nil {
				t.Fatal(err)
			}
			set(&o, k, other(k))
			after, err := Load(o)
			warning := ": " + k.Name + " is ignored: the administrator's policy"
			ignored := strings.Contains(strings.Join(after.Warnings, "\n"), warning)
			same := shown(k.at(&after)) == shown(k.at(&before))
			switch {
			case k.Decides == neither && ignored:
				t.Errorf("%s in %s is the person's own, and ignored", k.Name, name)
			case k.Decides != neither && (!ignored || !same || err != nil || !after.lock(k)):
				t.Errorf("%s in %s: ignored with a warning: %v; value as before: %v; shown as locked: %v; %v",
					k.Name, name, ignored, same, after.lock(k), err)
			}
		}
	})
}

// The person cannot take away what the team's file demands by saying it again, or by
// naming another preset.
func TestALockedProviderKeepsWhatTheTeamDemands(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "policy.toml", `domain = "acme.okta.com"`)
	s, err := Load(Options{
		Baked: []byte("provider = \"okta\"\ndomain = \"team.okta.com\"\nclient_id = \"desk\"\n" +
			"required_acr = [\"urn:team\"]\njwks_uri = \"https://team.okta.com/k\""),
		Environ: []string{
			"LATCHKEY_REQUIRED_ACR=urn:mine", "LATCHKEY_JWKS_URI=https://mine.example/k", "LATCHKEY_PROVIDER=oidc",
		},
		ConfigDir: dir, DataDir: dir, PolicyPath: filepath.Join(dir, "policy.toml"),
	})
	p := s.Provider
	if err != nil || p.Issuer != "https://acme.okta.com" || p.JWKSURI != "https://team.okta.com/k" ||
		strings.Join(p.RequiredACR, " ") != "urn:team" || p.ClientID != "desk" {
		t.Errorf("%v %+v", err, p)
	}
}

// A policy about something else leaves the provider to the person.
func TestAPolicyThatNamesNoProviderLocksWhatItSets(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "policy.toml", `required_acr = ["urn:acme:mfa"]`)
	s, err := Load(Options{
		Environ: []string{
			"LATCHKEY_ISSUER=https://mine.example", "LATCHKEY_CLIENT_ID=mine", "LATCHKEY_REQUIRED_ACR=low",
			"LATCHKEY_LEEWAY=2m",
		},
		ConfigDir: dir, DataDir: dir, PolicyPath: filepath.Join(dir, "policy.toml"),
	})
	p := s.Provider
	if err != nil || p.Issuer != "https://mine.example" || strings.Join(p.RequiredACR, " ") != "urn:acme:mfa" ||
		p.Leeway.Minutes() != 2 || len(s.Warnings) > 0 {
		t.Errorf("%v %+v %q", err, p, s.Warnings)
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}
