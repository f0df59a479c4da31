package settings_test

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/joho/godotenv"

	"app.latchkey/internal/settings"
)

// mark is a secret that must not appear in any output.
const mark = "hunter2-hunter2"

// sound checks that the loaded settings keep what the other packages rely on.
func sound(t *testing.T, s settings.Settings, err error) {
	t.Helper()
	if err != nil {
		for _, one := range err.(interface{ Unwrap() []error }).Unwrap() {
			var bad *settings.Error
			if !errors.As(one, &bad) || bad.Problem == "" {
				t.Errorf("an error without a place: %v", one)
			}
		}
		return
	}
	p := s.Provider
	for _, address := range []string{
		p.Issuer, p.DiscoveryURL, p.AuthorizationEndpoint, p.TokenEndpoint, p.UserinfoEndpoint, p.RevocationEndpoint,
		p.EndSessionEndpoint, p.DeviceEndpoint, p.JWKSURI,
	} {
		u, err := url.Parse(address)
		if err != nil || address != "" && u.Scheme != "https" &&
			!(u.Scheme == "http" && strings.Contains("localhost 127.0.0.1 ::1", u.Hostname()) ||
				u.Scheme == "http" && strings.HasPrefix(u.Hostname(), "127.")) {
			t.Errorf("believed: %q", address)
		}
	}
	for name := range p.AuthParams {
		if strings.Contains(" client_id redirect_uri response_type scope state nonce code_challenge "+
			"code_challenge_method ", " "+name+" ") {
			t.Errorf("a setting reaches %s", name)
		}
	}
	if p.Issuer != "" && p.ClientID == "" || p.RedirectHost != "127.0.0.1" && p.RedirectHost != "localhost" ||
		p.Preset == "" || s.Store == "" {
		t.Errorf("not whole: %+v", p)
	}
	for _, v := range s.Values() {
		if strings.Contains(v.Text, mark) && (v.Key == "client_secret" || v.Key == "store_passphrase") {
			t.Errorf("%s is shown", v.Key)
		}
	}
}

func FuzzConfig(f *testing.F) {
	f.Add("issuer = \"https://a.example\"\nclient_id = \"x\"")
	f.Add("[auth_params]\nprompt = 1\nstate = \"x\"")
	f.Add("scopes = [1, \"a\"]\nleeway = true")
	for _, c := range presetCases {
		f.Add("provider = \"" + c.name + "\"\n" + c.config)
	}
	f.Add(strings.ReplaceAll(settings.Example(), "\n# ", "\n"))
	f.Fuzz(func(t *testing.T, text string) {
		s, err := settings.Load(settings.Options{
			Baked: []byte(text), Environ: []string{"LATCHKEY_CLIENT_SECRET=" + mark}, ConfigDir: "/nowhere",
			DataDir: "/nowhere", PolicyPath: "/nowhere",
		})
		sound(t, s, err)
		if err != nil && strings.Contains(err.Error(), mark) {
			t.Errorf("a secret is in the error: %v", err)
		}
	})
}

func FuzzDotEnv(f *testing.F) {
	f.Add(tutorialFile)
	f.Add("LATCHKEY_ISSUER=https://a.example\nexport LATCHKEY_CLIENT_ID='x'\n")
	f.Add("OAUTH_CLIENT_ID=UDJhYmNkZWZnaGlqazpUUEExMjM=\nOAUTH_AUTHORIZATION_ENDPOINT=https://x.descope.com")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(dir, ".env")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := settings.Load(settings.Options{
			DotEnv: path, ParseDotEnv: godotenv.UnmarshalBytes, ConfigDir: "/nowhere", DataDir: "/nowhere",
			PolicyPath: "/nowhere",
		})
		sound(t, s, err)
	})
}

// Whatever the settings screen was let write is read again as it was meant.
func FuzzPreferences(f *testing.F) {
	for _, kv := range [][2]string{
		{"appearance", "dark"}, {"scopes", "a b"}, {"redirect_ports", "1,2"}, {"leeway", "1m"},
		{"start_hidden", "true"}, {"name", "\"\n\x00é"}, {"issuer", "https://a.example"},
	} {
		f.Add(kv[0], kv[1])
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, key, text string) {
		path := filepath.Join(dir, "preferences.toml")
		_ = os.Remove(path)
		s, err := settings.Load(settings.Options{
			Baked: []byte("issuer = \"https://b.example\"\nclient_id = \"x\""), ConfigDir: "/nowhere", DataDir: dir,
			PolicyPath: "/nowhere",
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SavePreferences(map[string]string{key: text}); err != nil {
			if _, err := os.Stat(path); err == nil {
				t.Error("refused and written")
			}
			return
		}
		again, err := s.Reload()
		sound(t, again, err)
		for _, v := range again.Values() {
			if v.Key == key && text != "" && v.Source.Name != "preferences.toml" {
				t.Errorf("%s = %q was lost: %+v", key, text, v)
			}
		}
	})
}
