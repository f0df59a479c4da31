package ui

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"app.latchkey/internal/account"
	"app.latchkey/internal/openid"
	"app.latchkey/internal/session"
)

func TestWhatIsTypedTellsWhomToExpect(t *testing.T) {
	h := newDriven(t)
	for typed, want := range map[string]session.SignInRequest{
		"": {}, "  ada@acme.example ": {LoginHint: "ada@acme.example"},
	} {
		h.try(h.SignIn(typed))
		got := <-h.scripted.asked
		if got.LoginHint != want.LoginHint || got.Organization != want.Organization || got.Device {
			t.Errorf("%q: %+v", typed, got)
		}
		h.CancelSignIn()
		h.until("the end of the wait", func(v StateView) bool { return v.Screen == ScreenSignIn })
	}
}

// An incomplete email address is refused at once with words, and never ignored. Where the provider knows organizations,
// a word without @ is the name of one.
func TestAnIncompleteEmailIsSaidToBeSo(t *testing.T) {
	h := newDriven(t)
	ways := map[string]func(string) (Job, error){
		"sign in": h.SignIn, "another device": h.SignInElsewhere, "another account": h.OtherAccount,
	}
	for name, way := range ways {
		for _, typed := range []string{"ada", "ada@", "@acme.example", "ada@@acme.example", "ada@acme example"} {
			if job, err := way(typed); job != nil || err == nil || !strings.Contains(err.Error(), "not complete") {
				t.Errorf("%s with %q: %v", name, typed, err)
			}
		}
	}
	h.now().Organizations = true
	for _, way := range ways {
		h.try(way("acme"))
		if req := <-h.scripted.asked; req.Organization != "acme" || req.LoginHint != "" {
			t.Errorf("%+v", req)
		}
		h.CancelSignIn()
		h.until("the end of the wait", func(v StateView) bool { return v.Screen == ScreenSignIn })
	}
}

// Another account is asked for by name too, and the provider asks which one it is to be.
func TestAnotherAccountIsAskedFor(t *testing.T) {
	h := newDriven(t)
	h.try(h.OtherAccount("grace@acme.example"))
	if req := <-h.scripted.asked; req.Prompt != "select_account" || req.LoginHint != "grace@acme.example" {
		t.Errorf("%+v", req)
	}
}

// Somebody who cancels at the provider sees no refusal, and whoever was signed in stays
// on the screen.
func TestAPersonsOwnCancelIsNoRefusal(t *testing.T) {
	h := newDriven(t)
	cancelled := &openid.AnswerError{
		Kind: openid.ErrAccessDenied, Code: "access_denied", Description: "The user cancelled.",
	}
	h.try(h.SignIn(""))
	<-h.scripted.asked
	h.scripted.answers <- cancelled
	v := h.until("the notice", func(v StateView) bool { return v.Notice != nil })
	if v.Screen != ScreenSignIn || v.Notice.Title != "Sign-in not finished" || !v.Notice.Good {
		t.Errorf("%s: %+v", v.Screen, v.Notice)
	}
	h.enter("ada")
	h.try(h.OtherAccount(""))
	<-h.scripted.asked
	h.scripted.answers <- cancelled
	v = h.until("ada again", func(v StateView) bool { return v.Notice != nil })
	if v.Screen != ScreenProfile || v.Profile.Name != "Ada" {
		t.Errorf("%s: %+v", v.Screen, v.Profile)
	}
}

// From the wait to another device and back no other screen is shown, and the link
// itself never is.
func TestAnotherDeviceIsAnotherWayToTheSameEnd(t *testing.T) {
	h := newDriven(t)
	h.try(h.SignIn("ada@acme.example"))
	<-h.scripted.asked
	h.until("the wait", func(v StateView) bool { return v.Screen == ScreenWaiting && v.Waiting.Linked })
	h.try(h.SignIn("ada@acme.example")) // pressed twice
	h.must(h.CopyLink())
	if h.copied != "https://id.example/authorize?state=hush" {
		t.Errorf("copied %q", h.copied)
	}
	h.try(h.SignInElsewhere(""))
	if req := <-h.scripted.asked; !req.Device || req.LoginHint != "ada@acme.example" {
		t.Errorf("asked for %+v", req)
	}
	v := h.until("the code", func(v StateView) bool { return v.Screen == ScreenDevice && v.Device != nil })
	if v.Device.Code != "WDJB-MJHT" || v.Device.Address != "id.example/device" ||
		!strings.HasPrefix(v.Device.QR, "data:image/png;base64,") {
		t.Errorf("%+v", v.Device)
	}
	h.must(h.CopyCode())
	h.must(h.OpenOutside(t.Context(), "device"))
	if h.copied != "WDJB-MJHT" || !slices.Equal(h.opened, []string{"https://id.example/device?user_code=WDJB-MJHT"}) {
		t.Errorf("copied %q, opened %q", h.copied, h.opened)
	}
	h.do(h.SignInHere())
	if req := <-h.scripted.asked; req.Device {
		t.Errorf("asked for %+v", req)
	}
	h.scripted.answers <- somebody("ada")
	h.until("the profile", func(v StateView) bool { return v.Screen == ScreenProfile })
	h.until("the front", func(StateView) bool { h.mu.Lock(); defer h.mu.Unlock(); return h.fronts > 0 })
	h.mu.Lock()
	defer h.mu.Unlock()
	began := slices.IndexFunc(h.shown, func(v StateView) bool { return v.Screen == ScreenWaiting })
	for _, v := range h.shown[began:] {
		if !slices.Contains([]string{ScreenWaiting, ScreenDevice, ScreenProfile}, v.Screen) {
			t.Errorf("on the way %s was shown", v.Screen)
		}
	}
	if h.fronts != 1 {
		t.Errorf("the window came to the front %d times", h.fronts)
	}
}

// The report of the check is copied as it stands, once there is one.
func TestTheReportIsCopied(t *testing.T) {
	h := newDriven(t)
	if h.CopyReport() == nil {
		t.Error("nothing was copied, without a word")
	}
	h.change(func(m *Model) {
		m.Check.Findings = []FindingView{
			{Status: "fail", Title: "There is no keychain", Detail: "no bus\x1b[2J", Advice: "Install one."},
		}
	})
	h.must(h.CopyReport())
	if h.copied != "Acme Desk 1.2.3\nfail  There is no keychain\n      no bus[2J\n      Install one.\n" {
		t.Errorf("%q", h.copied)
	}
}

// A failure has words; trying again asks for the same.
func TestTryAgainAsksForTheSame(t *testing.T) {
	h := newDriven(t)
	h.try(h.SignInElsewhere("ada@acme.example"))
	<-h.scripted.asked
	h.scripted.answers <- openid.ErrDeviceExpired
	v := h.until("the problem", func(v StateView) bool { return v.Screen == ScreenProblem })
	if v.Problem.Code != "device_expired" || v.Problem.Ref == "" {
		t.Errorf("%+v", v.Problem)
	}
	h.must(h.CopyProblem())
	if !strings.Contains(h.copied, "device_expired") || !strings.Contains(h.copied, v.Problem.Ref) ||
		!strings.Contains(h.copied, "1.2.3") {
		t.Errorf("for support: %q", h.copied)
	}
	h.do(h.Retry())
	if req := <-h.scripted.asked; !req.Device || req.LoginHint != "ada@acme.example" {
		t.Errorf("asked for %+v", req)
	}
}

// Two people: switch, sign out, go on as the other one.
func TestAccounts(t *testing.T) {
	h := newDriven(t)
	h.enter("ada")
	h.try(h.OtherAccount(""))
	if req := <-h.scripted.asked; req.Prompt != "select_account" {
		t.Errorf("asked for %+v", req)
	}
	if v := h.State(); !v.Waiting.SignedIn {
		t.Error("the wait does not know that somebody is signed in")
	}
	h.scripted.answers <- somebody("grace")
	v := h.until("grace", func(v StateView) bool { return v.Screen == ScreenProfile && v.Profile.Name == "Grace" })
	if len(v.Accounts) != 2 || !v.Accounts[0].Active || v.Accounts[1].Active || v.Accounts[0].ID != v.Profile.ID {
		t.Fatalf("%+v", v.Accounts)
	}
	h.try(h.Continue(v.Accounts[1].ID))
	h.until("ada", func(v StateView) bool { return v.Screen == ScreenProfile && v.Profile.Name == "Ada" })
	if _, err := h.SignOut(v.Accounts[1].ID, "everything"); err == nil {
		t.Error("a sign-out that does not exist was begun")
	}
	v = h.State()
	h.try(h.SignOut(v.Profile.ID, "tokens"))
	v = h.until("the report", func(v StateView) bool {
		return v.Screen == ScreenSignIn && v.Notice != nil && strings.Contains(v.Notice.Lines[0], "has ended")
	})
	if len(v.Accounts) != 1 || v.Accounts[0].Name != "Grace" || v.Accounts[0].Active || v.Profile != nil ||
		!v.Notice.Good {
		t.Errorf("%+v %+v", v.Accounts, v.Notice)
	}
	h.try(h.Continue(v.Accounts[0].ID))
	h.until("grace again", func(v StateView) bool { return v.Screen == ScreenProfile && v.Profile.Name == "Grace" })
	if _, err := h.Continue("0123456789abcdef"); err == nil {
		t.Error("nobody was gone on as")
	}
}

// newEnded returns a window whose one account has a session that ended by itself.
func newEnded(t *testing.T) *driven {
	t.Helper()
	h := newDriven(t)
	h.enter("ada")
	store := session.NewStore(&drawer{})
	if err := store.Hold(t.Context(), func(ctx context.Context, held *session.Held) error {
		s := somebody("ada")
		s.Ended = session.EndedRefused
		held.Book.Put(s)
		held.Book.Active = s.Key
		return held.Write(ctx)
	}); err != nil {
		t.Fatal(err)
	}
	c := NewServices(h.changed)
	c.Ready, c.Account = true, account.New(account.Options{Auth: h.scripted, Store: store, OnChange: h.changed})
	h.Window.mu.Lock()
	h.services = c
	h.Window.mu.Unlock()
	h.must(c.Account.Restore(t.Context()))
	return h
}

// An account whose session has ended signs in as the same person, or is removed.
func TestAnEndedAccount(t *testing.T) {
	h := newEnded(t)
	v := h.until("the picker", func(v StateView) bool { return v.Screen == ScreenSignIn && len(v.Accounts) == 1 })
	if !v.Accounts[0].Ended {
		t.Fatalf("%+v", v.Accounts)
	}
	h.try(h.Continue(v.Accounts[0].ID))
	if req := <-h.scripted.asked; req.LoginHint != "ada@acme.example" || req.Same.Subject != "ada" {
		t.Errorf("asked for %+v", req)
	}
	h.CancelSignIn()
	h.until("the picker", func(v StateView) bool { return v.Screen == ScreenSignIn })
	h.try(h.Remove(v.Accounts[0].ID))
	h.until("nobody", func(v StateView) bool { return len(v.Accounts) == 0 })
}

// Pages open over the account's screen and lead back; the details only with somebody.
func TestPages(t *testing.T) {
	h := newDriven(t)
	h.try(h.Show(ScreenDetails))
	if v := h.State(); v.Screen != ScreenSignIn || v.Details != nil {
		t.Errorf("details of nobody: %+v", v)
	}
	h.try(h.Show(""))
	h.enter("ada")
	h.try(h.Show(ScreenDetails))
	if v := h.State(); v.Screen != ScreenDetails || v.Details.Name != "Ada" {
		t.Errorf("%+v", v)
	}
	h.must(h.CopyDetails())
	if strings.Contains(h.copied, "hush") {
		t.Error("a token was copied")
	}
	h.try(h.SignOut("all", "device"))
	h.until("the sign-in screen", func(v StateView) bool { return v.Screen == ScreenSignIn })
	if err := h.CopyDetails(); err == nil {
		t.Error("the details of nobody were copied")
	}
	for _, page := range []string{ScreenSettings, ScreenAbout} {
		h.try(h.Show(page))
		if v := h.State(); v.Screen != page {
			t.Errorf("%s: %s", page, v.Screen)
		}
	}
	if _, err := h.Show(ScreenProfile); err == nil {
		t.Error("JavaScript opened the profile")
	}
}

// Only the addresses on the list are opened, and no address comes from JavaScript.
func TestOnlyWhatIsOnTheListIsOpened(t *testing.T) {
	h := newDriven(t)
	for _, name := range []string{"", "https://evil.example/", "file:///etc/passwd", "device"} {
		if err := h.OpenOutside(t.Context(), name); err == nil {
			t.Errorf("%q was opened", name)
		}
	}
	if len(h.opened) != 0 {
		t.Errorf("opened: %q", h.opened)
	}
	err := h.OpenOutside(t.Context(), "logs")
	if err == nil || !strings.Contains(err.Error(), "no such folder") {
		t.Errorf("a folder that is not there: %v", err)
	}
	if !slices.Equal(h.opened, []string{"/logs"}) {
		t.Errorf("opened: %q", h.opened)
	}
}

func TestSettings(t *testing.T) {
	h := newDriven(t)
	h.try(h.Show(ScreenSettings))
	v := h.State()
	h.now().Store = func() string { return storeMemory }
	if now := h.State(); now.Settings.Store.Text != storeMemory {
		t.Errorf("kept in memory, and said to be in %q", now.Settings.Store.Text)
	}
	if v.Settings.LogFolder != "/logs" || len(v.Settings.Provider) != 1 || v.Settings.Provider[0].Label != "Issuer" ||
		v.App.Appearance != "system" {
		t.Errorf("%+v", v.Settings)
	}
	h.try(h.Set("appearance", "dark"))
	h.until("the dark", func(v StateView) bool { return v.App.Appearance == "dark" && v.Screen == ScreenSettings })
	h.try(h.Set("start_hidden", "true"))
	h.until("the refusal", func(v StateView) bool { return v.Settings.Problem != "" })
	h.try(h.Show(ScreenSettings))
	if v = h.State(); v.Settings.Problem != "" {
		t.Error("a refusal is told for ever")
	}
	for key, value := range map[string]string{
		"issuer": "https://evil.example", "appearance": "pink", "store": "memory", "start_hidden": "",
	} {
		if _, err := h.Set(key, value); err == nil {
			t.Errorf("%s was set to %q", key, value)
		}
	}
}

// The doctor's findings come one by one, all of them are shown, also those of one ID, and a second
// round waits for the first.
func TestTheCheck(t *testing.T) {
	h := newDriven(t)
	more, rounds := make(chan bool), 0
	h.now().Examine = func(_ context.Context, found func(FindingView)) error {
		rounds++
		found(FindingView{ID: "a", Status: "fail"})
		<-more
		found(FindingView{ID: "b", Status: "warn"})
		found(FindingView{ID: "a", Status: "pass"})
		return nil
	}
	h.try(h.Show(ScreenCheck))
	h.until("the first finding",
		func(v StateView) bool { return v.Check != nil && v.Check.Running && len(v.Check.Findings) == 1 })
	h.try(h.Show(ScreenCheck))
	close(more)
	v := h.until("the report", func(v StateView) bool { return !v.Check.Running })
	if len(v.Check.Findings) != 3 || v.Check.Passed != 1 || rounds != 1 {
		t.Errorf("%+v after %d rounds", v.Check, rounds)
	}
}

// The window closes at once although a picture and a check never end.
func TestTheEndWaitsForNoPictureAndNoCheck(t *testing.T) {
	h := newDriven(t)
	begun, never := make(chan bool, 2), make(chan bool)
	t.Cleanup(func() { close(never) })
	h.now().Picture = func(context.Context, string) (string, error) { begun <- true; <-never; return "", nil }
	h.now().Examine = func(context.Context, func(FindingView)) error { begun <- true; <-never; return nil }
	h.try(h.Show(ScreenCheck))
	h.try(h.SignIn(""))
	<-h.scripted.asked
	who := somebody("ada")
	who.Profile.Picture = "https://id.example/ada.jpg"
	h.scripted.answers <- who
	<-begun
	<-begun
	h.end() // it would not return
}

// A window that waits in the background comes up when somebody must sign in.
func TestTheWindowInTheBackground(t *testing.T) {
	for signedIn, want := range map[bool]int{true: 0, false: 1} {
		fronts, host := 0, noHost()
		host.Front = func() { fronts++ }
		w := New(Options{StartHidden: true})
		w.Attach(host, false)
		w.show(signedIn)
		w.show(signedIn)
		if fronts != want {
			t.Errorf("signed in %v: it came up %d times", signedIn, fronts)
		}
	}
}

// Settings that could not be used are read again, the services are made anew, and the
// revisions go on.
func TestTryAgainAfterSettingsWereCorrected(t *testing.T) {
	starts, stops := 0, 0
	h := &driven{t: t}
	h.Window = New(Options{Connect: func(_ context.Context, changed func(account.Snapshot)) *Services {
		c := NewServices(changed)
		c.Close = func() { stops++ }
		if starts++; starts == 1 {
			c.Err = errors.New("isuer is unknown")
			return c
		}
		c.Ready, c.Account = true, account.New(account.Options{Store: session.NewStore(&drawer{}), OnChange: changed})
		return c
	}})
	end := h.start()
	v := h.until("the problem", func(v StateView) bool { return v.Screen == ScreenProblem })
	if v.Problem.Code != "internal" || !strings.Contains(v.Problem.Detail, "isuer") {
		t.Errorf("%+v", v.Problem)
	}
	h.do(h.Retry())
	h.until("the sign-in screen", func(v StateView) bool { return v.Screen == ScreenSignIn })
	end()
	if starts != 2 || stops != 2 {
		t.Errorf("%d starts, %d stops", starts, stops)
	}
	for i := 1; i < len(h.shown); i++ {
		if h.shown[i].Revision <= h.shown[i-1].Revision {
			t.Errorf("revisions %d, %d", h.shown[i-1].Revision, h.shown[i].Revision)
		}
	}
}

// A fault of the app's own is a problem on the screen with a reference, until it has
// been read.
func TestAFaultIsShown(t *testing.T) {
	h := newDriven(t)
	h.Fail("PasteAnswer", errors.New("panic in PasteAnswer"))
	v := h.State()
	if v.Screen != ScreenProblem || v.Problem.Code != "internal" || len(v.Problem.Ref) != 7 {
		t.Errorf("%+v", v.Problem)
	}
	if again := h.State(); again.Problem.Ref != v.Problem.Ref {
		t.Errorf("the same problem is called %s and %s", v.Problem.Ref, again.Problem.Ref)
	}
	h.Dismiss()
	if v := h.State(); v.Screen != ScreenSignIn {
		t.Errorf("after going back: %s", v.Screen)
	}
}

func TestLicencesAreRead(t *testing.T) {
	list, err := os.ReadFile("../../build/licences.txt")
	if err != nil {
		t.Fatal(err)
	}
	got := About("", "", string(list)).Licences
	if len(got) < 10 {
		t.Fatalf("%d licences", len(got))
	}
	modules := 0
	for _, l := range got {
		modules += len(l.Modules)
		if len(l.Text) < 100 || strings.Contains(l.Text, "=====") {
			t.Errorf("%v: %.60q", l.Modules, l.Text)
		}
	}
	if modules < 30 {
		t.Errorf("%d modules", modules)
	}
}
