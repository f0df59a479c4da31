package main

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/browser"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
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

func (d *drawer) SetAside(reason error) error { return reason }
func (d *drawer) Ready(context.Context) error { return nil }
func (d *drawer) Lock(context.Context) (func(), error) {
	d.held.Lock()
	return d.held.Unlock, nil
}

// house is an app with the real packages for accounts and sessions, and a provider whose
// sign-ins end when the test says how.
type house struct {
	t       *testing.T
	app     *App
	asked   chan session.SignInRequest
	answers chan any // a session.Session or an error

	mu     sync.Mutex
	shown  []StateView
	copied string
	fronts int
	opened []string
	saved  map[string]string
}

func (h *house) SignIn(ctx context.Context, req session.SignInRequest) (session.Session, error) {
	if req.Device {
		req.Progress(session.Progress{Device: &session.DeviceCode{
			UserCode: "WDJB-MJHT", VerificationURI: "https://id.example/device", VerificationURIComplete: "https://id.example/device?user_code=WDJB-MJHT",
		}})
	} else {
		req.Progress(session.Progress{URL: "https://id.example/authorize?state=hush"})
	}
	h.asked <- req
	select {
	case <-ctx.Done():
		return session.Session{}, ctx.Err()
	case answer := <-h.answers:
		if err, bad := answer.(error); bad {
			return session.Session{}, err
		}
		return answer.(session.Session), nil
	}
}

func (h *house) Refresh(_ context.Context, s session.Session, _ func(context.Context, session.Session) error) (session.Session, error) {
	return s, nil
}

func (h *house) Revoke(context.Context, session.Revocation) (session.EndingOutcome, error) {
	return session.EndingDone, nil
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, asked: make(chan session.SignInRequest, 9), answers: make(chan any, 9), saved: map[string]string{}}
	h.app = NewApp("Acme Desk", build{Version: "1.2.3"}, false)
	h.app.attach = func(context.Context) window {
		w := h.app.window
		w.emit = func(v StateView) { h.note(func() { h.shown = append(h.shown, v) }) }
		w.front = func() { h.note(func() { h.fronts++ }) }
		w.copy = func(text string) error { h.note(func() { h.copied = text }); return nil }
		return w
	}
	store := session.NewStore(&drawer{})
	h.app.start = func(context.Context) (*core, error) {
		c := newCore()
		c.ready, c.provider, c.logs, c.folder = true, "Acme ID", "/logs", "/config"
		c.account = account.New(account.Options{Auth: h, Store: store, OnChange: h.app.changed})
		c.openURL = func(_ context.Context, address string) error {
			h.note(func() { h.opened = append(h.opened, address) })
			return nil
		}
		c.openFolder = func(_ context.Context, path string) error {
			h.note(func() { h.opened = append(h.opened, path) })
			return browser.ErrFolder
		}
		c.values = func() map[string]SettingView {
			h.mu.Lock()
			defer h.mu.Unlock()
			return map[string]SettingView{keyAppearance: {Text: h.saved[keyAppearance]}, "issuer": {Text: "https://id.example", Source: "config.toml"}}
		}
		c.save = func(changes map[string]string) error {
			if changes[keyStartHidden] != "" {
				return errors.New("the disk is full")
			}
			h.note(func() { h.saved[keyAppearance] = changes[keyAppearance] })
			return nil
		}
		return c, nil
	}
	h.app.startup(t.Context())
	t.Cleanup(func() { h.app.shutdown(t.Context()) })
	h.until("the sign-in screen", func(v StateView) bool { return v.Screen == ScreenSignIn })
	return h
}

func (h *house) note(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
}

// must calls a bound method.
func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// until waits for a state, asking as a reloaded webview would.
func (h *house) until(what string, ok func(StateView) bool) StateView {
	h.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if v, err := h.app.State(); err == nil && ok(v) {
			return v
		}
	}
	v, _ := h.app.State()
	h.t.Fatalf("waited in vain for %s: %+v", what, v)
	return v
}

// somebody is a session that has just begun.
func somebody(subject string) session.Session {
	return session.Session{
		Key: session.Key{Issuer: "https://id.example", Subject: subject}, ClientID: "acme-desk",
		Profile:    session.Profile{Name: strings.ToUpper(subject[:1]) + subject[1:], Email: subject + "@acme.example"},
		Tokens:     session.Tokens{Access: secret.New("hush-" + subject), Refresh: secret.New("hush-r-" + subject), Type: "Bearer", Expiry: time.Now().Add(time.Hour), Lifetime: time.Hour},
		SignedInAt: time.Now(), Refreshed: time.Now(),
	}
}

// enter signs somebody in.
func (h *house) enter(subject string) StateView {
	h.t.Helper()
	h.must(h.app.SignIn(""))
	<-h.asked
	h.answers <- somebody(subject)
	return h.until(subject+"'s profile", func(v StateView) bool {
		return v.Screen == ScreenProfile && v.Profile.Email == subject+"@acme.example"
	})
}
