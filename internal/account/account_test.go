package account_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
)

func TestSignInIsSignedInOnlyWhenStored(t *testing.T) {
	d := signedIn(t)
	want := []account.Phase{account.PhaseSignedOut, account.PhaseWaiting, account.PhaseSignedIn}
	if got := d.phases(); !slices.Equal(got, want) {
		t.Errorf("phases %v, want %v", got, want)
	}
	if b := d.sealer.book(t); b.Active.Subject != "ada" {
		t.Errorf("not stored: %v", b.Active)
	}
	for i, s := range d.seen {
		if s.Revision != uint64(i+1) {
			t.Errorf("snapshot %d has revision %d", i, s.Revision)
		}
	}
}

func TestTomorrowTheProfileIsThereWithoutTheNetwork(t *testing.T) {
	d := signedIn(t)
	d.provider.refresh = func(context.Context) error { t.Error("the network was used"); return errDown }
	later := newManager(d.provider, d.sealer)
	if err := later.Restore(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := later.phases(); !slices.Equal(got, []account.Phase{account.PhaseSignedIn}) {
		t.Errorf("phases %v: something else was drawn before the profile", got)
	}
	if got := later.Snapshot().Session.Profile.Name; got != "Ada" {
		t.Errorf("name %q", got)
	}
}

func TestCancelLeavesThePersonAsBefore(t *testing.T) {
	d := signedIn(t)
	d.provider.signIn = func(ctx context.Context, _ session.SignInRequest) error {
		d.Cancel()
		<-ctx.Done()
		return ctx.Err()
	}
	if err := d.SignIn(t.Context(), session.SignInRequest{}); !errors.Is(err, account.ErrCancelled) {
		t.Errorf("%v, want ErrCancelled", err)
	}
	if s := d.Snapshot(); s.Phase != account.PhaseSignedIn || s.Session.Profile.Name != "Ada" {
		t.Errorf("after the cancel: %v %q", s.Phase, s.Session.Profile.Name)
	}
}

func TestStepUpAsksTheSamePersonAnew(t *testing.T) {
	d := signedIn(t)
	var asked session.SignInRequest
	d.provider.signIn = func(_ context.Context, req session.SignInRequest) error { asked = req; return nil }
	if err := d.Reauthenticate(t.Context(), time.Minute, []string{"mfa"}); err != nil {
		t.Fatal(err)
	}
	if asked.Prompt != "login" || *asked.MaxAge != time.Minute || !asked.Demand || asked.Same != key("ada") ||
		asked.LoginHint != "ada@acme.example" {
		t.Errorf("%+v", asked)
	}
	if err := d.Reauthenticate(t.Context(), 0, nil); err != nil || asked.Demand || *asked.MaxAge != 0 {
		t.Errorf("%v %+v", err, asked)
	}
	weak := errors.New("not strong enough")
	d.provider.signIn = func(context.Context, session.SignInRequest) error { return weak }
	if err := d.Reauthenticate(t.Context(), 0, nil); !errors.Is(err, weak) ||
		d.Snapshot().Phase != account.PhaseSignedIn {
		t.Errorf("%v, phase %v", err, d.Snapshot().Phase)
	}
	if err := newManager(newProvider(), newSealer()).Reauthenticate(t.Context(), 0, nil); !errors.Is(err,
		account.ErrNobody) {
		t.Errorf("nobody: %v", err)
	}
}

func TestSignInTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newManager(newProvider(), newSealer())
		d.provider.signIn = func(ctx context.Context, _ session.SignInRequest) error { <-ctx.Done(); return ctx.Err() }
		if err := d.SignIn(t.Context(), session.SignInRequest{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, want DeadlineExceeded", err)
		}
		if s := d.Snapshot(); s.Phase != account.PhaseSignedOut || s.Err == nil {
			t.Errorf("phase %v, err %v", s.Phase, s.Err)
		}
	})
}

func TestASecondSignInIsBusy(t *testing.T) {
	d := newManager(newProvider(), newSealer())
	var second error
	d.provider.signIn = func(ctx context.Context, _ session.SignInRequest) error {
		second = d.SignIn(ctx, session.SignInRequest{})
		return nil
	}
	if err := d.SignIn(t.Context(), session.SignInRequest{}); err != nil || !errors.Is(second, account.ErrBusy) {
		t.Errorf("first %v, second %v", err, second)
	}
}

func TestNobodySignsInForNothing(t *testing.T) {
	d := newManager(newProvider(), newSealer())
	d.sealer.readyErr = errors.New("no keychain")
	d.provider.signIn = func(context.Context, session.SignInRequest) error {
		t.Error("the browser was opened")
		return nil
	}
	if err := d.SignIn(t.Context(), session.SignInRequest{}); !errors.Is(err, d.sealer.readyErr) {
		t.Errorf("%v", err)
	}
}

func TestASignInThatCouldNotBeStoredNeedsNoSecondOne(t *testing.T) {
	d := newManager(newProvider(), newSealer())
	d.sealer.saveErr = errors.New("disk full")
	if err := d.SignIn(t.Context(), session.SignInRequest{}); !errors.Is(err, d.sealer.saveErr) {
		t.Fatalf("%v", err)
	}
	if p := d.Snapshot().Phase; p != account.PhaseSignedOut {
		t.Fatalf("phase %v before anything is stored", p)
	}
	d.sealer.saveErr = nil
	d.provider.signIn = func(context.Context, session.SignInRequest) error {
		t.Error("asked to sign in again")
		return nil
	}
	if err := d.SignIn(t.Context(), session.SignInRequest{}); err != nil ||
		d.Snapshot().Phase != account.PhaseSignedIn {
		t.Errorf("%v, phase %v", err, d.Snapshot().Phase)
	}
}

// A sign-in that could not be stored answers no step-up: it may be another person's, and older than is demanded.
func TestASignInThatCouldNotBeStoredAnswersNoStepUp(t *testing.T) {
	d := signedIn(t)
	d.provider.who = "mallory"
	d.sealer.saveErr = errors.New("disk full")
	if err := d.SignIn(t.Context(), session.SignInRequest{}); !errors.Is(err, d.sealer.saveErr) {
		t.Fatalf("%v", err)
	}
	d.sealer.saveErr = nil
	other := errors.New("another person came back")
	d.provider.signIn = func(_ context.Context, req session.SignInRequest) error {
		if req.Same == key("ada") {
			return other
		}
		return nil
	}
	err := d.Reauthenticate(t.Context(), 0, nil)
	if who := d.Snapshot().Session.Key; !errors.Is(err, other) || who != key("ada") {
		t.Errorf("%v, and %s is signed in", err, who.Subject)
	}
}

func TestALockedVaultIsAStateAndNotASignOut(t *testing.T) {
	d := signedIn(t)
	locked := errors.New("keychain locked")
	d.sealer.loadErr = locked
	later := newManager(d.provider, d.sealer)
	if err := later.Restore(t.Context()); !errors.Is(err, locked) {
		t.Errorf("%v", err)
	}
	if s := later.Snapshot(); s.Phase != account.PhaseLocked || !errors.Is(s.Err, locked) {
		t.Errorf("phase %v, err %v", s.Phase, s.Err)
	}
	if _, err := later.Token(t.Context()); !errors.Is(err, locked) {
		t.Errorf("a token: %v", err)
	}
	d.sealer.loadErr = nil
	if err := later.Restore(t.Context()); err != nil || later.Snapshot().Phase != account.PhaseSignedIn {
		t.Errorf("after unlocking: %v, %v", err, later.Snapshot().Phase)
	}
}

func TestAnotherProcessIsFollowed(t *testing.T) {
	d := signedIn(t)
	other := newManager(d.provider, d.sealer)
	if err := other.Restore(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := other.SignOut(t.Context(), session.Key{}, account.ScopeTokens); err != nil {
		t.Fatal(err)
	}
	d.Sync(t.Context())
	if p := d.Snapshot().Phase; p != account.PhaseSignedOut {
		t.Errorf("signed out elsewhere, phase %v", p)
	}
	before := d.Snapshot().Revision
	d.Sync(t.Context())
	if d.Snapshot().Revision != before {
		t.Error("nothing changed and a snapshot was published")
	}
	if err := other.SignIn(t.Context(), session.SignInRequest{}); err != nil {
		t.Fatal(err)
	}
	d.Sync(t.Context())
	if p := d.Snapshot().Phase; p != account.PhaseSignedIn {
		t.Errorf("signed in elsewhere, phase %v", p)
	}
}

func TestSignOutForgetsRevokesAndLeavesNoTrace(t *testing.T) {
	d := signedIn(t)
	report, err := d.SignOut(t.Context(), session.Key{}, account.ScopeTokens)
	if err != nil || report.Ending.Tokens != session.EndingDone || report.Ending.Browser != session.EndingNotAsked {
		t.Errorf("%+v, %v", report, err)
	}
	if b := d.sealer.book(t); len(b.Sessions) != 0 || len(b.Revoke) != 0 {
		t.Errorf("left in the vault: %d sessions, %d revocations", len(b.Sessions), len(b.Revoke))
	}
	if !slices.Equal(d.provider.revoked, []string{"RT1"}) {
		t.Errorf("revoked %v", d.provider.revoked)
	}
	if _, err := d.Token(t.Context()); !errors.Is(err, account.ErrNobody) {
		t.Errorf("a token after the sign-out: %v", err)
	}
	if report, err := d.SignOut(t.Context(), session.Key{}, account.ScopeTokens); err != nil ||
		report.Key != (session.Key{}) {
		t.Errorf("a second sign-out: %+v, %v", report, err)
	}
}

func TestSignOutOfflineIsRevokedLater(t *testing.T) {
	d := signedIn(t)
	d.provider.revoke = func() (session.EndingOutcome, error) { return session.EndingPending, errDown }
	report, err := d.SignOut(t.Context(), session.Key{}, account.ScopeTokens)
	if err != nil || report.Ending.Tokens != session.EndingPending || d.Snapshot().Phase != account.PhaseSignedOut {
		t.Fatalf("%+v, %v", report, err)
	}
	if len(d.sealer.book(t).Revoke) != 1 {
		t.Fatal("the refresh token is forgotten and alive")
	}
	d.provider.revoke = nil
	run(t, newRestored(t, d), func() { d.waitSealed(t, func(b session.Book) bool { return len(b.Revoke) == 0 }) })
	if !slices.Equal(d.provider.revoked, []string{"RT1"}) {
		t.Errorf("revoked %v", d.provider.revoked)
	}
}

func newRestored(t *testing.T, d *testManager) *testManager {
	t.Helper()
	next := newManager(d.provider, d.sealer)
	if err := next.Restore(t.Context()); err != nil {
		t.Fatal(err)
	}
	return next
}

// run runs the account's background work while f runs, and waits for its end.
func run(t *testing.T, d *testManager, f func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); d.Run(ctx) }()
	f()
	stop()
	<-ended
}

// waitSealed waits until done is true for what is stored.
func (d *testManager) waitSealed(t *testing.T, done func(session.Book) bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		d.sealer.mu.Lock()
		b, err := session.Decode(d.sealer.data)
		d.sealer.mu.Unlock()
		if err == nil && done(b) {
			return
		}
	}
	t.Fatal("what was waited for did not happen")
}

// A provider that never answers costs a sign-out one time limit of a few seconds, also
// where earlier sign-outs have left something to revoke. The person is signed out here
// before it, and the tokens wait sealed.
func TestASilentProviderCostsOneTimeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		d.provider.silent = true
		for range 2 {
			began := time.Now()
			report, err := d.SignOut(t.Context(), session.Key{}, account.ScopeTokens)
			if err != nil || report.Ending.Tokens != session.EndingPending ||
				d.Snapshot().Phase != account.PhaseSignedOut {
				t.Fatalf("%+v, %v", report, err)
			}
			if took := time.Since(began); took != 5*time.Second { // of the bubble's clock
				t.Errorf("it took %s", took)
			}
			if err := d.SignIn(t.Context(), session.SignInRequest{}); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(d.sealer.book(t).Revoke); n != 2 {
			t.Errorf("%d revocations wait", n)
		}
	})
}

// Adopting is called with a session before it is published, while no lock is held. A slow Adopting therefore blocks
// nobody who asks for the state.
func TestAdoptingComesBeforeThePublication(t *testing.T) {
	var m *account.Manager
	var seen []string
	p := newProvider()
	m = account.New(account.Options{
		Auth: p, Store: session.NewStore(newSealer()),
		Adopting: func(a account.Account) {
			m.Touch() // would wait for ever within the lock that publishes
			seen = append(seen, "adopting "+a.Key.Subject+" while "+string(m.Snapshot().Session.Key.Subject))
		},
		OnChange: func(account.Snapshot) {},
	})
	if err := m.SignIn(t.Context(), session.SignInRequest{}); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 1 || !strings.HasPrefix(seen[0], "adopting ") || !strings.HasSuffix(seen[0], "while ") ||
		m.Snapshot().Session.Key.IsZero() {
		t.Errorf("%q", seen)
	}
}
