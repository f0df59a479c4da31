package settings_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/internal/settings"
)

func TestPreferencesAreKept(t *testing.T) {
	s, dir, err := load(t, map[string]string{"data/preferences.toml": "store = \"memory\""}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	changes := map[string]string{"appearance": "dark", "start_hidden": "true", "redirect_ports": "18085 0",
		"scopes": "openid email", "leeway": "90s", "issuer": "https://a.example", "client_id": "desk"}
	if err := s.SavePreferences(changes); err != nil {
		t.Fatal(err)
	}
	again, err := s.Reload()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range again.Values() {
		want, changed := changes[v.Key]
		if changed && (v.Source.Name != "preferences.toml" || v.Source.Line == 0) ||
			v.Key == "store" && v.Text != "memory" {
			t.Errorf("%+v", v)
		}
		if changed && v.Key != "leeway" && v.Text != want || v.Key == "leeway" && v.Text != "1m30s" {
			t.Errorf("%s is %q, want %q", v.Key, v.Text, want)
		}
	}
	if err := again.SavePreferences(map[string]string{"store": "", "appearance": "", "start_hidden": ""}); err != nil {
		t.Fatal(err)
	}
	last, err := again.Reload()
	if err != nil || last.Store != "keychain" || last.Appearance != "system" || last.StartHidden ||
		last.Provider.Issuer != "https://a.example" {
		t.Errorf("%+v %v", last, err)
	}
	info, err := os.Stat(filepath.Join(dir, "data", "preferences.toml"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "data", "*.tmp-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// When one value is refused, none of the values of the same call is written.
func TestPreferencesAreRefused(t *testing.T) {
	const before = "appearance = \"light\"\n"
	for name, c := range map[string]struct {
		changes map[string]string
		policy  string
		want    string
	}{
		"an unknown key": {map[string]string{"apearance": "dark"}, "", "did you mean appearance"},
		"a locked key": {map[string]string{"store": "memory"}, `store = "keychain"`,
			"locked by the administrator's policy"},
		"a locked place": {map[string]string{"jwks_uri": "https://mine.example/k"},
			"provider = \"google\"\nclient_id = \"a\"\nclient_secret = \"b\"", "locked by the administrator's policy"},
		"a locked secret": {map[string]string{"client_secret": "hush"}, `client_secret = "theirs"`,
			"locked by the administrator's policy"},
		"a passphrase": {map[string]string{"store_passphrase": "horse"}, "",
			"the settings screen does not write it"},
		"a table":              {map[string]string{"auth_params": "a=b"}, "", "the settings screen does not write it"},
		"a bad value":          {map[string]string{"appearance": "pink"}, "", "none of system, light, dark"},
		"a bad type":           {map[string]string{"start_hidden": "perhaps"}, "", "true or false"},
		"a bad span":           {map[string]string{"leeway": "soon"}, "", "a duration"},
		"what does not load":   {map[string]string{"issuer": "https://a.example"}, "", "LATCHKEY_CLIENT_ID"},
		"a passphrase's value": {map[string]string{"store_passphrase_file": "/nowhere/pass"}, "", "cannot read"},
	} {
		t.Run(name, func(t *testing.T) {
			s, dir, err := load(t, map[string]string{"data/preferences.toml": before, "policy.toml": c.policy}, nil,
				nil)
			if err != nil {
				t.Fatal(err)
			}
			c.changes["log"] = "debug"
			err = s.SavePreferences(c.changes)
			var bad *settings.Error
			if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) ||
				strings.Contains(err.Error(), "hush") {
				t.Errorf("%v, want %q", err, c.want)
			}
			if data, err := os.ReadFile(filepath.Join(dir, "data", "preferences.toml")); err != nil ||
				string(data) != before {
				t.Errorf("%q %v", data, err)
			}
		})
	}
}

// A file that somebody broke by hand is not overwritten.
func TestABrokenPreferencesFileIsKept(t *testing.T) {
	s, dir, err := load(t, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "data", "preferences.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("broken = "), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.SavePreferences(map[string]string{"log": "debug"}); err == nil ||
		!strings.Contains(err.Error(), "nothing was written") {
		t.Errorf("%v", err)
	}
	if data, _ := os.ReadFile(path); string(data) != "broken = " {
		t.Errorf("%q", data)
	}
}
