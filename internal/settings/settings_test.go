package settings_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/joho/godotenv"

	"app.latchkey/internal/settings"
)

// set writes files and loads the settings from them.
func load(t *testing.T, files map[string]string, environ []string,
	flags map[string]string) (settings.Settings, string, error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := settings.Load(settings.Options{
		Environ: environ, Flags: flags, Baked: []byte(files["baked"]), DotEnv: filepath.Join(dir, ".env"),
		ParseDotEnv: godotenv.UnmarshalBytes,
		ConfigDir:   filepath.Join(dir, "config"), DataDir: filepath.Join(dir, "data"),
		PolicyPath: filepath.Join(dir, "policy.toml"),
	})
	return s, dir, err
}

const client = "client_id = \"desk\"\n"

func TestALaterSourceWins(t *testing.T) {
	order := []struct {
		name string
		add  func(map[string]string, *[]string, map[string]string)
	}{
		{"baked", func(f map[string]string, _ *[]string, _ map[string]string) {
			f["baked"] = client + `issuer = "https://baked.example"`
		}},
		{"config", func(f map[string]string, _ *[]string, _ map[string]string) {
			f["config/config.toml"] = `issuer = "https://config.example"`
		}},
		{"preferences", func(f map[string]string, _ *[]string, _ map[string]string) {
			f["data/preferences.toml"] = `issuer = "https://preferences.example"`
		}},
		{"dotenv", func(f map[string]string, _ *[]string, _ map[string]string) {
			f[".env"] = "LATCHKEY_ISSUER=https://dotenv.example\n"
		}},
		{"env", func(_ map[string]string, e *[]string, _ map[string]string) {
			*e = append(*e, "LATCHKEY_ISSUER=https://env.example")
		}},
		{"flag", func(_ map[string]string, _ *[]string, f map[string]string) { f["issuer"] = "https://flag.example" }},
		{"policy", func(f map[string]string, _ *[]string, _ map[string]string) {
			f["policy.toml"] = `issuer = "https://policy.example"`
		}},
	}
	files, environ, flags := map[string]string{}, []string{}, map[string]string{}
	for _, step := range order {
		step.add(files, &environ, flags)
		s, _, err := load(t, files, environ, flags)
		if err != nil || s.Provider.Issuer != "https://"+step.name+".example" || !s.Configured {
			t.Errorf("%s: %q, %v", step.name, s.Provider.Issuer, err)
		}
		if locked := s.Sources["issuer"].Locked; locked != (step.name == "policy") {
			t.Errorf("%s: locked %v", step.name, locked)
		}
	}
}

func TestBadSettingsNameFileLineAndKey(t *testing.T) {
	for name, c := range map[string]struct {
		text, want string
		line       int
	}{
		"an unknown key":       {"\n\nisuer = \"https://a.example\"", "unknown (did you mean issuer?)", 3},
		"a wrong type":         {client + "issuer = 7", "a text in quotes is needed", 2},
		"no TOML":              {client + "issuer = = 1", "not TOML", 2},
		"plain http":           {client + `issuer = "http://a.example"`, "use https", 2},
		"no address":           {client + `issuer = "a.example"`, "no address", 2},
		"a space at the end":   {client + `issuer = "https://a.example "`, "space", 2},
		"an unknown preset":    {`provider = "descpoe"`, "none of", 1},
		"a preset's need":      {`provider = "descope"`, "project_id", 1},
		"a store of its own":   {`store = "plain"`, "none of keychain, file, memory", 1},
		"a port":               {"redirect_ports = [80, 70000]", "70000 is no port", 1},
		"a host":               {`redirect_host = "0.0.0.0"`, "none of 127.0.0.1, localhost", 1},
		"a duration":           {`leeway = "1"`, "a duration", 1},
		"a passphrase in file": {`store_passphrase = "horse"`, "no place in a file", 1},
		"a protected word":     {"[auth_params]\nstate = \"x\"", "cannot be set", 1},
		"an issuer alone":      {`issuer = "https://a.example"`, "LATCHKEY_CLIENT_ID", 1},
		"below a long text":    {"name = \"\"\"\nissuer = 1\n\"\"\"\nissuer = 7", "a text in quotes is needed", 4},
		"a client alone":       {client, "LATCHKEY_ISSUER", 1},
	} {
		t.Run(name, func(t *testing.T) {
			_, dir, err := load(t, map[string]string{"config/config.toml": c.text}, nil, nil)
			var bad *settings.Error
			if !errors.As(err, &bad) {
				t.Fatalf("%v", err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if bad.Source.File != filepath.Join(dir, "config", "config.toml") || bad.Source.Line != c.line {
				t.Errorf("%s:%d, want line %d", bad.Source.File, bad.Source.Line, c.line)
			}
		})
	}
}

func TestAllThatIsBadIsToldAtOnce(t *testing.T) {
	_, _, err := load(t, map[string]string{"config/config.toml": "isuer = \"x\"\nstore = \"plain\""},
		[]string{"LATCHKEY_LOG=loud"}, nil)
	for _, want := range []string{"isuer", "store", "LATCHKEY_LOG"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}

func TestTheEnvironment(t *testing.T) {
	s, _, err := load(t, nil, []string{
		"LATCHKEY_ISSUER=https://a.example/", "LATCHKEY_CLIENT_ID=desk", "LATCHKEY_CLIENT_SECRET=hush",
		"LATCHKEY_SCOPES=openid  email",
		"LATCHKEY_REDIRECT_PORTS=8085, 0", "LATCHKEY_REDIRECT_HOST=localhost", "LATCHKEY_STORE=file",
		"LATCHKEY_STORE_PASSPHRASE=correct horse",
		"LATCHKEY_LOG=debug", "LATCHKEY_CLIENTID=typo", "LATCHKEY_NAME=", "PATH=/bin",
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := s.Provider
	if p.Issuer != "https://a.example/" || p.ClientSecret.Reveal() != "hush" || len(p.Scopes) != 2 ||
		len(p.RedirectPorts) != 2 || p.RedirectHost != "localhost" ||
		s.Store != "file" || s.Passphrase.Reveal() != "correct horse" || s.Log != "debug" || p.Name != "a.example" {
		t.Errorf("%+v", s)
	}
	if len(s.Warnings) != 1 ||
		!strings.Contains(s.Warnings[0], "LATCHKEY_CLIENTID is not a setting (did you mean client_id?)") {
		t.Errorf("warnings %q", s.Warnings)
	}
}

func TestFoldersFollowThePlatform(t *testing.T) {
	s, err := settings.Load(settings.Options{
		AppID: "latchkey-demo", Environ: []string{"HOME=/home/ada", "XDG_CONFIG_HOME=/c", "XDG_DATA_HOME=relative"},
		PolicyPath: "/nowhere",
	})
	if err != nil || s.ConfigDir != "/c/latchkey-demo" || s.DataDir != "/home/ada/.local/share/latchkey-demo" {
		t.Errorf("%q %q %v", s.ConfigDir, s.DataDir, err)
	}
	if _, err := settings.Load(settings.Options{PolicyPath: "/nowhere"}); err == nil {
		t.Error("without a home there is no error")
	}
}
