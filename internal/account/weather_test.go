package account_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
)

// A laptop sleeps: its wall clock goes on and its timers stop.
func TestAfterSleepTheTokenIsRefreshedBeforeUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slept atomic.Int64
		d := newManagerAt(newProvider(), newSealer(), func() time.Time {
			return time.Now().Add(time.Duration(slept.Load()))
		})
		sleep := func(until time.Duration) {
			slept.Store(int64(until))
			d.provider.mu.Lock()
			defer d.provider.mu.Unlock()
			d.provider.ahead = until
		}
		if err := d.SignIn(t.Context(), session.SignInRequest{}); err != nil {
			t.Fatal(err)
		}
		run(t, d, func() {
			synctest.Wait()
			sleep(3 * time.Hour)
			if got, err := d.Token(t.Context()); err != nil || got.Access.Reveal() != "AT2" {
				t.Errorf("%v %v", got.Access.Reveal(), err)
			}
			sleep(6 * time.Hour)
			d.Wake() // somebody looks at the window
			synctest.Wait()
			if d.provider.refreshes != 2 {
				t.Errorf("%d refreshes when somebody looked", d.provider.refreshes)
			}
		})
	})
}

// The network fails and comes back: the profile stays, says how old it is, and is refreshed by itself.
func TestOfflineIsAStateAndMendsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		d.provider.refresh = func(context.Context) error { return errDown }
		since := d.Snapshot().Session.Refreshed
		run(t, d, func() {
			time.Sleep(3 * time.Hour)
			synctest.Wait()
			s := d.Snapshot()
			if s.Phase != account.PhaseSignedIn || s.Health != account.HealthOffline ||
				!errors.Is(s.HealthErr, errDown) || !s.Session.Refreshed.Equal(since) {
				t.Errorf("%v %v %v %v", s.Phase, s.Health, s.HealthErr, s.Session.Refreshed)
			}
			d.provider.mu.Lock()
			d.provider.refresh = nil
			d.provider.mu.Unlock()
			time.Sleep(30*time.Minute + time.Second) // the longest pause
			synctest.Wait()
			if s := d.Snapshot(); s.Health != account.HealthFresh || s.HealthErr != nil ||
				s.Session.Refreshed.Equal(since) {
				t.Errorf("the network is back: %v %v %v", s.Health, s.HealthErr, s.Session.Refreshed)
			}
		})
	})
}

// A token without a lifetime counts as valid until a server refuses it.
func TestWithoutALifetime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newManager(newProvider(), newSealer())
		d.provider.lifetime = 0
		if err := d.SignIn(t.Context(), session.SignInRequest{}); err != nil {
			t.Fatal(err)
		}
		run(t, d, func() { time.Sleep(30 * 24 * time.Hour); synctest.Wait() })
		got, err := d.Token(t.Context())
		if err != nil || got.Access.Reveal() != "AT1" || !got.Expiry.IsZero() || d.provider.refreshes != 0 {
			t.Fatalf("%v after %d refreshes: %v", got.Access.Reveal(), d.provider.refreshes, err)
		}
		if next, err := d.Renew(t.Context(), got); err != nil || next.Access.Reveal() != "AT2" {
			t.Errorf("refused by a server: %v %v", next.Access.Reveal(), err)
		}
	})
}

// The active account is kept fresh by itself; the others are left alone.
func TestTheBackgroundIsForTheActiveAccountAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := three(t)
		run(t, d, func() { time.Sleep(61 * time.Minute); synctest.Wait() })
		ada, _ := d.sealer.book(t).Find(key("ada"))
		edsger, _ := d.sealer.book(t).Find(key("edsger"))
		if d.provider.refreshes == 0 || ada.Tokens.Refresh.Reveal() != "RT1" ||
			edsger.Tokens.Refresh.Reveal() != d.provider.good["edsger"] {
			t.Errorf("%d refreshes, Ada's %v, Edsger's %v", d.provider.refreshes, ada.Tokens.Refresh.Reveal(),
				edsger.Tokens.Refresh.Reveal())
		}
	})
}

// A vault that is damaged while the app runs is told, and signing in works.
func TestAVaultSetAsideMeanwhileIsToldAndSigningInWorks(t *testing.T) {
	d := signedIn(t)
	d.sealer.fault(func(s *sealer) { s.data = []byte("no book") })
	if err := d.SignIn(t.Context(), session.SignInRequest{}); err != nil {
		t.Fatal(err)
	}
	if s := d.Snapshot(); s.Phase != account.PhaseSignedIn || s.Notice == nil {
		t.Errorf("%v, notice %v", s.Phase, s.Notice)
	}
	if _, ok := d.sealer.book(t).Find(key("ada")); !ok {
		t.Error("not stored")
	}
}
