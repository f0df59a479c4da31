package account_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
)

// asking is a provider whose sign-ins wait: the test reads what was asked for and says
// how each one ends.
func asking(p *provider) (asked chan session.SignInRequest, answers chan error) {
	asked, answers = make(chan session.SignInRequest), make(chan error)
	p.signIn = func(ctx context.Context, req session.SignInRequest) error {
		asked <- req
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-answers:
			return err
		}
	}
	return asked, answers
}

// begun starts a sign-in, which ends with the returned func.
func begun(t *testing.T, d *testManager, req session.SignInRequest) (result func() error) {
	t.Helper()
	run, err := d.SignInInstead(req)
	if err != nil {
		t.Fatal(err)
	}
	out := make(chan error, 1)
	go func() { out <- run(t.Context()) }()
	return func() error { return <-out }
}

// The second sign-in takes over the wait: no other phase is shown in between, the old link is gone at once, and the
// first sign-in ends as cancelled.
func TestASignInIsReplacedByAnother(t *testing.T) {
	d := newManager(newProvider(), newSealer())
	asked, answers := asking(d.provider)
	here := session.SignInRequest{LoginHint: "ada@acme.example"}
	first := begun(t, d, here)
	<-asked
	there := here
	there.Device = true
	second := begun(t, d, there)
	if req := <-asked; !req.Device || req.LoginHint != here.LoginHint || !d.Snapshot().Waiting.Elsewhere {
		t.Errorf("asked for %+v, waiting %+v", req, d.Snapshot().Waiting)
	}
	if err := first(); !errors.Is(err, account.ErrCancelled) {
		t.Errorf("the first one: %v", err)
	}
	answers <- nil
	if err := second(); err != nil {
		t.Errorf("the second one: %v", err)
	}
	if got := d.phases(); !slices.Equal(got, []account.Phase{account.PhaseWaiting, account.PhaseSignedIn}) {
		t.Errorf("phases %v", got)
	}
	if req := d.Asked(); !req.Device || req.Progress != nil {
		t.Errorf("what was asked for last is told as %+v", req)
	}
	if d.Snapshot().Err != nil {
		t.Errorf("the cancelled one left %v", d.Snapshot().Err)
	}
}

// The same sign-in again counts as a double click during the wait. Once the result has been published, also from within
// the publication, it is a new sign-in.
func TestTheSameAgain(t *testing.T) {
	d := newManager(newProvider(), newSealer())
	asked, answers := asking(d.provider)
	var again func() error
	d.onChange = func(s account.Snapshot) {
		if s.Err != nil && again == nil {
			again = begun(t, d, session.SignInRequest{})
		}
	}
	first := begun(t, d, session.SignInRequest{})
	<-asked
	if _, err := d.SignInInstead(session.SignInRequest{}); !errors.Is(err, account.ErrBusy) {
		t.Errorf("the double click: %v", err)
	}
	answers <- errDown
	<-asked
	answers <- nil
	if err := first(); !errors.Is(err, errDown) {
		t.Errorf("the first one: %v", err)
	}
	if err := again(); err != nil || d.Snapshot().Phase != account.PhaseSignedIn {
		t.Errorf("the second one: %v, %v", err, d.Snapshot().Phase)
	}
}

// A sign-in that was replaced in the moment of its success stands. The replacement does not begin when it was another
// way to sign in, and begins when it was for another account.
func TestReplacedInTheMomentOfSuccess(t *testing.T) {
	for _, c := range []struct {
		req   session.SignInRequest
		moot  bool
		phase account.Phase
	}{
		{session.SignInRequest{Device: true}, true, account.PhaseSignedIn},
		{session.SignInRequest{Prompt: "select_account"}, false, account.PhaseWaiting},
	} {
		d := newManager(newProvider(), newSealer())
		var second func() error
		asked := make(chan bool)
		d.provider.signIn = func(ctx context.Context, req session.SignInRequest) error {
			if req.Device || req.Prompt != "" {
				asked <- true
				<-ctx.Done()
				return ctx.Err()
			}
			second = begun(t, d, c.req)
			<-ctx.Done() // replaced, and yet the provider has given a session
			return nil
		}
		if err := d.SignIn(t.Context(), session.SignInRequest{}); err != nil {
			t.Errorf("%+v: the first one: %v", c.req, err)
		}
		if !c.moot {
			<-asked
			if s := d.Snapshot(); s.Phase != c.phase || s.Session.Profile.Name != "Ada" {
				t.Errorf("%+v: %v %q", c.req, s.Phase, s.Session.Profile.Name)
			}
			d.Cancel()
		}
		if err := second(); (err == nil) != c.moot {
			t.Errorf("%+v: %v", c.req, err)
		}
		if s := d.Snapshot(); s.Phase != account.PhaseSignedIn || s.Waiting.Elsewhere {
			t.Errorf("%+v: in the end %v %+v", c.req, s.Phase, s.Waiting)
		}
	}
}

// A cancel works as soon as the sign-in is claimed, even before it runs.
func TestACancelBeforeTheSignInRuns(t *testing.T) {
	d := newManager(newProvider(), newSealer())
	run, err := d.SignInInstead(session.SignInRequest{})
	if err != nil {
		t.Fatal(err)
	}
	d.Cancel()
	d.provider.signIn = func(context.Context, session.SignInRequest) error {
		t.Error("the browser was opened")
		return nil
	}
	if err := run(t.Context()); !errors.Is(err, account.ErrCancelled) {
		t.Errorf("%v", err)
	}
	if _, err := d.SignInInstead(session.SignInRequest{}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// Presses, cancels, switches and sign-outs at once: each revision is one higher than the last, the phase is not waiting
// in the end, and no sign-in stays claimed.
func TestEverythingAtOnce(t *testing.T) {
	d := newManager(newProvider(), newSealer())
	d.provider.signIn = func(ctx context.Context, _ session.SignInRequest) error {
		if rand.N(3) > 0 {
			return nil
		}
		<-ctx.Done()
		return ctx.Err()
	}
	if err := d.Restore(t.Context()); err != nil {
		t.Fatal(err)
	}
	press := func(ctx context.Context, req session.SignInRequest) {
		if run, err := d.SignInInstead(req); err == nil {
			_ = run(ctx)
		}
	}
	presses := []func(context.Context){
		func(ctx context.Context) { press(ctx, session.SignInRequest{}) },
		func(ctx context.Context) { press(ctx, session.SignInRequest{Device: true}) },
		func(ctx context.Context) { press(ctx, session.SignInRequest{Prompt: "select_account"}) },
		func(context.Context) { d.Cancel() },
		func(ctx context.Context) { _ = d.Switch(ctx, key("ada")) },
		func(ctx context.Context) { _, _ = d.SignOut(ctx, session.Key{}, account.ScopeTokens) },
		func(context.Context) { d.Dismiss(); _ = d.Snapshot(); _ = d.Asked() },
	}
	ctx, stop := context.WithCancel(t.Context())
	var people sync.WaitGroup
	for range 8 {
		people.Go(func() {
			for range 60 {
				presses[rand.N(len(presses))](ctx)
			}
		})
	}
	var impatient sync.WaitGroup
	impatient.Go(func() { // a sign-in that nobody finishes is cancelled, so that its presser goes on
		for ctx.Err() == nil {
			d.Cancel()
		}
	})
	people.Wait()
	stop()
	impatient.Wait()
	for i, s := range d.seen {
		if i > 0 && s.Revision != d.seen[i-1].Revision+1 {
			t.Fatalf("revision %d after %d", s.Revision, d.seen[i-1].Revision)
		}
	}
	if s := d.Snapshot(); s.Phase == account.PhaseWaiting || s.Waiting != (account.Waiting{}) {
		t.Errorf("left in %v %+v", s.Phase, s.Waiting)
	}
	d.provider.signIn = nil
	if err := d.SignIn(t.Context(), session.SignInRequest{}); err != nil ||
		d.Snapshot().Phase != account.PhaseSignedIn {
		t.Errorf("afterwards: %v, %v", err, d.Snapshot().Phase)
	}
}
