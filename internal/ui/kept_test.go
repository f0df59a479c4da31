package ui

import (
	"strings"
	"testing"

	"app.latchkey/internal/account"
)

// tomorrow ends the window and starts it anew, after forget has removed something.
func (h *driven) tomorrow(forget func(*Model)) {
	before := h.Account()
	h.end()
	h.change(forget)
	h.end = h.start()
	h.until("the next start", func(v StateView) bool {
		return h.Account() != before && h.Account().Snapshot().Phase != account.PhaseStarting
	})
}

// A picture that was fetched once is shown after a start without the network.
func TestAFaceIsThereWithoutTheNetwork(t *testing.T) {
	h := newDriven(t)
	const address, face = "https://id.example/ada.png", "data:image/png;base64,AAAA"
	h.note(func() { h.faces = map[string]string{address: face} })
	h.try(h.SignIn(""))
	<-h.scripted.asked
	ada := somebody("ada")
	ada.Profile.Picture = address
	h.scripted.answers <- ada
	h.until("the face is kept", func(StateView) bool {
		all := h.Account().Snapshot().Accounts
		return len(all) == 1 && all[0].Face == face
	})

	// The next start: nothing can be fetched.
	h.note(func() { h.faces = nil })
	h.tomorrow(func(m *Model) { m.Pictures = nil })
	v := h.until("the profile", func(v StateView) bool { return v.Screen == ScreenProfile })
	if v.Profile.Picture != face || v.Accounts[0].Picture != face {
		t.Errorf("%q %q", v.Profile.Picture, v.Accounts[0].Picture)
	}
}

// What was typed is offered again, at once and after a start; it is forgotten when the
// setting is switched off, and what the settings do not let be kept is not.
func TestWhatWasTypedIsOfferedAgain(t *testing.T) {
	h := newDriven(t)
	h.try(h.SignIn(" ada@acme.example "))
	<-h.scripted.asked
	h.CancelSignIn()
	h.until("what was typed", func(v StateView) bool {
		return v.Screen == ScreenSignIn &&
			v.Typed == "ada@acme.example"
	})
	if kept := h.Account().Snapshot().Typed; kept != "" {
		t.Errorf("a sign-in that was cancelled keeps %q", kept)
	}
	h.try(h.SignIn("ada@acme.example"))
	if req := <-h.scripted.asked; req.LoginHint != "ada@acme.example" {
		t.Errorf("%+v", req)
	}
	h.scripted.answers <- somebody("ada")
	v := h.until("ada", func(v StateView) bool { return v.Screen == ScreenProfile })
	if v.Typed != "" {
		t.Errorf("the profile offers %q", v.Typed)
	}
	h.try(h.SignOut(v.Profile.ID, "tokens"))
	h.until("the sign-in screen", func(v StateView) bool { return v.Screen == ScreenSignIn })
	h.tomorrow(func(m *Model) { m.Typed = nil })
	h.until("what was typed", func(v StateView) bool {
		return v.Screen == ScreenSignIn &&
			v.Typed == "ada@acme.example"
	})

	h.try(h.Set(keyRememberEmail, "false"))
	h.until("nothing", func(v StateView) bool { return v.Typed == "" && h.Account().Snapshot().Typed == "" })
	h.try(h.SignIn("ada@acme.example"))
	if req := <-h.scripted.asked; req.Typed != nil {
		t.Errorf("asked to keep %q", *req.Typed)
	}
	h.CancelSignIn()
	h.until("the sign-in screen", func(v StateView) bool { return v.Screen == ScreenSignIn && v.Typed == "" })
	if book, err := h.store.Read(t.Context()); err != nil || book.Typed != "" {
		t.Errorf("%q is kept, %v", book.Typed, err)
	}
}

// A person who is signed in for this time only is told that a change of the provider ends the session.
func TestAChangeOfTheProviderEndsThisTimeOnly(t *testing.T) {
	snap := account.Snapshot{Phase: account.PhaseSignedIn, Session: ada, Accounts: []account.Account{ada}}
	draw := func(store string) string {
		return Draw(Model{Known: true, Page: ScreenSetup}, snap,
			Facts{Ready: true, Provider: "Acme ID", Store: store}).Setup.Before
	}
	if words := draw("memory"); !strings.Contains(words, "this time only") ||
		!strings.Contains(words, "signs you out") {
		t.Errorf("%q", words)
	}
	if words := draw("keychain"); !strings.Contains(words, "needs a new sign-in") {
		t.Errorf("%q", words)
	}
}
