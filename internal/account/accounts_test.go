package account_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
)

// three returns a manager with which Ada, Grace and Edsger have signed in, in this order.
func three(t *testing.T) *testManager {
	t.Helper()
	d := signedIn(t)
	for _, who := range []string{"grace", "edsger"} {
		d.provider.who = who
		if err := d.SignIn(t.Context(), session.SignInRequest{}); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func subjects(s account.Snapshot) []string {
	var out []string
	for _, p := range s.Accounts {
		out = append(out, p.Key.Subject)
	}
	return out
}

func TestTheActiveAccountStandsFirstAndTheOthersByName(t *testing.T) {
	d := three(t)
	if got := subjects(d.Snapshot()); !slices.Equal(got, []string{"edsger", "ada", "grace"}) {
		t.Errorf("%v", got)
	}
	if err := d.Switch(t.Context(), key("grace")); err != nil {
		t.Fatal(err)
	}
	if s := d.Snapshot(); s.Session.Key != key("grace") ||
		!slices.Equal(subjects(s), []string{"grace", "ada", "edsger"}) {
		t.Errorf("%v %v", s.Session.Key, subjects(s))
	}
	later := newRestored(t, d)
	if s := later.Snapshot(); s.Session.Key != key("grace") ||
		!slices.Equal(subjects(s), []string{"grace", "ada", "edsger"}) {
		t.Errorf("after a restart: %v %v", s.Session.Key, subjects(s))
	}
	if err := d.Switch(t.Context(), key("nobody")); !errors.Is(err, account.ErrNoAccount) ||
		d.Snapshot().Session.Key != key("grace") {
		t.Errorf("somebody unknown: %v", err)
	}
	later.Sync(t.Context())
	if err := later.Switch(t.Context(), key("ada")); err != nil {
		t.Fatal(err)
	}
	d.Sync(t.Context())
	if got := d.Snapshot().Session.Key; got != key("ada") {
		t.Errorf("switched by another process, and %v is shown", got)
	}
}

func TestASwitchThatCannotBeStoredChangesNothing(t *testing.T) {
	d := three(t)
	d.sealer.fault(func(s *sealer) { s.saveErr = errors.New("disk full") })
	if err := d.Switch(t.Context(), key("ada")); !errors.Is(err, d.sealer.saveErr) {
		t.Errorf("%v", err)
	}
	if s := d.Snapshot(); s.Session.Key != key("edsger") || !errors.Is(s.Err, d.sealer.saveErr) {
		t.Errorf("%v %v", s.Session.Key, s.Err)
	}
}

func TestSigningOneOutLeavesTheOthersAndChoosesNobody(t *testing.T) {
	d := three(t)
	if report, err := d.SignOut(t.Context(), key("ada"), account.ScopeTokens); err != nil || report.Name != "Ada" ||
		report.Ending.Tokens != session.EndingDone {
		t.Fatalf("%+v %v", report, err)
	}
	if s := d.Snapshot(); s.Session.Key != key("edsger") || !slices.Equal(subjects(s), []string{"edsger", "grace"}) {
		t.Errorf("%v %v", s.Session.Key, subjects(s))
	}
	if _, err := d.SignOut(t.Context(), session.Key{}, account.ScopeTokens); err != nil {
		t.Fatal(err)
	}
	if s := d.Snapshot(); s.Phase != account.PhaseSignedOut || !slices.Equal(subjects(s), []string{"grace"}) {
		t.Errorf("%v %v", s.Phase, subjects(s))
	}
	if _, err := d.Token(t.Context()); !errors.Is(err, account.ErrNobody) {
		t.Errorf("a token of somebody that nobody chose: %v", err)
	}
	if err := d.Switch(t.Context(), key("grace")); err != nil || d.Snapshot().Phase != account.PhaseSignedIn {
		t.Errorf("%v %v", err, d.Snapshot().Phase)
	}
	if !slices.Equal(d.provider.revoked, []string{"RT1", "RT3"}) {
		t.Errorf("revoked %v", d.provider.revoked)
	}
}

func TestForgettingHereAloneRevokesNothingAndKeepsNothing(t *testing.T) {
	d := signedIn(t)
	report, err := d.SignOut(t.Context(), session.Key{}, account.ScopeDevice)
	if err != nil || report.Ending.Tokens != session.EndingNotAsked || report.Ending.Browser != session.EndingNotAsked {
		t.Errorf("%+v %v", report, err)
	}
	if b := d.sealer.book(t); len(b.Sessions) != 0 || len(b.Revoke) != 0 || len(d.provider.revoked) != 0 {
		t.Errorf("%d sessions, %d to revoke, revoked %v", len(b.Sessions), len(b.Revoke), d.provider.revoked)
	}
}

func TestATokenOfAnotherAccountIsRefreshedOnDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := three(t)
		time.Sleep(2 * time.Hour)
		got, err := d.TokenOf(t.Context(), key("ada"))
		if err != nil || got.Access.Reveal() != "AT4" {
			t.Fatalf("%v", err)
		}
		if s := d.Snapshot(); s.Session.Key != key("edsger") || d.provider.refreshes != 1 {
			t.Errorf("%v is shown after %d refreshes", s.Session.Key, d.provider.refreshes)
		}
		if again, err := newRestored(t, d).TokenOf(t.Context(), key("ada")); err != nil ||
			again.Access.Reveal() != "AT4" {
			t.Errorf("another process: %v", err)
		}
		d.provider.refresh = func(context.Context) error { return errDown }
		if _, err := d.TokenOf(t.Context(), key("grace")); !errors.Is(err, errDown) {
			t.Errorf("%v", err)
		}
		if s := d.Snapshot(); s.Health != account.HealthFresh {
			t.Errorf("another account's trouble is shown as %s's: %v", s.Session.Profile.Name, s.HealthErr)
		}
	})
}

func TestAnEndedAccountStaysInThePickerUntilItIsRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := three(t)
		time.Sleep(2 * time.Hour)
		d.provider.refresh = func(context.Context) error { return session.ErrEnded }
		if _, err := d.TokenOf(t.Context(), key("ada")); !errors.Is(err, account.ErrSessionEnded) {
			t.Fatalf("%v", err)
		}
		s := d.Snapshot()
		if s.Session.Key != key("edsger") || s.Ended != nil {
			t.Errorf("%v is shown, ended %v", s.Session.Key, s.Ended)
		}
		if p, err := s.Find("ada"); err != nil || p.Ended != session.EndedRefused {
			t.Errorf("%+v %v", p, err)
		}
		if err := d.Switch(t.Context(), key("ada")); !errors.Is(err, account.ErrSessionEnded) {
			t.Errorf("switched to an ended one: %v", err)
		}
		if err := d.Remove(t.Context(), key("grace")); !errors.Is(err, account.ErrLive) {
			t.Errorf("a living one was removed: %v", err)
		}
		if err := d.Remove(t.Context(), key("ada")); err != nil || slices.Contains(subjects(d.Snapshot()), "ada") {
			t.Errorf("%v %v", err, subjects(d.Snapshot()))
		}
		if _, ok := d.sealer.book(t).Find(key("ada")); ok {
			t.Error("still in the vault")
		}
	})
}

func TestTheEndedActiveAccountIsRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		time.Sleep(2 * time.Hour)
		d.provider.refresh = func(context.Context) error { return session.ErrEnded }
		_, _ = d.Token(t.Context())
		if err := d.Remove(t.Context(), key("ada")); err != nil {
			t.Fatal(err)
		}
		if s := d.Snapshot(); s.Ended != nil || len(s.Accounts) != 0 {
			t.Errorf("%v %v", s.Ended, s.Accounts)
		}
		if _, err := newRestored(t, d).Token(t.Context()); !errors.Is(err, account.ErrNobody) {
			t.Errorf("after a restart: %v", err)
		}
	})
}

func TestAFailedAdditionLeavesWhoeverIsActiveThen(t *testing.T) {
	d := three(t)
	d.provider.signIn = func(ctx context.Context, _ session.SignInRequest) error {
		if err := d.Switch(ctx, key("ada")); err != nil { // meanwhile
			t.Error(err)
		}
		if p := d.Snapshot().Phase; p != account.PhaseWaiting {
			t.Errorf("the switch ended the wait: %v", p)
		}
		return errDown
	}
	if err := d.SignIn(t.Context(), session.SignInRequest{}); !errors.Is(err, errDown) {
		t.Fatal(err)
	}
	if s := d.Snapshot(); s.Phase != account.PhaseSignedIn || s.Session.Key != key("ada") {
		t.Errorf("%v %v", s.Phase, s.Session.Key)
	}
}

func TestFindTakesWhatAPersonTypes(t *testing.T) {
	snap := account.Snapshot{Accounts: []account.Account{
		{Key: key("ada"), Profile: session.Profile{Name: "Ada Lovelace", Email: "ada@acme.example"}},
		{
			Key:     session.Key{Issuer: "https://other.example", Subject: "ada"},
			Profile: session.Profile{Name: "A. L.", Email: "ada@home.example"},
		},
	}}
	for who, want := range map[string]string{
		"ADA@acme.example": "https://id.example", "a. l.": "https://other.example",
		"https://other.example#ada": "https://other.example",
	} {
		if p, err := snap.Find(who); err != nil || p.Key.Issuer != want {
			t.Errorf("%q is %v (%v)", who, p.Key, err)
		}
	}
	var several *account.AmbiguousError
	if _, err := snap.Find("ada"); !errors.As(err, &several) || !errors.Is(err, account.ErrAmbiguous) ||
		len(several.Matches) != 2 {
		t.Errorf("%v", err)
	}
	for _, who := range []string{"", "grace"} {
		if _, err := snap.Find(who); !errors.Is(err, account.ErrNoAccount) {
			t.Errorf("%q: %v", who, err)
		}
	}
}

// unreadable is the error of a vault that only a sign-in, or the right keychain, makes readable again.
type unreadable struct{ error }

func (unreadable) Unreadable() {}

// A vault that cannot be read stays where it is until somebody signs in.
func TestAVaultIsSetAsideAtASignInAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost := unreadable{errors.New("no key")}
		d := newManager(newProvider(), newSealer())
		d.sealer.loadErr, d.sealer.data = lost, []byte("sealed")
		if err := d.Restore(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s := d.Snapshot(); s.Phase != account.PhaseSignedOut || !errors.Is(s.Notice, lost) {
			t.Errorf("%v, told %v", s.Phase, s.Notice)
		}
		_, tokenErr := d.TokenOf(t.Context(), key("ada"))
		_, outErr := d.SignOut(t.Context(), key("ada"), account.ScopeTokens)
		if !errors.Is(tokenErr, lost) || !errors.Is(outErr, lost) || string(d.sealer.data) != "sealed" {
			t.Errorf("%v, %v, kept %q", tokenErr, outErr, d.sealer.data)
		}
		if err := d.SignIn(t.Context(), session.SignInRequest{}); err != nil {
			t.Fatal(err)
		}
		var told interface{ SetAside() string }
		if s := d.Snapshot(); !errors.As(s.Notice, &told) || len(d.sealer.book(t).Sessions) != 1 {
			t.Errorf("told %v", s.Notice)
		}
	})
}

// Everybody is signed out by one write, before the provider is asked; the browser's
// session is ended once for an issuer.
func TestSigningEverybodyOut(t *testing.T) {
	d := three(t)
	browsers := 0
	all := account.New(account.Options{
		Auth: d.provider, Store: session.NewStore(d.sealer),
		EndBrowser: func(context.Context, session.Session) (session.EndingOutcome, error) {
			browsers++
			if b := d.sealer.book(t); len(b.Sessions) != 0 {
				t.Errorf("the browser was asked while %d are signed in here", len(b.Sessions))
			}
			return session.EndingDone, nil
		},
	})
	if err := all.Restore(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.sealer.fault(func(s *sealer) { s.saveErr = errors.New("disk full") })
	if _, err := all.SignOutAll(t.Context(), account.ScopeTokens); !errors.Is(err, d.sealer.saveErr) {
		t.Errorf("%v", err)
	}
	if s := all.Snapshot(); len(s.Accounts) != 3 || s.Phase != account.PhaseSignedIn || len(d.provider.revoked) != 0 {
		t.Errorf("on a full disk: %v, %s, revoked %v", subjects(s), s.Phase, d.provider.revoked)
	}
	d.sealer.fault(func(s *sealer) { s.saveErr = nil })
	before := d.sealer.saves
	d.provider.revoke = func() (session.EndingOutcome, error) {
		if b := d.sealer.book(t); len(b.Sessions) != 0 {
			t.Errorf("the provider was asked while %d are signed in here", len(b.Sessions))
		}
		return session.EndingDone, nil
	}
	reports, err := all.SignOutAll(t.Context(), account.ScopeBrowser)
	if err != nil || len(reports) != 3 || browsers != 1 || d.sealer.saves-before != 4 {
		t.Errorf("%d reports, %v, %d browsers, %d writes", len(reports), err, browsers, d.sealer.saves-before)
	}
	for _, r := range reports {
		if r.Running || r.Ending.Tokens != session.EndingDone || r.Ending.Browser != session.EndingDone {
			t.Errorf("%+v", r)
		}
	}
	if s := all.Snapshot(); s.Phase != account.PhaseSignedOut || len(s.Accounts) != 0 || len(s.SignOuts) != 3 {
		t.Errorf("%s, %d accounts, %d reports", s.Phase, len(s.Accounts), len(s.SignOuts))
	}
	if len(d.provider.revoked) != 3 || len(d.sealer.book(t).Revoke) != 0 {
		t.Errorf("revoked %v, left %d", d.provider.revoked, len(d.sealer.book(t).Revoke))
	}
}
