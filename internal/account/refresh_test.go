package account_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
)

func TestATokenIsRefreshedWhenDueAndStoredFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		first, err := d.Token(t.Context())
		if err != nil || first.Access.Reveal() != "AT1" {
			t.Fatalf("%v", err)
		}
		time.Sleep(59*time.Minute + time.Second) // less than a minute remains
		d.provider.verify = func() error {
			if s, _ := d.sealer.book(t).Current(); s.Tokens.Refresh.Reveal() != "RT2" || s.Tokens.Access.Reveal() == "AT2" {
				t.Error("before verification the vault must hold the new refresh token and not the new access token")
			}
			return nil
		}
		second, err := d.Token(t.Context())
		if err != nil || second.Access.Reveal() != "AT2" {
			t.Fatalf("%v %v", second.Access.Reveal(), err)
		}
		if s, _ := d.sealer.book(t).Current(); s.Tokens.Access.Reveal() != "AT2" {
			t.Error("handed out before it was stored")
		}
	})
}

func TestAThousandCallersOneRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		time.Sleep(2 * time.Hour)
		var wait sync.WaitGroup
		for range 1000 {
			wait.Go(func() {
				if got, err := d.Token(t.Context()); err != nil || got.Access.Reveal() != "AT2" {
					t.Errorf("%v", err)
				}
			})
		}
		wait.Wait()
		if d.provider.refreshes != 1 {
			t.Errorf("%d refreshes", d.provider.refreshes)
		}
	})
}

func TestTwentyProcessesOneRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		time.Sleep(2 * time.Hour)
		var wait sync.WaitGroup
		for range 20 {
			other := newRestored(t, d)
			wait.Go(func() {
				if _, err := other.Token(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if d.provider.refreshes != 1 {
			t.Errorf("%d refreshes", d.provider.refreshes)
		}
	})
}

func TestOneCallersCancelIsNotTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		time.Sleep(2 * time.Hour)
		d.provider.refresh = func(context.Context) error { time.Sleep(time.Second); return nil }
		impatient, stop := context.WithTimeout(t.Context(), time.Millisecond)
		defer stop()
		var wait sync.WaitGroup
		wait.Go(func() {
			if _, err := d.Token(impatient); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the impatient caller: %v", err)
			}
		})
		synctest.Wait()
		if got, err := d.Token(t.Context()); err != nil || got.Access.Reveal() != "AT2" {
			t.Errorf("the patient caller: %v", err)
		}
		wait.Wait()
	})
}

func TestABadNetworkIsNoSignOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		time.Sleep(59*time.Minute + 30*time.Second)
		d.provider.refresh = func(context.Context) error { return errDown }
		if got, err := d.Token(t.Context()); err != nil || got.Access.Reveal() != "AT1" {
			t.Errorf("half a minute is left of the token at hand: %v", err)
		}
		time.Sleep(time.Hour)
		if _, err := d.Token(t.Context()); !errors.Is(err, errDown) {
			t.Errorf("%v, want the network's error", err)
		}
		s := d.Snapshot()
		if s.Phase != account.PhaseSignedIn || s.Health != account.HealthOffline || !errors.Is(s.HealthErr, errDown) {
			t.Errorf("%v %v %v", s.Phase, s.Health, s.HealthErr)
		}
		d.provider.refresh = nil
		run(t, d, func() { time.Sleep(10 * time.Minute); synctest.Wait() })
		if s := d.Snapshot(); s.Health != account.HealthFresh || s.HealthErr != nil {
			t.Errorf("the network is back: %v %v", s.Health, s.HealthErr)
		}
	})
}

func TestOnlyADefiniteRefusalEndsTheSession(t *testing.T) {
	for name, c := range map[string]struct {
		fault func(context.Context) error
		want  session.Ended
	}{
		"invalid_grant": {func(context.Context) error { return session.ErrEnded }, session.EndedRefused},
		"a false token": {func(context.Context) error { return errors.Join(session.ErrEnded, session.ErrFalse) }, session.EndedFalse},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := signedIn(t)
				time.Sleep(2 * time.Hour)
				d.provider.refresh = c.fault
				if _, err := d.Token(t.Context()); !errors.Is(err, account.ErrSessionEnded) {
					t.Errorf("%v, want ErrSessionEnded", err)
				}
				s := d.Snapshot()
				if s.Phase != account.PhaseSignedOut || s.Ended == nil || s.Ended.Ended != c.want || s.Ended.Profile.Name != "Ada" {
					t.Errorf("%v %+v", s.Phase, s.Ended)
				}
				kept, _ := d.sealer.book(t).Current()
				if !kept.Tokens.Refresh.IsZero() || !kept.Tokens.Access.IsZero() || kept.Profile.Name != "Ada" {
					t.Error("the picker needs the name and nobody needs the tokens")
				}
				if _, err := newRestored(t, d).Token(t.Context()); !errors.Is(err, account.ErrSessionEnded) {
					t.Errorf("after a restart: %v", err)
				}
			})
		})
	}
}

// A program that keeps no lock has rotated the token behind our back.
func TestAfterInvalidGrantTheVaultIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		time.Sleep(2 * time.Hour)
		stale := d.sealer.book(t)
		other := newRestored(t, d)
		if _, err := other.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		fresh := d.sealer.data
		d.sealer.data, _ = session.Encode(*stale)
		d.provider.refresh = func(context.Context) error { d.sealer.fault(func(s *sealer) { s.data = fresh }); return nil }
		if got, err := d.Token(t.Context()); err != nil || got.Access.Reveal() != "AT2" {
			t.Errorf("%v %v", got.Access.Reveal(), err)
		}
	})
}

func TestNotVerifiedYetIsNotFalse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		time.Sleep(2 * time.Hour)
		d.provider.verify = func() error { return errDown }
		if _, err := d.Token(t.Context()); !errors.Is(err, errDown) {
			t.Fatalf("%v", err)
		}
		d.provider.verify = nil
		if got, err := d.Token(t.Context()); err != nil || got.Access.Reveal() != "AT3" {
			t.Errorf("the rotated token was lost: %v", err)
		}
	})
}

func TestARotatedTokenThatCannotBeWrittenIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		time.Sleep(2 * time.Hour)
		full := errors.New("disk full")
		d.sealer.fault(func(s *sealer) { s.saveErr = full })
		if got, err := d.Token(t.Context()); err != nil || got.Access.Reveal() != "AT2" {
			t.Fatalf("%v", err)
		}
		if s := d.Snapshot(); !errors.Is(s.HealthErr, full) {
			t.Errorf("the person is not told: %v", s.HealthErr)
		}
		time.Sleep(2 * time.Hour)
		if got, err := d.Token(t.Context()); err != nil || got.Access.Reveal() != "AT3" {
			t.Fatalf("the next refresh: %v", err)
		}
		d.sealer.fault(func(s *sealer) { s.saveErr = nil })
		run(t, d, func() { time.Sleep(2 * time.Minute); synctest.Wait() })
		if s, _ := d.sealer.book(t).Current(); s.Tokens.Refresh.Reveal() != "RT3" {
			t.Errorf("space again, and the vault still holds %v", s.Tokens.Refresh.Reveal())
		}
		if s := d.Snapshot(); s.HealthErr != nil {
			t.Errorf("still told: %v", s.HealthErr)
		}
	})
}

func TestWithoutARefreshToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		err := session.NewStore(d.sealer).Hold(t.Context(), func(ctx context.Context, h *session.Held) error {
			s, _ := h.Book.Current()
			s.Tokens.Refresh = session.Tokens{}.Refresh
			h.Book.Put(s)
			return h.Write(ctx)
		})
		if err != nil {
			t.Fatal(err)
		}
		d.Sync(t.Context())
		time.Sleep(59*time.Minute + 59*time.Second)
		if got, err := d.Token(t.Context()); err != nil || got.Access.Reveal() != "AT1" {
			t.Errorf("a second before its end: %v", err)
		}
		run(t, d, func() { time.Sleep(2 * time.Minute); synctest.Wait() })
		if s := d.Snapshot(); s.Ended == nil || s.Ended.Ended != session.EndedNoRefresh {
			t.Errorf("after its end: %v %+v", s.Phase, s.Ended)
		}
		if d.provider.refreshes != 0 {
			t.Error("the provider was asked")
		}
	})
}

func TestRenewAfterA401(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		refused, _ := d.Token(t.Context())
		next, err := d.Renew(t.Context(), refused)
		if err != nil || next.Access.Reveal() != "AT2" {
			t.Fatalf("%v", err)
		}
		again, err := d.Renew(t.Context(), refused)
		if err != nil || again.Access.Reveal() != "AT2" || d.provider.refreshes != 1 {
			t.Errorf("a late caller with the same refused token: %v after %d refreshes", err, d.provider.refreshes)
		}
	})
}
