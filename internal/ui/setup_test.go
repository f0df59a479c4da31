package ui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"app.latchkey/internal/account"
	"app.latchkey/internal/settings"
)

// badField is what settings say of one field.
func badField(key, problem string) error {
	return &settings.Error{Source: settings.Source{Name: "preferences.toml", File: "/p"}, Key: key, Problem: problem}
}

// A form is checked without being written: findings and faults stand where they belong.
func TestAFormIsChecked(t *testing.T) {
	h := newDriven(t)
	asked := map[string]string{}
	h.now().TrySetUp = func(_ context.Context, preset string, typed map[string]string, found func(FindingView)) error {
		asked = typed
		if typed["domain"] == "" {
			return errors.Join(badField("domain", "this is missing"), badField("store", "is bad too"))
		}
		found(FindingView{ID: "issuer", Status: "fail", Title: preset})
		found(FindingView{ID: "clock", Status: "pass"})
		return nil
	}
	h.now().SaveSetUp = func(string, map[string]string) error { t.Error("a check was written"); return nil }
	h.try(h.Show(ScreenSetup))
	h.do(h.CheckSetUp("okta", map[string]string{}))
	v := h.until("the faults", func(v StateView) bool { return v.Setup != nil && len(v.Setup.Faults) > 0 })
	if v.Screen != ScreenSetup || v.Setup.Checked || v.Setup.Faults[0] != (FaultView{"domain", "this is missing"}) ||
		!strings.Contains(v.Setup.Problem, "store") {
		t.Errorf("%+v", v.Setup)
	}
	h.do(h.CheckSetUp("okta", map[string]string{"domain": "acme.okta.com"}))
	v = h.until("the findings", func(v StateView) bool { return v.Setup.Checked })
	if len(v.Setup.Findings) != 2 || v.Setup.Of != "okta" || len(v.Setup.Faults) != 0 || v.Setup.Problem != "" ||
		asked["domain"] != "acme.okta.com" {
		t.Errorf("%+v", v.Setup)
	}
	h.try(h.Show("")) // and what was found is forgotten with the page
	h.try(h.Show(ScreenSetup))
	if v := h.State(); v.Setup.Checked || len(v.Setup.Findings) > 0 {
		t.Errorf("%+v", v.Setup)
	}
}

// What is saved is used at once, and the sign-in that it was for begins by itself.
func TestAFormIsSavedAndSignsIn(t *testing.T) {
	h := newDriven(t)
	h.try(h.Show(ScreenSetup))
	h.now().SaveSetUp = func(string, map[string]string) error { return badField("client_id", "this is missing") }
	h.do(h.SaveSetUp("okta", nil))
	v := h.until("the refusal", func(v StateView) bool { return len(v.Setup.Faults) == 1 })
	if v.Screen != ScreenSetup || v.Setup.Faults[0].Key != "client_id" {
		t.Errorf("%+v", v.Setup)
	}
	saved := make(chan string, 1)
	h.now().SaveSetUp = func(preset string, typed map[string]string) error {
		saved <- preset + " " + typed["domain"]
		return nil
	}
	before := h.State().Revision
	h.do(h.SaveSetUp("okta", map[string]string{"domain": "acme.okta.com"}))
	if got := <-saved; got != "okta acme.okta.com" {
		t.Errorf("saved %s", got)
	}
	<-h.scripted.asked
	v = h.until("the wait", func(v StateView) bool { return v.Screen == ScreenWaiting })
	if v.Revision <= before {
		t.Errorf("revision %d after %d: the frontend would drop it", v.Revision, before)
	}
	h.scripted.answers <- somebody("ada")
	h.until("the profile", func(v StateView) bool { return v.Screen == ScreenProfile })
}

// “I have done that” with nothing written says what is missing.
func TestNothingWasWritten(t *testing.T) {
	h := newDriven(t)
	h.now().Ready = false
	if v := h.State(); v.Screen != ScreenSetup || v.Setup.Problem != "" || v.Setup.Page || len(v.Setup.Forms) != 12 {
		t.Errorf("%s %+v", v.Screen, v.Setup)
	}
	connect, rounds := h.opts.Connect, make(chan bool, 1)
	h.opts.Connect = func(ctx context.Context, changed func(account.Snapshot)) *Services {
		c := connect(ctx, changed)
		c.Ready = false
		rounds <- true
		return c
	}
	h.do(h.Retry())
	<-rounds
	v := h.until("what is missing", func(v StateView) bool { return v.Setup != nil && v.Setup.Problem != "" })
	if !strings.Contains(v.Setup.Problem, "No provider is set up yet") ||
		!strings.Contains(v.Setup.Problem, "/config") {
		t.Errorf("%q", v.Setup.Problem)
	}
}

// A page that was opened during a sign-in does not hide its outcome.
func TestAPageDoesNotHideTheOutcome(t *testing.T) {
	h := newDriven(t)
	h.try(h.SignIn(""))
	<-h.scripted.asked
	h.now().Examine = func(context.Context, func(FindingView)) error { return nil }
	h.try(h.Show(ScreenCheck))
	h.until("the check", func(v StateView) bool { return v.Screen == ScreenCheck })
	h.scripted.answers <- somebody("ada")
	h.until("the profile", func(v StateView) bool { return v.Screen == ScreenProfile })
}

// JavaScript asks to copy a redirect address by its number in the list: no address comes from JavaScript.
func TestARedirectAddressIsCopied(t *testing.T) {
	h := newDriven(t)
	h.now().Redirects = func() map[string][]string { return map[string][]string{"okta": {"http://a", "http://b"}} }
	h.must(h.CopyRedirect("okta", 1))
	if h.copied != "http://b" {
		t.Errorf("copied %q", h.copied)
	}
	for _, at := range []int{-1, 2} {
		if h.CopyRedirect("okta", at) == nil {
			t.Errorf("there is an address at %d", at)
		}
	}
	if h.CopyRedirect("nope", 0) == nil {
		t.Error("there is an address of no preset")
	}
}

// The forms are filled in with what is set, and a secret is only said to be there.
func TestTheFormsAreFilledIn(t *testing.T) {
	file := settings.Source{Name: "preferences.toml", File: "/p"}
	values := []settings.Value{
		{Key: "provider", Text: "google", Source: file}, {Key: "client_id", Text: "a", Source: file},
		{Key: "client_secret", Text: "•••••", Source: file},
		{Key: "domain", Text: "", Source: settings.Source{Name: "default"}},
	}
	v := (&drawing{facts: Facts{Values: values}}).setup(true)
	i := slices.IndexFunc(v.Forms, func(f FormView) bool { return f.Preset == "google" })
	id, hidden := v.Forms[i].Fields[0], v.Forms[i].Fields[1]
	if v.Preset != "google" || id.Text != "a" || hidden.Text != "" || !hidden.Given || !hidden.Secret {
		t.Errorf("%+v", v.Forms[i])
	}
	for _, f := range v.Forms {
		for _, field := range f.Fields {
			if f.Preset != "google" && (field.Text != "" || field.Given) {
				t.Errorf("%s has a value of another provider: %+v", f.Preset, field)
			}
		}
	}
	demo := []settings.Value{{Key: "issuer", Text: "http://127.0.0.1:1", Source: settings.Source{Name: "this build"}}}
	if v := (&drawing{facts: Facts{Values: demo, App: AppView{Demo: true}, Demo: true}}).setup(true); v.Preset != "" ||
		v.Demo {
		t.Errorf("the demo's provider is in the form: %+v", v)
	}
}

// A page that was opened after the outcome was on the screen stays open, however late the sign-in itself returns.
func TestPageOpenedAfterASignInStays(t *testing.T) {
	h := newDriven(t)
	emitted := false
	host := h.window()
	before := host.Emit
	host.Emit = func(v StateView) {
		before(v)
		if v.Screen != ScreenProfile || emitted {
			return
		}
		emitted = true
		h.jobs.Go(func() { _, _ = h.Show(ScreenDetails) })
		for open := false; !open; {
			h.Window.mu.Lock()
			open = h.model.Page == ScreenDetails
			h.Window.mu.Unlock()
		}
	}
	h.Attach(host, false)
	h.try(h.SignIn(""))
	<-h.scripted.asked
	h.scripted.answers <- somebody("ada")
	h.until("the window's front", func(StateView) bool { h.mu.Lock(); defer h.mu.Unlock(); return h.fronts > 0 })
	if v := h.State(); v.Screen != ScreenDetails {
		t.Errorf("the page was closed: %s", v.Screen)
	}
}
