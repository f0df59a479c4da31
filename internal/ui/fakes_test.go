package ui

import (
	"context"
	"errors"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/browser"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
	"app.latchkey/internal/settings"
)

// drawer is a vault in memory.
type drawer struct {
	mu   sync.Mutex
	held sync.Mutex
	data []byte
}

func (d *drawer) Load(context.Context) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.data, nil
}

func (d *drawer) Save(_ context.Context, data []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.data = data
	return nil
}

func (d *drawer) SetAside(reason error) error                     { return reason }
func (d *drawer) SaveAnew(ctx context.Context, data []byte) error { return d.Save(ctx, data) }

func (d *drawer) Reserve(context.Context) error { return nil }
func (d *drawer) Ready(context.Context) error   { return nil }
func (d *drawer) Lock(context.Context) (func(), error) {
	d.held.Lock()
	return d.held.Unlock, nil
}

// scripted is a provider whose sign-ins end when the test says how.
type scripted struct {
	asked   chan session.SignInRequest
	answers chan any   // a session.Session or an error
	ended   chan error // what a refresh ends with, in place of the session as it is
}

// driven is a window over the real packages for accounts and sessions, with a
// scripted provider.
type driven struct {
	*Window
	t        *testing.T
	store    *session.Store
	scripted scripted
	jobs     sync.WaitGroup
	end      func() // of the window

	mu     sync.Mutex
	shown  []StateView
	copied string
	fronts int
	opened []string
	saved  map[string]string
	faces  map[string]string // by address
}

// picture is the answer for the address of a picture.
func (h *driven) picture(_ context.Context, address string) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if face := h.faces[address]; face != "" {
		return face, nil
	}
	return "", errors.New("the network is down")
}

func (p scripted) SignIn(ctx context.Context, req session.SignInRequest) (session.Session, error) {
	if req.Device {
		req.Progress(session.Progress{Device: &session.DeviceCode{
			UserCode: "WDJB-MJHT", VerificationURI: "https://id.example/device",
			VerificationURIComplete: "https://id.example/device?user_code=WDJB-MJHT",
		}})
	} else {
		req.Progress(session.Progress{URL: "https://id.example/authorize?state=hush"})
	}
	p.asked <- req
	select {
	case <-ctx.Done():
		return session.Session{}, ctx.Err()
	case answer := <-p.answers:
		if err, bad := answer.(error); bad {
			return session.Session{}, err
		}
		return answer.(session.Session), nil
	}
}

func (p scripted) ForAPI(_ context.Context, s session.Session, _ string,
	_ func(context.Context, session.Session) error) (session.Session, error) {
	return s, session.ErrAPI
}

func (p scripted) Refresh(_ context.Context, s session.Session,
	_ func(context.Context, session.Session) error) (session.Session, error) {
	select {
	case err := <-p.ended:
		return s, err
	default:
		return s, nil
	}
}

func (p scripted) Revoke(context.Context, session.Revocation) (session.EndingOutcome, error) {
	return session.EndingDone, nil
}

// newDriven returns a window on its sign-in screen.
func newDriven(t *testing.T) *driven {
	t.Helper()
	h := &driven{
		t: t, saved: map[string]string{},
		scripted: scripted{make(chan session.SignInRequest, 9), make(chan any, 9), make(chan error, 9)},
	}
	h.store = session.NewStore(&drawer{})
	h.Window = New(Options{
		App: AppView{Name: "Acme Desk", Version: "1.2.3"},
		Connect: func(_ context.Context, changed func(account.Snapshot)) *Services {
			c := NewServices(changed)
			c.Ready, c.Provider, c.LogFolder, c.ConfigFolder = true, "Acme ID", "/logs", "/config"
			c.Account = account.New(account.Options{Auth: h.scripted, Store: h.store, OnChange: changed})
			c.Picture = h.picture
			c.OpenURL = func(_ context.Context, address string) error {
				h.note(func() { h.opened = append(h.opened, address) })
				return nil
			}
			c.OpenFolder = func(_ context.Context, path string) error {
				h.note(func() { h.opened = append(h.opened, path) })
				return browser.ErrFolder
			}
			c.Values, c.Save = h.values, h.save
			return c
		},
	})
	h.end = h.start()
	h.until("the sign-in screen", func(v StateView) bool { return v.Screen == ScreenSignIn })
	return h
}

// start runs the window until the test ends, or the returned func is called.
func (h *driven) start() (end func()) {
	ctx, stop := context.WithCancel(h.t.Context())
	end = func() { stop(); h.jobs.Wait() }
	h.t.Cleanup(end)
	host := noHost()
	host.Emit = func(v StateView) { h.note(func() { h.shown = append(h.shown, v) }) }
	host.Front = func() { h.note(func() { h.fronts++ }) }
	host.Copy = func(text string) error { h.note(func() { h.copied = text }); return nil }
	host.Run = func(_ string, job Job) { h.jobs.Go(func() { _ = job(ctx) }) }
	h.Attach(host, false)
	h.do(h.Run)
	return end
}

// do runs a job in the background, as the desktop does; nil is none.
func (h *driven) do(job Job) {
	if job != nil {
		h.window().Run("", job)
	}
}

// try is do for an intent that may be refused.
func (h *driven) try(job Job, err error) {
	h.t.Helper()
	h.must(err)
	h.do(job)
}

func (h *driven) values() []settings.Value {
	h.mu.Lock()
	defer h.mu.Unlock()
	return []settings.Value{
		{Key: keyAppearance, Text: h.saved[keyAppearance]},
		{Key: keyNotifications, Text: h.saved[keyNotifications]},
		{Key: keyStartAtLogin, Text: h.saved[keyStartAtLogin], Source: settings.Source{Name: "config.toml"}},
		{Key: keyRememberEmail, Text: h.saved[keyRememberEmail]},
		{Key: "issuer", Text: "https://id.example", Source: settings.Source{Name: "config.toml"}},
	}
}

func (h *driven) save(changes map[string]string) error {
	if changes[keyStartHidden] != "" {
		return errors.New("the disk is full")
	}
	h.note(func() { maps.Copy(h.saved, changes) })
	return nil
}

func (h *driven) note(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
}

// must ends the test when an intent is refused.
func (h *driven) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// until waits for a state, asking as a reloaded webview would.
func (h *driven) until(what string, ok func(StateView) bool) StateView {
	h.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if v := h.State(); ok(v) {
			return v
		}
	}
	v := h.State()
	h.t.Fatalf("waited in vain for %s: %+v", what, v)
	return v
}

// somebody returns a new session of a person.
func somebody(subject string) session.Session {
	return session.Session{
		Key: session.Key{Issuer: "https://id.example", Subject: subject}, ClientID: "acme-desk",
		Profile: session.Profile{Name: strings.ToUpper(subject[:1]) + subject[1:], Email: subject + "@acme.example"},
		Tokens: session.Tokens{
			Access: secret.New("hush-" + subject), Refresh: secret.New("hush-r-" + subject), Type: "Bearer",
			Expiry: time.Now().Add(time.Hour), Lifetime: time.Hour,
		},
		SignedInAt: time.Now(), Refreshed: time.Now(),
	}
}

// enter signs a person in.
func (h *driven) enter(subject string) StateView {
	h.t.Helper()
	h.try(h.SignIn(""))
	<-h.scripted.asked
	h.scripted.answers <- somebody(subject)
	return h.until(subject+"'s profile", func(v StateView) bool {
		return v.Screen == ScreenProfile && v.Profile.Email == subject+"@acme.example"
	})
}
