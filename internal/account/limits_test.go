package account_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
)

// limited returns a manager with which Ada has signed in, whose settings have limits.
func limited(t *testing.T, l session.Limits) *testManager {
	t.Helper()
	p := newProvider()
	p.limits = l
	d := newManager(p, newSealer())
	if err := errors.Join(d.Restore(t.Context()), d.SignIn(t.Context(), session.SignInRequest{})); err != nil {
		t.Fatal(err)
	}
	return d
}

// over checks that the session has ended for the reason, in this process, in the vault and for a process that starts
// now, without a request to the provider.
func over(t *testing.T, d *testManager, why session.Ended, is error) {
	t.Helper()
	before := d.provider.refreshes
	d.provider.refresh = func(context.Context) error { return errDown }
	later := newRestored(t, d)
	for _, m := range []*testManager{d, later} {
		for _, err := range []error{second(m.Token(t.Context())), second(m.APIToken(t.Context(), "orders"))} {
			if !errors.Is(err, account.ErrSessionEnded) || !errors.Is(err, is) {
				t.Errorf("%v, want %v", err, is)
			}
		}
		if s := m.Snapshot(); s.Phase != account.PhaseSignedOut || s.Ended == nil || s.Ended.Ended != why {
			t.Errorf("%v %+v", s.Phase, s.Ended)
		}
	}
	kept, _ := d.sealer.book(t).Find(key("ada"))
	if kept.Ended != why || !kept.Tokens.Refresh.IsZero() || !kept.Tokens.Access.IsZero() {
		t.Errorf("the vault has %q", kept.Ended)
	}
	if left := d.sealer.book(t).Revoke; len(left) != 1 || left[0].Refresh.IsZero() {
		t.Errorf("to be revoked: %+v", left)
	}
	if d.provider.refreshes != before {
		t.Error("the provider was asked")
	}
	d.provider.refresh = nil
}

func second[T any](_ T, err error) error { return err }

func TestASessionLastsNoLongerThanTheSettingsLetIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := limited(t, session.Limits{Max: 8 * time.Hour})
		ends := time.Now().Add(8 * time.Hour)
		if s := d.Snapshot().Session; !s.Ends.Equal(ends) || s.EndsBy != session.EndedMaximum {
			t.Errorf("it ends at %v by %s", s.Ends, s.EndsBy)
		}
		for range 7 { // however much it is used
			time.Sleep(time.Hour)
			if _, err := d.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Hour - time.Second)
		if _, err := newRestored(t, d).Token(t.Context()); err != nil {
			t.Errorf("a second before: %v", err)
		}
		time.Sleep(time.Second)
		over(t, d, session.EndedMaximum, session.ErrLimit)
		if err := d.SignIn(t.Context(), session.SignInRequest{}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Token(t.Context()); err != nil {
			t.Errorf("after another sign-in: %v", err)
		}
	})
}

func TestTheProvidersEndCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProvider()
		p.limits, p.expires = session.Limits{Max: 8 * time.Hour}, time.Now().Add(30*time.Minute)
		d := newManager(p, newSealer())
		if err := errors.Join(d.Restore(t.Context()), d.SignIn(t.Context(), session.SignInRequest{})); err != nil {
			t.Fatal(err)
		}
		if s := d.Snapshot().Session; !s.Ends.Equal(p.expires) || s.EndsBy != session.EndedExpired {
			t.Errorf("it ends at %v by %s", s.Ends, s.EndsBy)
		}
		time.Sleep(30 * time.Minute)
		over(t, d, session.EndedExpired, session.ErrLimit)
	})
}

// A refresh whose ID token brings the end forward hands out no token after it.
func TestTheProviderBringsTheEndForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := limited(t, session.Limits{})
		time.Sleep(2 * time.Hour)
		d.provider.expires = time.Now().Add(-time.Second)
		if _, err := d.Token(t.Context()); !errors.Is(err, session.ErrLimit) {
			t.Errorf("%v", err)
		}
	})
}

func TestASessionThatNobodyUsesEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := limited(t, session.Limits{Idle: time.Hour})
		for range 5 {
			time.Sleep(50 * time.Minute)
			if _, err := d.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(59 * time.Minute)
		if _, err := newRestored(t, d).Token(t.Context()); err != nil { // another process uses it
			t.Fatal(err)
		}
		time.Sleep(30 * time.Minute)
		if _, err := d.Token(t.Context()); err != nil {
			t.Errorf("used by another process half an hour ago: %v", err)
		}
		time.Sleep(time.Hour)
		over(t, d, session.EndedIdle, session.ErrIdle)
	})
}

// The background's own refreshes do not count as a use of the session; a look at the window does.
func TestTheBackgroundIsNoUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := limited(t, session.Limits{Idle: 3 * time.Hour})
		run(t, d, func() {
			time.Sleep(2 * time.Hour)
			d.Attend()
			synctest.Wait()
			time.Sleep(2 * time.Hour)
			synctest.Wait()
			if p := d.Snapshot().Phase; p != account.PhaseSignedIn {
				t.Error("two hours after the person has looked at it")
			}
			d.provider.mu.Lock()
			refreshes := d.provider.refreshes
			d.provider.mu.Unlock()
			if refreshes == 0 {
				t.Error("the background did not refresh")
			}
			time.Sleep(time.Hour + time.Second) // Run waits for a second at least
			synctest.Wait()
			if s := d.Snapshot(); s.Ended == nil || s.Ended.Ended != session.EndedIdle {
				t.Errorf("%v: nobody used it for three hours", s.Phase)
			}
			time.Sleep(2 * time.Minute) // the next round revokes what is left
			synctest.Wait()
		})
		if left := d.sealer.book(t).Revoke; len(d.provider.revoked) != 1 || len(left) != 0 {
			t.Errorf("revoked %v", d.provider.revoked)
		}
	})
}

// A window that is open when the end comes shows it at once, not at the next minute.
func TestTheEndIsShownWhenItComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := limited(t, session.Limits{Max: 90 * time.Minute})
		run(t, d, func() {
			time.Sleep(90*time.Minute + time.Second)
			synctest.Wait()
			if p := d.Snapshot().Phase; p != account.PhaseSignedOut {
				t.Errorf("%v", p)
			}
		})
	})
}

// A clock that is set back makes no session last longer: neither of a running process nor of the next one.
func TestAClockThatIsSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, s := newProvider(), newSealer()
		p.limits = session.Limits{Max: 8 * time.Hour, Idle: 8 * time.Hour}
		back := time.Duration(0)
		clock := func() time.Time { return time.Now().Add(-back) }
		d := newManagerAt(p, s, clock)
		if err := errors.Join(d.Restore(t.Context()), d.SignIn(t.Context(), session.SignInRequest{})); err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Hour)
		if _, err := d.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		back = 5 * time.Hour
		time.Sleep(time.Hour)
		if _, err := d.Token(t.Context()); err != nil {
			t.Errorf("seven hours: %v", err)
		}
		other := newManagerAt(p, s, clock)
		if err := other.Restore(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if _, err := d.Token(t.Context()); !errors.Is(err, session.ErrLimit) {
			t.Errorf("eight hours in the running process: %v", err)
		}
		later := newManagerAt(p, s, clock)
		if err := later.Restore(t.Context()); err != nil || later.Snapshot().Ended == nil {
			t.Errorf("the next process: %v, %v", err, later.Snapshot().Phase)
		}
	})
}

// For a process that starts with a clock that was set back, the latest time in the vault counts.
func TestTheVaultRemembersTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, s := newProvider(), newSealer()
		d := newManager(p, s)
		if err := errors.Join(d.Restore(t.Context()), d.SignIn(t.Context(), session.SignInRequest{})); err != nil {
			t.Fatal(err)
		}
		err := session.NewStore(s).Hold(t.Context(), func(ctx context.Context, h *session.Held) error {
			seen, _ := h.Book.Current()
			seen.Seen = seen.SignedInAt.Add(9 * time.Hour) // by the provider's time, at a refresh
			h.Book.Put(seen)
			return h.Write(ctx)
		})
		if err != nil {
			t.Fatal(err)
		}
		p.limits = session.Limits{Max: 8 * time.Hour}
		later := newManager(p, s)
		if err := later.Restore(t.Context()); err != nil || later.Snapshot().Ended == nil {
			t.Errorf("%v, %v", err, later.Snapshot().Phase)
		}
	})
}

// The limit ends sessions of accounts that are not shown, and sessions in a vault that cannot be written.
func TestLimitsOfOtherAccountsAndOfAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := limited(t, session.Limits{Max: time.Hour})
		time.Sleep(30 * time.Minute)
		d.provider.who = "bob"
		if err := d.SignIn(t.Context(), session.SignInRequest{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Minute)
		if err := d.Switch(t.Context(), key("ada")); !errors.Is(err, session.ErrLimit) {
			t.Errorf("a switch: %v", err)
		}
		c, err := d.ClientOf(key("ada"), "https://api.example")
		if err != nil {
			t.Fatal(err)
		}
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.example/", nil)
		if _, err := c.Do(req); !errors.Is(err, session.ErrLimit) {
			t.Errorf("ada's client: %v", err)
		}
		if p := d.Snapshot(); p.Phase != account.PhaseSignedIn || p.Session.Key != key("bob") {
			t.Errorf("bob: %v", p.Phase)
		}
		time.Sleep(30 * time.Minute)
		d.sealer.fault(func(s *sealer) { s.saveErr = errors.New("read-only") })
		for range 2 {
			if _, err := d.Token(t.Context()); !errors.Is(err, account.ErrSessionEnded) {
				t.Errorf("nothing can be written: %v", err)
			}
		}
	})
}
