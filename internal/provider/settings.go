package provider

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"app.latchkey/internal/secret"
)

// Settings are everything that can be set, from all sources.
type Settings struct {
	Provider   Provider
	Configured bool // an issuer (or explicit endpoints) and a client are known

	Store           string // keychain, file, memory
	Passphrase      secret.Secret
	KeychainBackend string
	KeychainTimeout time.Duration
	Log             string // error, warn, info, debug

	ConfigDir, DataDir string

	Sources  map[string]Source // where each key that is set came from
	Warnings []string          // what works and should not stay so
}

// Source is where a value came from.
type Source struct {
	Name   string // "config.toml", "LATCHKEY_ISSUER", "--issuer", "policy.toml", …
	File   string // path, for a file
	Line   int    // 1-based; 0 when not a file
	Locked bool   // by the administrator's policy
}

// Error is one bad setting.
type Error struct {
	Source  Source
	Key     string // empty when the file itself is bad
	Problem string
}

// Error names file, line and key.
func (e *Error) Error() string {
	where := e.Source.Name
	if e.Source.File != "" {
		where = e.Source.File
		if e.Source.Line > 0 {
			where = fmt.Sprintf("%s:%d", where, e.Source.Line)
		}
	}
	if e.Key != "" && e.Key != e.Source.Name {
		return fmt.Sprintf("%s: %s: %s", where, e.Key, e.Problem)
	}
	return fmt.Sprintf("%s: %s", where, e.Problem)
}

// Options say where settings are read from.
type Options struct {
	AppID      string            // names the folders; "latchkey" when empty
	Baked      []byte            // the team's file, as TOML
	BakedName  string            // how it is called in errors
	Environ    []string          // as os.Environ gives it
	Flags      map[string]string // by key
	ConfigDir  string            // overrides the platform's
	DataDir    string            // overrides the platform's
	PolicyPath string            // overrides the platform's, and its owner is then not checked
	DotEnv     string            // a .env file; development builds only
}

// Load reads every source. The error joins one *Error for each bad setting.
func Load(o Options) (Settings, error) {
	if o.AppID == "" {
		o.AppID = "latchkey"
	}
	l := loader{o: o, values: map[string]value{}, env: environment(o.Environ)}
	configDir, dataDir, err := places(o, l.env)
	if err != nil {
		return Settings{}, err
	}
	policy, trusted := o.PolicyPath, true
	if policy == "" {
		policy, trusted = policyPath(o.AppID), false
	}
	l.bytes(Source{Name: first(o.BakedName, "the built-in settings")}, o.Baked)
	l.file(filepath.Join(configDir, "config.toml"), "config.toml", true)
	l.file(filepath.Join(dataDir, "preferences.toml"), "preferences.toml", true)
	l.dotEnv()
	l.environment()
	l.flags()
	l.policy(policy, trusted)
	s := l.settings()
	s.ConfigDir, s.DataDir = configDir, dataDir
	return s, errors.Join(l.errs...)
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// settings makes the Settings of the values, then checks how they go together.
func (l *loader) settings() Settings {
	s := Settings{
		Store: "keychain", Log: "info", KeychainTimeout: 10 * time.Second, Sources: map[string]Source{},
		Provider: Provider{
			Preset: "oidc", Scopes: []string{"openid", "profile", "email"}, OfflineAccess: "auto", Consent: "auto",
			RedirectHost: "127.0.0.1", RedirectPath: "/callback", LogoutStyle: "oidc", LoginHintParam: "login_hint",
			UserIDField: "sub", Leeway: time.Minute, SignInTimeout: 10 * time.Minute,
		},
		Warnings: l.warnings,
	}
	if v, ok := l.values["provider"]; ok {
		l.preset(&s, v)
	}
	for _, name := range slices.Sorted(maps.Keys(l.values)) {
		v := l.values[name]
		s.Sources[name] = v.source
		if set := keys[name].set; set != nil {
			if problem := set(&s, v.data); problem != "" {
				l.fail(v.source, name, problem)
			}
		}
	}
	l.files(&s)
	l.together(&s)
	return s
}

// files reads what a setting names by path.
func (l *loader) files(s *Settings) {
	if v, ok := l.values["ca_file"]; ok {
		data, err := readSmall(v.data.(string))
		if err != nil {
			l.fail(v.source, "ca_file", err.Error())
		}
		s.Provider.RootCAs = data
	}
	if v, ok := l.values["store_passphrase_file"]; ok {
		data, err := readSmall(v.data.(string))
		if err != nil {
			l.fail(v.source, "store_passphrase_file", err.Error())
		}
		s.Passphrase = secret.New(strings.TrimRight(string(data), "\r\n"))
	}
}

// together checks combinations.
func (l *loader) together(s *Settings) {
	p := &s.Provider
	source := func(key string) Source { return l.values[key].source }
	has := func(key string) bool { _, ok := l.values[key]; return ok }
	p.NoDiscovery = p.Issuer == "" && p.DiscoveryURL == "" && p.AuthorizationEndpoint != "" && p.TokenEndpoint != "" || p.NoIDToken
	if p.NoDiscovery && p.Issuer == "" && !p.NoIDToken {
		l.fail(source("authorization_endpoint"), "authorization_endpoint", "without an issuer there is nothing to hold an ID token against: set issuer, or id_token = false for a provider that has none")
	}
	if p.NoIDToken && (p.AuthorizationEndpoint == "" || p.TokenEndpoint == "" || p.UserinfoEndpoint == "") && p.Issuer == "" {
		l.fail(source("id_token"), "id_token", "a provider without ID tokens needs authorization_endpoint, token_endpoint and userinfo_endpoint")
	}
	if has("store_passphrase") && has("store_passphrase_file") {
		l.fail(source("store_passphrase_file"), "store_passphrase_file", "a passphrase is set too; keep one of the two")
	}
	if s.Store != "file" && (has("store_passphrase") || has("store_passphrase_file")) {
		s.Warnings = append(s.Warnings, fmt.Sprintf("a passphrase is set and store is %q: it is used only with store = \"file\"", s.Store))
	}
	if strings.Contains(p.Issuer, "microsoftonline.com") && !p.ClientSecret.IsZero() {
		s.Warnings = append(s.Warnings, "Microsoft Entra refuses a client secret from a desktop app: leave client_secret out")
	}
	if p.Preset == "descope" && !p.ClientSecret.IsZero() {
		s.Warnings = append(s.Warnings, "client_secret: Descope needs none with PKCE, and an access key in a desktop app is in every user's hands")
	}
	if len(p.Name) == 0 {
		p.Name = nameOf(p.Issuer, p.AuthorizationEndpoint)
	}
	s.Configured = p.ClientID != "" && (p.Issuer != "" || p.NoDiscovery)
	if p.ClientID == "" && p.Issuer != "" {
		l.fail(source("issuer"), "client_id", "missing: an issuer is set and no client (LATCHKEY_CLIENT_ID)")
	}
	if p.ClientID != "" && p.Issuer == "" && !p.NoDiscovery {
		l.fail(source("client_id"), "issuer", "missing: a client is set and no issuer (LATCHKEY_ISSUER)")
	}
}

// readSmall reads a file of at most 1 MiB.
func readSmall(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot read %s: %w", path, errors.Unwrap(err))
	case info.IsDir():
		return nil, fmt.Errorf("%s is a folder", path)
	case info.Size() > 1<<20:
		return nil, fmt.Errorf("%s is larger than 1 MiB", path)
	}
	return os.ReadFile(path)
}
