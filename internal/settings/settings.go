package settings

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"time"

	"app.latchkey/internal/managed"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/secret"
)

// Settings are everything that can be set, from all sources.
type Settings struct {
	Provider   provider.Provider
	Given      provider.Given // what the preset was told
	Configured bool           // an issuer (or explicit endpoints) and a client are known

	// RedirectAnyUser takes an answer from the program of any user of this machine.
	RedirectAnyUser bool

	ClientKeyFile string // path; its content is Provider.ClientKey

	DPoPKey   string // auto, hardware, software
	TPMDevice string // empty is the system's

	Proxy             string        // as [route.ReadSetting] takes it; may bear a password
	ClientCertFile    string        // path; its content is in ClientCert
	ClientCertKeyFile string        // path; its content is in ClientCert
	ClientCert        secret.Secret // a certificate and its key in PEM

	// How long a session may last: since the sign-in, and since it was last used. Zero is no limit.
	SessionMax, SessionIdle time.Duration

	CAFile          string // path; its content is Provider.RootCAs
	Store           string // keychain, file, memory
	Passphrase      secret.Secret
	PassphraseFile  string // path; its content is Passphrase
	KeychainBackend string
	KeychainTimeout time.Duration

	Appearance   string // system, light, dark
	StartHidden  bool
	StartAtLogin string // person, on, off
	// Notifications of the desktop: when a session has ended while the window is in the background.
	Notifications bool
	// RememberEmail offers what a person typed at the last sign-in again; it is sealed
	// with the sessions.
	RememberEmail bool
	PictureHosts  []string // whose pictures may lie in a private network
	Log           string   // error, warn, info, debug
	LogTo         string   // file, system, both

	ConfigDir, DataDir string
	PolicyFile         string   // where the administrator's policy file is looked for
	Policies           []Policy // all places of the administrator's policy on this system, the weakest first

	Sources  map[string]Source // where each key that is set came from
	Warnings []string          // what works and should not stay so
	Exposed  []string          // those of the warnings that name a file of settings which others can change

	providerLocked bool    // the policy says where the provider is
	options        Options // what they were loaded with, to be loaded again
}

// Source is where a value came from.
type Source struct {
	Name   string // "config.toml", "LATCHKEY_ISSUER", "--issuer", "policy.toml", "default", …
	File   string // path, for a file
	Line   int    // 1-based; 0 when not a file
	Locked bool   // by the administrator's policy
}

// String names the place: a file with its line, a variable or a flag.
func (s Source) String() string {
	switch {
	case s.File != "" && s.Line > 0:
		return fmt.Sprintf("%s:%d", s.File, s.Line)
	case s.File != "":
		return s.File
	}
	return s.Name
}

// Error is one bad setting.
type Error struct {
	Source  Source
	Key     string // empty when the file itself is bad
	Problem string
}

// Error names file, line and key.
func (e *Error) Error() string {
	if e.Key != "" && e.Key != e.Source.Name {
		return fmt.Sprintf("%s: %s: %s", e.Source, e.Key, e.Problem)
	}
	return fmt.Sprintf("%s: %s", e.Source, e.Problem)
}

// Options say where settings are read from.
type Options struct {
	AppID      string            // names the folders; "latchkey" when empty
	Baked      []byte            // the team's file, as TOML
	BakedName  string            // how it is called in errors
	Environ    []string          // as [os.Environ] gives it
	Flags      map[string]string // by key
	Program    map[string]string // what the program itself says, by key
	Alone      bool              // Program is the only source
	ConfigDir  string            // overrides the platform's
	DataDir    string            // overrides the platform's
	PolicyPath string            // overrides the platform's; its owner is then not checked, and no channel is read
	// Managed reads the system's own channel of policy in place of the platform's.
	Managed func() (person, machine managed.Layer)
	DotEnv  string // a .env file; development builds only

	// ParseDotEnv reads what is in it; nil reads none. A release passes nil and does not contain the
	// parser.
	ParseDotEnv func([]byte) (map[string]string, error)

	preferences []byte // in place of the file's, to try a change before it is written
}

// Ranks of the sources in their order; those between belong to the person, and those from [policyRank] on to the
// administrator.
const (
	teamRank   = 0
	policyRank = 100
)

// Load reads every source. The error joins one *Error for each bad setting; the
// settings are then those that could be read.
func Load(o Options) (Settings, error) {
	o.AppID = cmp.Or(o.AppID, "latchkey")
	l := &loader{o: o, values: map[string]value{}, env: environment(o.Environ, runtime.GOOS)}
	configDir, dataDir, err := places(o, l.env)
	if err != nil {
		return Settings{}, err
	}
	policy, trusted := o.PolicyPath, true
	if policy == "" {
		policy, trusted = policyPath(o.AppID), false
	}
	l.rank = policyRank
	if !o.Alone {
		l.policies(policy, trusted) // first, for what they lock is not even read elsewhere
	}
	locks := l.values
	l.values, l.locked, l.rank = map[string]value{}, l.locksProvider(), teamRank
	l.preset, l.described = "", false
	reads := []func(){
		func() { l.bytes(Source{Name: cmp.Or(o.BakedName, "the built-in settings")}, o.Baked) },
		func() { l.file(filepath.Join(configDir, "config.toml"), "config.toml") },
		func() { l.preferences(filepath.Join(dataDir, PreferencesName)) },
		l.dotEnv,
		l.environment,
		l.flags,
		l.program,
	}
	if o.Alone {
		reads = []func(){l.program}
	}
	for _, read := range reads {
		read()
		l.settle()
		l.rank++
	}
	l.rank = policyRank
	maps.Copy(l.values, locks)
	l.settle()
	s := l.settings()
	s.ConfigDir, s.DataDir, s.PolicyFile, s.options = configDir, dataDir, policy, o
	s.Policies = l.places
	return s, errors.Join(l.errs...)
}

// defaults are the settings without any source.
func defaults() Settings {
	return Settings{
		Provider: provider.Generic(), DPoPKey: "auto", Proxy: "system", Store: "keychain",
		KeychainTimeout: 10 * time.Second,
		Appearance:      "system", StartAtLogin: "person", Notifications: true, RememberEmail: true,
		Log: "info", LogTo: "file", Sources: map[string]Source{},
	}
}

// settings makes the [Settings] of the values, then checks how they go together.
func (l *loader) settings() Settings {
	s := defaults()
	places := bindings(&s)
	assignAll := func(given bool) {
		each(func(k key) {
			v, ok := l.values[k.Name]
			if !ok || k.given() != given {
				return
			}
			s.Sources[k.Name] = v.source
			assign(places[k.Name].at, v.data)
			if problem := k.wrong(v.data); problem != "" {
				l.fail(v.source, k.Name, problem)
			}
		})
	}
	assignAll(true) // what the preset is told comes before the preset
	l.usePreset(&s)
	assignAll(false)
	l.readNamed(&s)
	l.together(&s)
	s.providerLocked = l.locked
	return s
}
