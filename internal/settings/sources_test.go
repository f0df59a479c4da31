package settings_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"app.latchkey/internal/settings"
)

// A source that names another preset says nothing about the older one's provider.
func TestAnotherPresetStartsOver(t *testing.T) {
	s, _, err := load(t, map[string]string{
		"baked": "provider = \"okta\"\ndomain = \"acme.okta.com\"\nclient_id = \"baked\"\n" +
			"name = \"Acme\"\nstore = \"memory\"",
		"config/config.toml": "provider = \"descope\"\nproject_id = \"P2abcdefghijk\"",
	}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := s.Provider
	if p.Issuer != "https://api.descope.com/P2abcdefghijk" || p.ClientID != "P2abcdefghijk" || p.Name != "Descope" ||
		s.Store != "memory" {
		t.Errorf("%+v", p)
	}
}

// The later source wins, also over what a preset makes of the earlier one.
func TestAnIssuerAgainstItsPreset(t *testing.T) {
	const preset = "provider = \"okta\"\nclient_id = \"desk\"\ndomain = \"acme.okta.com\"\n"
	s, _, err := load(t, map[string]string{"baked": preset}, []string{"LATCHKEY_ISSUER=https://id.acme.example"}, nil)
	if err != nil || s.Provider.Issuer != "https://id.acme.example" || s.Provider.Preset != "okta" {
		t.Errorf("%v %v", s.Provider.Issuer, err)
	}
	s, _, err = load(t, map[string]string{"baked": preset + `issuer = "https://acme.okta.com"`},
		[]string{"LATCHKEY_DOMAIN=other.okta.com"}, nil)
	if err != nil || s.Provider.Issuer != "https://other.okta.com" {
		t.Errorf("%v %v", s.Provider.Issuer, err)
	}
}

// A policy that says where the provider is leaves no other source a say in it:
// neither the issuer nor whose keys sign for it.
func TestAPolicyLocksTheWholePlace(t *testing.T) {
	const mine = "issuer = \"https://mine.example\"\njwks_uri = \"https://mine.example/keys\"\nid_token = false\n" +
		"userinfo_endpoint = \"https://mine.example/me\"\nauthorization_endpoint = \"https://mine.example/a\"\n" +
		"token_endpoint = \"https://mine.example/t\"\nclient_id = \"desk\"\nleeway = \"2m\""
	s, dir, err := load(t, map[string]string{
		"config/config.toml": mine,
		"policy.toml":        "provider = \"okta\"\ndomain = \"acme.okta.com\"\nclient_id = \"theirs\"",
	}, []string{"LATCHKEY_DISCOVERY_URL=https://mine.example/d"},
		map[string]string{"issuer": "https://flag.example", "client_id": "desk"})
	if err != nil {
		t.Fatal(err)
	}
	p := s.Provider
	if p.Issuer != "https://acme.okta.com" || p.JWKSURI != "" || p.NoIDToken || p.TokenEndpoint != "" ||
		p.DiscoveryURL != "" || p.UserinfoEndpoint != "" || p.Leeway.Minutes() != 1 || p.ClientID != "theirs" {
		t.Errorf("%+v", p)
	}
	warned := strings.Join(s.Warnings, "\n")
	for _, want := range []string{
		filepath.Join(dir, "config", "config.toml") + ":2: jwks_uri is ignored",
		"LATCHKEY_DISCOVERY_URL: discovery_url is ignored", "--issuer: issuer is ignored",
	} {
		if !strings.Contains(warned, want) {
			t.Errorf("%s is not warned of in\n%s", want, warned)
		}
	}
	locked := map[string]bool{}
	for _, v := range s.Values() {
		locked[v.Key] = v.Locked
	}
	if !locked["domain"] || !locked["issuer"] || !locked["jwks_uri"] || !locked["leeway"] || locked["scopes"] ||
		!locked["client_id"] {
		t.Errorf("locked: %v", locked)
	}
}

// The team's file is the program's own: a policy builds on it.
func TestAPolicyBuildsOnTheTeamsFile(t *testing.T) {
	s, _, err := load(t, map[string]string{
		"baked":       "provider = \"descope\"\nproject_id = \"P2abcdefghijk\"",
		"policy.toml": `project_id = "P2anotherproject"`,
	}, nil, nil)
	if err != nil || s.Provider.Issuer != "https://api.descope.com/P2anotherproject" ||
		s.Provider.ClientID != "P2anotherproject" {
		t.Errorf("%+v %v", s.Provider, err)
	}
}

// A policy that the person could have written is refused, and not ignored.
func TestAPolicyThatIsNotTheAdministrators(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "policy.toml")
	if err := os.WriteFile(path, []byte(`store = "memory"`), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := settings.LoadPolicy(path); err == nil ||
		!strings.Contains(err.Error(), "belong to the administrator") {
		t.Errorf("%v", err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := settings.LoadPolicy(path); err == nil || !strings.Contains(err.Error(), "its folder") {
		t.Errorf("a folder that others can write: %v", err)
	}
}

// One that nobody else could have written is read: a file of the system's own is as
// good as a policy for that, and its lines are no settings.
func TestAPolicyThatIsTheAdministrators(t *testing.T) {
	_, err := settings.LoadPolicy("/etc/passwd")
	if runtime.GOOS == "windows" || err == nil || strings.Contains(err.Error(), "administrator") ||
		!strings.Contains(err.Error(), "not TOML") {
		t.Errorf("%v", err)
	}
}

func TestFilesBesideTheSettings(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"not there":      {"", "cannot read"},
		"no certificate": {"hello", "no PEM certificate"},
		"a private key":  {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "private key"},
		"a broken one": {
			"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no PEM certificate that can be read",
		},
		"larger than all": {strings.Repeat("x", 1<<20+1), "larger than 1 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"config/config.toml": "\nca_file = \"acme.pem\""}
			if c.text != "" {
				files["config/acme.pem"] = c.text
			}
			_, dir, err := load(t, files, nil, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) ||
				!strings.Contains(err.Error(), filepath.Join(dir, "config", "config.toml")+":2: ca_file") {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func TestWhatOthersCanReadIsSaid(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(path,
		[]byte(client+"issuer = \"https://a.example\"\nclient_secret = \"hush\"\nstore = \"file\"\n"+
			"store_passphrase_file = \"pass\""), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "pass"), []byte("correct horse\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := settings.Load(settings.Options{ConfigDir: dir, DataDir: dir, PolicyPath: "/nowhere"})
	if err != nil || s.Passphrase.Reveal() != "correct horse" || len(s.Warnings) != 2 {
		t.Errorf("%v %q", err, s.Warnings)
	}
}

// A file that is there and cannot be read is an error, not an absent file.
func TestAFileThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(dir, "gone"), filepath.Join(dir, "config.toml")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "preferences.toml"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := settings.Load(settings.Options{ConfigDir: dir, DataDir: dir, PolicyPath: "/nowhere"})
	var bad *settings.Error
	if !errors.As(err, &bad) || !strings.Contains(err.Error(), "config.toml: cannot read") ||
		!strings.Contains(err.Error(), "preferences.toml is no file") {
		t.Errorf("%v", err)
	}
}
