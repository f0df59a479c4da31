package ui

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/browser"
	"app.latchkey/internal/openid"
	"app.latchkey/internal/session"
	"app.latchkey/internal/settings"
	"app.latchkey/internal/vault"
)

var errWrong = errors.New("something")

// Every screen, by what is known: the account's state, what the window remembers, and
// the facts. A state without Known is drawn as if it had it, but for the first.
func TestTheScreens(t *testing.T) {
	signedIn := account.Snapshot{Phase: account.PhaseSignedIn, Session: ada, Accounts: []account.Account{ada, grace}}
	signedOut := account.Snapshot{Phase: account.PhaseSignedOut, Accounts: []account.Account{grace}}
	waiting := account.Snapshot{Phase: account.PhaseWaiting, Session: ada}
	elsewhere := account.Snapshot{Phase: account.PhaseWaiting, Waiting: account.Waiting{Elsewhere: true}}
	locked := account.Snapshot{Phase: account.PhaseLocked, Err: vault.ErrKeychainLocked}
	with := func(s account.Snapshot, err error) account.Snapshot { s.Err = err; return s }
	ready, unusable := Facts{Ready: true}, Facts{SettingsErr: errWrong}
	for name, c := range map[string]struct {
		snap   account.Snapshot
		model  Model
		facts  Facts
		screen string
		code   string // of the problem; "" for none
	}{
		"vault not read":        {account.Snapshot{Phase: account.PhaseStarting}, Model{}, ready, ScreenStarting, ""},
		"nobody":                {signedOut, Model{}, ready, ScreenSignIn, ""},
		"no provider":           {signedOut, Model{}, Facts{}, ScreenSetup, ""},
		"somebody":              {signedIn, Model{}, ready, ScreenProfile, ""},
		"somebody, no provider": {signedIn, Model{}, Facts{}, ScreenProfile, ""},
		"at the browser":        {waiting, Model{}, ready, ScreenWaiting, ""},
		"on another device":     {elsewhere, Model{}, ready, ScreenDevice, ""},
		"locked":                {locked, Model{}, ready, ScreenProblem, "keychain_locked"},
		"passphrase needed": {
			with(locked, vault.ErrPassphraseNeeded), Model{}, ready, ScreenUnlock, "passphrase_needed",
		},
		"wrong passphrase": {
			locked, Model{Problem: vault.ErrWrongPassphrase}, ready, ScreenUnlock, "wrong_passphrase",
		},
		"bad settings":          {account.Snapshot{}, Model{}, unusable, ScreenProblem, "internal"},
		"bad settings, checked": {account.Snapshot{}, Model{Page: ScreenCheck}, unusable, ScreenCheck, ""},
		"bad settings, details": {
			account.Snapshot{}, Model{Page: ScreenDetails}, unusable, ScreenProblem, "internal",
		},
		"sign-in failed": {with(signedOut, openid.ErrNonce), Model{}, ready, ScreenProblem, "id_token"},
		"cancelled":      {with(signedOut, account.ErrCancelled), Model{}, ready, ScreenSignIn, ""},
		"ended by itself": {
			with(signedOut, account.ErrSessionEnded), Model{}, ready, ScreenSignIn, "session_ended",
		},
		"own before account's": {
			with(signedIn, openid.ErrNonce), Model{Problem: context.DeadlineExceeded}, ready, ScreenProblem,
			"timed_out",
		},
		"no problem while at it": {
			with(waiting, openid.ErrNonce), Model{Problem: errWrong, Choosing: true}, ready, ScreenWaiting, "",
		},
		"choosing a passphrase": {
			with(signedOut, vault.ErrKeychainAbsent), Model{Choosing: true}, ready, ScreenUnlock, "keychain_absent",
		},
		"details":            {signedIn, Model{Page: ScreenDetails}, ready, ScreenDetails, ""},
		"details of nobody":  {signedOut, Model{Page: ScreenDetails}, ready, ScreenSignIn, ""},
		"settings":           {signedOut, Model{Page: ScreenSettings}, ready, ScreenSettings, ""},
		"about":              {signedIn, Model{Page: ScreenAbout}, ready, ScreenAbout, ""},
		"a page over a wait": {waiting, Model{Page: ScreenAbout}, ready, ScreenAbout, ""},
		"a page hides an old one": {
			with(signedOut, openid.ErrNonce), Model{Page: ScreenSettings}, ready, ScreenSettings, "",
		},
		"a page's own problem": {
			signedOut, Model{Page: ScreenSettings, Problem: browser.ErrFolder}, ready, ScreenProblem, "folder_missing",
		},
	} {
		c.model.Known = true
		c.facts.RefKey, c.facts.About = []byte("key"), &AboutView{}
		v := Draw(c.model, c.snap, c.facts)
		code := ""
		if v.Problem != nil {
			code = v.Problem.Code
		}
		if v.Screen != c.screen || code != c.code {
			t.Errorf("%s: screen %s with %q, want %s with %q", name, v.Screen, code, c.screen, c.code)
		}
		// The guard: only a signed-in account has a profile or details.
		someone := c.snap.Phase == account.PhaseSignedIn && c.facts.SettingsErr == nil
		if (v.Profile != nil) != someone || v.Details != nil && !someone {
			t.Errorf("%s: profile %v, details %v", name, v.Profile, v.Details)
		}
		if again := Draw(c.model, c.snap, c.facts); !reflect.DeepEqual(v, again) {
			t.Errorf("%s: drawn twice it is another", name)
		}
		c.model.Known = false
		if v := Draw(c.model, c.snap, c.facts); v.Screen != ScreenStarting || v.Profile != nil || v.Accounts == nil {
			t.Errorf("%s: before it is known what to show: %+v", name, v)
		}
	}
}

// What the screens show besides their name.
func TestWhatStandsOnTheScreens(t *testing.T) {
	code := session.DeviceCode{
		UserCode: "WDJB-MJHT", VerificationURI: "https://id.example/device", Expires: time.UnixMilli(5),
	}
	waiting := account.Waiting{
		Since: time.UnixMilli(3), URL: "https://id.example/authorize?state=hush", OpenErr: &browser.OpenError{},
		Strays:    2,
		Elsewhere: true, Device: &code,
	}
	v := Draw(Model{Known: true}, account.Snapshot{Phase: account.PhaseWaiting, Waiting: waiting, Session: ada},
		Facts{Ready: true})
	if w := *v.Waiting; w.Since != 3 || !w.Linked || w.OpenFailed != "Your browser did not open" || w.Strays != 2 ||
		!w.SignedIn {
		t.Errorf("%+v", w)
	}
	if d := *v.Device; d.Code != "WDJB-MJHT" || d.Address != "id.example/device" ||
		d.QR != qrCode("https://id.example/device") || d.Expires != 5 {
		t.Errorf("%+v", d)
	}
	snap := account.Snapshot{Phase: account.PhaseSignedIn, Session: ada, Accounts: []account.Account{ada, ended(grace)}}
	snap.Health, snap.HealthErr = account.HealthOffline, openid.ErrNetwork
	v = Draw(Model{Known: true}, snap, Facts{Ready: true, Provider: "Acme ID"})
	if v.Profile.Health != "offline" || v.Profile.HealthProblem != "Acme ID cannot be reached" ||
		v.Profile.ID != v.Accounts[0].ID {
		t.Errorf("%+v", v.Profile)
	}
	if !v.Accounts[0].Active || v.Accounts[0].Ended || v.Accounts[1].Active || !v.Accounts[1].Ended {
		t.Errorf("%+v", v.Accounts)
	}
	if p := v.Provider; p.Name != "Acme ID" || p.Mark != "A" || !p.Device || !p.EndSession {
		t.Errorf("%+v", p)
	}
	for name, mark := range map[string]string{
		"Demo ID": "D", "127.0.0.1:8085": "", "id.acme.example": "", "4711": "", "Ölwerk": "Ö", "": "",
	} {
		v = Draw(Model{Known: true}, snap, Facts{Provider: name, Offers: session.Offers{Known: true, Device: true}})
		if p := v.Provider; p.Mark != mark || !p.Device || p.EndSession || p.Revocation {
			t.Errorf("%q: %+v", name, p)
		}
	}
}

// A session keeps its provider when the settings name another one: in the profile, in the
// sign-out and in its report.
func TestASessionKeepsItsProvider(t *testing.T) {
	mine := ada
	mine.Provider, mine.ClientID = "Acme ID", "acme-desk"
	contoso := Facts{
		Ready: true, Provider: "Contoso", Issuer: "https://login.contoso.example", ClientID: "desk",
		Offers: session.Offers{Known: true, EndSession: true, Revocation: true},
	}
	snap := account.Snapshot{
		Phase: account.PhaseSignedIn, Session: mine, Accounts: []account.Account{mine}, Health: account.HealthFresh,
	}
	for _, err := range []error{nil, session.ErrForeign} {
		snap.HealthErr = err
		v := Draw(Model{Known: true}, snap, contoso)
		p := v.Profile
		if v.Provider.Name != "Contoso" || p.Provider.Name != "Acme ID" || !p.Foreign || p.Provider.EndSession ||
			p.Provider.Revocation {
			t.Errorf("%+v beside %+v", p.Provider, v.Provider)
		}
		if p.Health != "offline" || !strings.Contains(p.HealthProblem, "now set up for Contoso") {
			t.Errorf("%+v", p)
		}
	}
	old := mine
	old.Provider = "" // of a version that did not store it
	snap.Session = old
	if p := Draw(Model{Known: true}, snap, contoso).Profile.Provider; p.Name != "id.acme.example" {
		t.Errorf("%+v", p)
	}
	out := account.Snapshot{Phase: account.PhaseSignedOut, SignOuts: []account.SignOut{{
		Key: mine.Key, Name: "Ada Lovelace", Provider: "Acme ID", ClientID: "acme-desk",
		Ending: session.Ending{Tokens: session.EndingPending, Err: session.ErrForeign},
	}}}
	n := Draw(Model{Known: true}, out, contoso).Notice
	if text := strings.Join(n.Lines, " "); !strings.Contains(text, "Acme ID was not asked") ||
		strings.Contains(text, "reached") || strings.Contains(text, "Contoso") {
		t.Errorf("%+v", n)
	}
	out = account.Snapshot{Phase: account.PhaseSignedOut, Ended: &mine}
	mine.Ended = session.EndedRefused
	if n := Draw(Model{Known: true}, out, contoso).Notice; !strings.HasPrefix(n.Title, "Ada Lovelace") ||
		!strings.Contains(n.Lines[0], "Acme ID has ended") {
		t.Errorf("%+v", n)
	}
}

// While the browser ends its session, failures are not shown yet. The notice names who is signed out, and who is still
// signed in.
func TestASignOutNamesWhoAndWhoNot(t *testing.T) {
	out := account.SignOut{
		Key: ada.Key, Name: "Ada Lovelace", Provider: "Acme ID", Scope: account.ScopeBrowser, Running: true,
		Ending: session.Ending{Tokens: session.EndingPending},
	}
	snap := account.Snapshot{
		Phase: account.PhaseSignedOut, SignOuts: []account.SignOut{out},
		Accounts: []account.Account{grace, omar, long, mystery, ended(ada)},
	}
	draw := func() *NoticeView {
		return Draw(Model{Known: true}, snap, Facts{Ready: true, Provider: "Acme ID"}).Notice
	}
	n := draw()
	if text := strings.Join(n.Lines, " "); n.Title != "Ada Lovelace is signed out on this computer" || !n.Good ||
		strings.Contains(text, "reached") || !strings.Contains(text, "browser is being signed out") {
		t.Errorf("%+v", n)
	}
	if last := n.Lines[len(n.Lines)-1]; !strings.HasPrefix(last, "Still signed in here: Grace Hopper, ") ||
		!strings.HasSuffix(last, "and 1 other.") {
		t.Errorf("%q", last)
	}
	done := out
	done.Running, done.Ending = false, session.Ending{Tokens: session.EndingDone, Browser: session.EndingDone}
	snap.SignOuts, snap.Accounts = []account.SignOut{done}, nil
	if n := draw(); len(n.Lines) != 2 || strings.Contains(n.Lines[1], "Still") {
		t.Errorf("%+v", n)
	}

	// After a sign-out of all accounts, a result that is the same for all is said once, and one that differs names its
	// account.
	second := done
	second.Key, second.Name = grace.Key, "Grace Hopper"
	snap.SignOuts = []account.SignOut{done, second}
	if n := draw(); n.Title != "2 accounts are signed out on this computer" || len(n.Lines) != 2 || !n.Good {
		t.Errorf("%+v", n)
	}
	second.Ending.Tokens, second.Ending.Err = session.EndingPending, errWrong
	snap.SignOuts = []account.SignOut{done, second}
	if n := draw(); n.Good || len(n.Lines) != 2 || !strings.HasPrefix(n.Lines[0], "Ada Lovelace: Acme ID has ended") ||
		!strings.HasPrefix(n.Lines[1], "Grace Hopper: Acme ID could not be reached.") {
		t.Errorf("%+v", n)
	}
	second.Running = true
	snap.SignOuts = []account.SignOut{done, second}
	if n := draw(); len(n.Lines) != 1 || strings.Contains(n.Lines[0], "reached") {
		t.Errorf("while it goes on: %+v", n)
	}
}

// The question how far a sign-out goes names whom it is about, and what the providers
// can do; it is gone with the account.
func TestASignOutIsAskedFor(t *testing.T) {
	elsewhere := grace
	elsewhere.Provider, elsewhere.Key.Issuer = "Contoso", "https://login.contoso.example"
	snap := account.Snapshot{Phase: account.PhaseSignedIn, Session: ada, Accounts: []account.Account{ada, elsewhere}}
	f := Facts{
		Ready: true, Provider: "Acme ID", Issuer: "https://id.acme.example",
		Offers: session.Offers{Known: true, Revocation: true},
	}
	draw := func(id string) *LeavingView { return Draw(Model{Known: true, Leaving: id}, snap, f).Leaving }
	if v := draw(idOf(ada.Key)); v == nil || v.Name != "Ada Lovelace" || v.Count != 1 || v.Provider.Name != "Acme ID" ||
		!v.Provider.Revocation || v.Provider.EndSession {
		t.Errorf("%+v", v)
	}
	if v := draw(idOf(elsewhere.Key)); v == nil || v.Provider.Name != "Contoso" || v.Provider.Revocation {
		t.Errorf("%+v", v)
	}
	if v := draw("all"); v == nil || v.Count != 2 || v.Provider.Name != "each provider" || !v.Provider.Revocation {
		t.Errorf("%+v", v)
	}
	if v := draw(idOf(omar.Key)); v != nil {
		t.Errorf("of somebody who is not here: %+v", v)
	}
	snap.Phase = account.PhaseWaiting
	if v := draw("all"); v != nil {
		t.Errorf("during a sign-in: %+v", v)
	}
}

// What is told once stands beside any screen: the newest first.
func TestTheNotices(t *testing.T) {
	snap := account.Snapshot{Phase: account.PhaseSignedOut}
	draw := func() *NoticeView { return Draw(Model{Known: true}, snap, Facts{Ready: true}).Notice }
	if n := draw(); n != nil {
		t.Errorf("for nothing: %+v", n)
	}
	snap.Ended = &ada
	if n := draw(); n == nil || n.Title != "Ada Lovelace is signed out" || n.Good || n.Again != idOf(ada.Key) {
		t.Errorf("%+v", n)
	}
	snap.SignOuts = []account.SignOut{{Ending: session.Ending{Tokens: session.EndingDone}}}
	if n := draw(); n == nil || n.Title != "You are signed out on this computer" || !n.Good {
		t.Errorf("%+v", n)
	}
	snap.SignOuts[0].Ending.Err = errWrong
	if n := draw(); n.Good {
		t.Errorf("%+v", n)
	}
	snap.Notice = &vault.SetAsideError{Path: "/x", Reason: vault.ErrDamaged}
	if n := draw(); n.Title != "Please sign in again" || len(n.Lines) != 2 {
		t.Errorf("%+v", n)
	}
}

// Settings are shown with where they come from, and as fixed where the screen cannot
// change them.
func TestTheSettingsScreen(t *testing.T) {
	values := []settings.Value{
		{Key: "provider", Text: "oidc", Source: settings.Source{Name: "default"}}, {Key: "name", Text: ""},
		{
			Key: "issuer", Text: "https://id.example", Source: settings.Source{Name: "policy.toml"}, Locked: true,
			Fixed: true,
		},
		{Key: keyStore, Text: "keychain", Source: settings.Source{Name: "default"}},
		{Key: keyAppearance, Text: "dark", Source: settings.Source{Name: "LATCHKEY_APPEARANCE"}, Fixed: true},
	}
	v := Draw(Model{Known: true, Page: ScreenSettings, Refused: "no"}, account.Snapshot{},
		Facts{Values: values, Store: "memory", LogFolder: "/logs"})
	want := &SettingsView{
		Provider: []ProviderLine{
			{"Issuer", SettingView{Text: "https://id.example", Source: "policy.toml", Locked: true, Fixed: true}},
		},
		Store:      SettingView{Text: "memory"},
		Appearance: SettingView{Text: "dark", Source: "LATCHKEY_APPEARANCE", Fixed: true},
		LogFolder:  "/logs", Problem: "no",
	}
	if !reflect.DeepEqual(v.Settings, want) || v.App.Appearance != "dark" {
		t.Errorf("%+v, appearance %s", v.Settings, v.App.Appearance)
	}
	values[4].Text = "pink"
	if v := Draw(Model{}, account.Snapshot{}, Facts{Values: values}); v.App.Appearance != "system" {
		t.Errorf("an appearance that does not exist is %s", v.App.Appearance)
	}
}
