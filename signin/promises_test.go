package signin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/internal/problem"
	"app.latchkey/signin"
	"app.latchkey/signin/signintest"
)

const passphrase = "correct horse battery"

// typed is a store whose passphrase is always typed correctly.
func typed() signin.Store {
	return signin.Passphrase(func(context.Context, signin.PassphraseRequest) (string, error) { return passphrase, nil })
}

// home gives the test a home folder of its own, and returns it.
func home(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"HOME", "APPDATA", "LOCALAPPDATA"} {
		t.Setenv(name, dir)
	}
	for _, name := range []string{"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"} {
		t.Setenv(name, "")
	}
	return dir
}

func TestASessionSurvivesARestartAndIsSharedByTheSameID(t *testing.T) {
	dir := home(t)
	p := signintest.NewProvider(t)
	config := p.Config()
	config.Store = typed()
	first := open(t, p, config)
	if _, err := first.SignIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, third := open(t, p, config), open(t, p, config)
	account, err := second.Account(t.Context())
	if err != nil || account.Name != "Ada" {
		t.Fatalf("after the restart: %+v, %v", account, err)
	}
	p.Advance(time.Hour)
	one, err := second.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if two, err := third.Token(t.Context()); err != nil || two.Value.Reveal() != one.Value.Reveal() {
		t.Errorf("the other program renewed once more, or %v", err)
	}
	if _, err := second.SignOut(t.Context(), signin.Revoke); err != nil {
		t.Fatal(err)
	}
	if _, err := third.Account(t.Context()); !errors.Is(err, signin.ErrSignedOut) {
		t.Errorf("the other program still knows the account: %v", err)
	}
	other := config
	other.App.ID = "com.example.other"
	if _, err := open(t, p, other).Account(t.Context()); !errors.Is(err, signin.ErrSignedOut) {
		t.Errorf("a program with another ID: %v", err)
	}
	for _, path := range files(t, dir) {
		if !strings.Contains(path, "com.example.test") {
			t.Errorf("%s was written outside the program's own folder", path)
		}
	}
}

func TestAPassphraseIsAskedForThreeTimesAtTheMost(t *testing.T) {
	home(t)
	p := signintest.NewProvider(t)
	config := p.Config()
	var asked []signin.PassphraseRequest
	answers := []string{"short", "also", passphrase}
	config.Store = signin.Passphrase(func(_ context.Context, r signin.PassphraseRequest) (string, error) {
		asked = append(asked, r)
		return answers[len(asked)-1], nil
	})
	if _, err := open(t, p, config).SignIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(asked) != 3 || !asked[0].New || asked[0].Refused != nil || asked[2].Refused == nil ||
		asked[2].Refused.Code != "weak_passphrase" {
		t.Errorf("asked %+v", asked)
	}
	asked, answers = nil, []string{"wrong wrong", "wrong again", "wrong still"}
	if _, err := signin.Open(t.Context(), config); !errors.Is(err, signin.ErrStore) || len(asked) != 3 || asked[0].New {
		t.Errorf("three wrong ones: %v, asked %d times", err, len(asked))
	}
	mine := errors.New("the person closed the dialog")
	config.Store = signin.Passphrase(func(context.Context, signin.PassphraseRequest) (string, error) {
		return "", mine
	})
	if _, err := signin.Open(t.Context(), config); !errors.Is(err, mine) || !errors.Is(err, signin.ErrStore) {
		t.Errorf("nobody typed: %v", err)
	}
}

func TestAMistakeInTheConfigNamesTheField(t *testing.T) {
	home(t)
	good := signin.Config{
		App: signin.App{ID: "com.example.test"}, Provider: signin.Issuer("https://id.example.com", "client"),
		Store: signin.Memory(),
	}
	for want, spoil := range map[string]func(*signin.Config){
		"App.ID is \"\"":      func(c *signin.Config) { c.App.ID = "" },
		"App.ID is \"../../x": func(c *signin.Config) { c.App.ID = "../../x" },
		"App.ID is \"a/b":     func(c *signin.Config) { c.App.ID = "a/b" },
		"Provider is missing": func(c *signin.Config) { c.Provider = signin.Provider{} },
		"Timeout is -1s":      func(c *signin.Config) { c.Timeout = -time.Second },
		"issuer":              func(c *signin.Config) { c.Provider = signin.Issuer("id.example.com", "client") },
		"client_id":           func(c *signin.Config) { c.Provider = signin.Issuer("https://id.example.com", "") },
		"domain":              func(c *signin.Config) { c.Provider = signin.Okta("https://acme.okta.com/", "client") },
		"colour":              func(c *signin.Config) { c.Provider = c.Provider.With("colour", "red") },
		"Config has a field":  func(c *signin.Config) { c.Provider = c.Provider.With("store", "memory") },
		"a proxy is one of":   func(c *signin.Config) { c.Provider = c.Provider.With("proxy", "ftp://a:pw@proxy") },
		"redirect_ports":      func(c *signin.Config) { c.Provider = c.Provider.With("redirect_ports", "70000") },
		"RootCAs holds":       func(c *signin.Config) { c.RootCAs = []byte("no PEM") },
	} {
		config := good
		spoil(&config)
		client, err := signin.Open(t.Context(), config)
		if err == nil {
			_ = client.Close()
		}
		if !errors.Is(err, signin.ErrConfig) || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	client, err := signin.Open(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	_ = client.Close()
}

func TestEveryPresetCanBeOpened(t *testing.T) {
	home(t)
	for name, p := range map[string]signin.Provider{
		"descope": signin.Descope("P2abcdefghijklmnopqrstuvwxyz"),
		"okta":    signin.Okta("acme.okta.com", "c").With("authorization_server", "default"),
		"entra":   signin.Entra("8eaef023-2b34-4da1-9baa-8bc8c9d6a490", "c"), "google": signin.Google("c", "s"),
		"auth0":    signin.Auth0("acme.eu.auth0.com", "c"),
		"keycloak": signin.Keycloak("https://sso.example.com", "acme", "c"),
		"cognito":  signin.Cognito("eu-west-1_AbCdEf123", "c"),
		"pingone":  signin.PingOne("8eaef023-2b34-4da1-9baa-8bc8c9d6a490", "c").With("region", "eu"),
		"onelogin": signin.OneLogin("acme.onelogin.com", "c"),
		"zitadel":  signin.Zitadel("acme.zitadel.cloud", "c"), "github": signin.GitHub("c"),
	} {
		client, err := signin.Open(t.Context(),
			signin.Config{App: signin.App{ID: "com.example.test"}, Provider: p, Store: signin.Memory()})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_ = client.Close()
	}
}

// signin.Settings reads the settings of the installed application. The other providers do not read them.
func TestTheSettingsOfAnInstalledAppAreRead(t *testing.T) {
	dir := home(t)
	p := signintest.NewProvider(t)
	t.Setenv("LATCHKEY_ISSUER", "https://wrong.example")
	explicit := open(t, p, p.Config())
	if _, err := explicit.SignIn(t.Context()); err != nil {
		t.Fatalf("an explicit provider reads the environment: %v", err)
	}
	t.Setenv("LATCHKEY_ISSUER", p.Issuer)
	t.Setenv("LATCHKEY_CLIENT_ID", p.ClientID)
	config := p.Config()
	config.Provider = signin.Settings("reader")
	if account, err := open(t, p, config).SignIn(t.Context()); err != nil || account.Issuer != p.Issuer {
		t.Fatalf("%+v, %v", account, err)
	}
	if got := files(t, dir); len(got) > 0 {
		t.Errorf("in memory, and yet there are %v", got)
	}
}

// When the settings name no provider, Open says so, and not only the first sign-in.
func TestSettingsWithoutAProviderAreRefused(t *testing.T) {
	home(t)
	_, err := signin.Open(t.Context(), signin.Config{
		App: signin.App{ID: "com.example.test"}, Provider: signin.Settings("reader"), Store: signin.Memory(),
	})
	var told *signin.Error
	if !errors.Is(err, signin.ErrConfig) || !errors.As(err, &told) || told.Code != "not_configured" {
		t.Errorf("%v", err)
	}
}

// A program with its provider in its code reads no LATCHKEY_ variable and has no
// latchkeyctl: neither the set-up check nor an error sends its people there.
func TestTheWordsFitAProgramOfItsOwn(t *testing.T) {
	home(t)
	p := signintest.NewProvider(t)
	config := p.Config()
	config.Provider = signin.Issuer(p.Issuer+"/elsewhere", p.ClientID)
	client := open(t, p, config)
	report, err := client.Doctor(t.Context())
	if err != nil || report.OK {
		t.Fatalf("%+v %v", report, err)
	}
	_, err = client.SignIn(t.Context())
	if err == nil {
		t.Fatal("signed in at a provider that there is not")
	}
	said := []string{err.Error()}
	for _, f := range report.Findings {
		said = append(said, f.Advice)
	}
	for _, text := range said {
		if strings.Contains(text, "LATCHKEY_") || strings.Contains(text, "latchkeyctl") || strings.Contains(text, "{") {
			t.Errorf("%q", text)
		}
	}
}

func TestNoTokenIsPrinted(t *testing.T) {
	p := signintest.NewProvider(t)
	var log bytes.Buffer
	config := p.Config()
	config.Logger = slog.New(slog.NewTextHandler(&lockedWriter{w: &log}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	client := open(t, p, config)
	account, err := client.SignIn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	token, err := client.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.EndSessions()
	p.Advance(time.Hour)
	_, ended := client.Token(t.Context())
	var told *signin.Error
	errors.As(ended, &told)
	var printed []string
	for _, v := range []any{token, account, told, client, token.Value} {
		printed = append(printed, fmt.Sprintf("%v %+v %#v %s %x", v, v, v, v, v))
		if text, err := json.Marshal(v); err == nil {
			printed = append(printed, string(text))
		}
	}
	printed = append(printed, log.String())
	for _, secret := range p.Secrets() {
		for _, text := range printed {
			if strings.Contains(text, secret) || strings.Contains(text, fmt.Sprintf("%x", secret)) {
				t.Fatalf("a secret stands in %.200q", text)
			}
		}
	}
	if token.Value.Reveal() == "" || len(p.Secrets()) < 5 || log.Len() == 0 {
		t.Error("there was nothing to find")
	}
}

func TestWatchTellsEachChangeInOrder(t *testing.T) {
	p := signintest.NewProvider(t)
	client := p.Open(t)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	var phases []signin.Phase
	last := uint64(0)
	for state := range client.Watch(ctx) {
		if state.Revision <= last {
			t.Errorf("revision %d after %d", state.Revision, last)
		}
		last = state.Revision
		if len(phases) == 0 || phases[len(phases)-1] != state.Phase {
			phases = append(phases, state.Phase)
		}
		switch {
		case len(phases) == 1:
			go func() { _, _ = client.SignIn(ctx) }()
		case state.Phase == signin.SignedIn && state.Health == signin.Fresh && state.Account != nil:
			go func() { _, _ = client.SignOut(ctx, signin.Revoke) }()
		}
		if len(phases) > 2 && state.Phase == signin.SignedOut {
			break
		}
	}
	if want := "[signed_out waiting signed_in signed_out]"; fmt.Sprint(phases) != want &&
		fmt.Sprint(phases) != "[signed_out signed_in signed_out]" {
		t.Errorf("the phases were %v", phases)
	}
}

// While a Watch is read the session is renewed, and an administrator's end of it is seen.
func TestWatchRenewsInTheBackground(t *testing.T) {
	p := signintest.NewProvider(t)
	client := p.Client(t)
	first, err := client.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Advance(time.Hour)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	for state := range client.Watch(ctx) {
		if state.Account != nil && state.Health == signin.Fresh && state.Account.Expiry.After(first.Expiry) {
			return
		}
	}
	t.Error("the session was not renewed")
}

func TestNoGoroutineIsLeft(t *testing.T) {
	home(t)
	p := signintest.NewProvider(t)
	config := p.Config()
	config.Store = typed()
	client, err := signin.Open(p.Context(t.Context()), config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.SignIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	var watching sync.WaitGroup
	seen := make(chan struct{})
	watching.Go(func() {
		var once sync.Once
		for range client.Watch(t.Context()) {
			once.Do(func() { close(seen) })
		}
	})
	<-seen
	p.Advance(time.Hour)
	gone, giveUp := context.WithCancel(t.Context())
	giveUp()
	_, _ = client.Token(gone) // its renewal goes on without it
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	watching.Wait()
	var stacks bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&stacks, 1); err != nil {
		t.Fatal(err)
	}
	for _, one := range strings.Split(stacks.String(), "\n\n") {
		if strings.Contains(one, "app.latchkey/internal/") {
			t.Errorf("a goroutine is left:\n%s", one)
		}
	}
}

// Callers branch with errors.Is: each code that a person can see must match something.
func TestEveryCodeMatchesASentinel(t *testing.T) {
	for _, p := range problem.All("Acme ID") {
		if len(signin.Matches(p.Code)) == 0 && p.Code != "internal" && !signin.WindowOnly(p.Code) {
			t.Errorf("%s matches nothing", p.Code)
		}
	}
}

type lockedWriter struct {
	mu sync.Mutex
	w  *bytes.Buffer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// files lists what lies below a folder.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, path)
		}
		return err
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return out
}
