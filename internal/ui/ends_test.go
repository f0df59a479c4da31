package ui

import (
	"context"
	"errors"
	"strings"
	"testing"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
)

// toast is a notification that a desktop shows.
type toast struct {
	title, body string
	ctx         context.Context
	click       chan bool
}

// notified gives the window a desktop that shows notifications.
func notified(h *driven) chan toast {
	all := make(chan toast, 9)
	host := h.window()
	host.Notify = func(ctx context.Context, title, body string) (bool, error) {
		n := toast{title, body, ctx, make(chan bool, 1)}
		all <- n
		select {
		case clicked := <-n.click:
			return clicked, nil
		case <-ctx.Done():
			return false, nil
		}
	}
	h.Attach(host, false)
	return all
}

// expires lets the provider end the session of the account that is signed in.
func (h *driven) expires() {
	h.t.Helper()
	token, err := h.Account().Token(h.t.Context())
	h.must(err)
	h.scripted.ended <- session.ErrEnded
	if _, err := h.Account().Renew(h.t.Context(), token); err == nil {
		h.t.Fatal("the session goes on")
	}
}

// A person who does not look at the window is notified that the session has ended. The notification says nothing else,
// and a click on it leads to the window.
func TestASessionThatEndsInTheBackground(t *testing.T) {
	h := newDriven(t)
	all := notified(h)
	fronts := func() (n int) { h.note(func() { n = h.fronts }); return n }
	h.enter("ada")
	h.until("the front of the sign-in", func(StateView) bool { return fronts() == 1 })
	h.Focus(false)
	h.expires()
	n := <-all
	if n.title != "Your session has ended" || n.body != "Sign in again at Acme ID to continue with Acme Desk." {
		t.Errorf("%q, %q", n.title, n.body)
	}
	for _, private := range []string{"hush", "ada", "Ada", "acme.example"} {
		if strings.Contains(n.title+n.body, private) {
			t.Errorf("the notification tells of %s", private)
		}
	}
	n.click <- true
	h.until("the front", func(StateView) bool { return fronts() == 2 })
}

// The next look at the window takes the notification away, and so does the next notification.
func TestANotificationIsTakenAway(t *testing.T) {
	h := newDriven(t)
	all := notified(h)
	h.Focus(false)
	h.enter("ada")
	h.expires()
	first := <-all
	h.enter("bob")
	h.expires()
	second := <-all
	<-first.ctx.Done()
	if second.ctx.Err() != nil {
		t.Error("the second one has gone too")
	}
	h.Focus(true)
	<-second.ctx.Done()
}

// There is no notification for a person who looks at the window, has signed out or has switched notifications off, nor
// for a session that had ended before.
func TestNoNotification(t *testing.T) {
	h := newDriven(t)
	all := notified(h)
	h.enter("ada")
	h.Focus(true)
	h.expires()
	h.Focus(false)
	h.Account().Touch()
	h.note(func() { h.saved[keyNotifications] = "false" })
	h.enter("bob")
	h.expires()
	h.note(func() { h.saved[keyNotifications] = "true" })
	h.enter("cy")
	_, err := h.Account().SignOut(t.Context(), h.Account().Snapshot().Session.Key, account.ScopeDevice)
	h.must(err)
	h.enter("dot")
	h.expires()
	<-all // dot's
	if len(all) > 0 {
		t.Errorf("%d notifications too many", len(all))
	}
}

// The switch for a start at the sign-in to the computer shows and changes the desktop's entry, is the administrator's
// where the settings decide, and is not there where the desktop has no such entry.
func TestTheSwitchForAStartAtTheSignIn(t *testing.T) {
	h := newDriven(t)
	on, refused := false, error(nil)
	h.now().AtLogin = func() (is bool, err error) { h.note(func() { is, err = on, refused }); return is, err }
	h.now().SetAtLogin = func(to bool) (err error) { h.note(func() { on, err = to, refused }); return err }
	h.try(h.Show(ScreenSettings))
	if v := h.State().Settings.StartAtLogin; v == nil || v.Text != "false" || v.Fixed {
		t.Errorf("%+v", v)
	}
	h.try(h.Set(keyStartAtLogin, "true"))
	h.until("on", func(v StateView) bool { return v.Settings.StartAtLogin.Text == "true" })
	h.note(func() { h.saved[keyStartAtLogin] = "on" })
	if v := h.State().Settings.StartAtLogin; !v.Fixed || v.Source != "config.toml" || v.Text != "true" {
		t.Errorf("what the settings decide: %+v", v)
	}
	h.note(func() { h.saved[keyStartAtLogin] = "person" })
	if v := h.State().Settings.StartAtLogin; v.Fixed {
		t.Errorf("what is left to the person: %+v", v)
	}
	h.note(func() { refused = errors.New("there is no such list") })
	if v := h.State().Settings.StartAtLogin; v != nil {
		t.Errorf("without an entry: %+v", v)
	}
	h.try(h.Set(keyStartAtLogin, "false"))
	h.until("the refusal", func(v StateView) bool { return v.Settings.Problem != "" })
}
