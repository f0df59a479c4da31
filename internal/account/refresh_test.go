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
			if s, _ := d.sealer.book(t).Current(); s.Tokens.Refresh.Reveal() != "RT2" ||
				s.Tokens.Access.Reveal() == "AT2" {
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
		"a false token": {
			func(context.Context) error { return errors.Join(session.ErrEnded, session.ErrFalse) }, session.EndedFalse,
		},
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
				if s.Phase != account.PhaseSignedOut || s.Ended == nil || s.Ended.Ended != c.want ||
					s.Ended.Profile.Name != "Ada" {
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

// A program that ignores the lock has rotated the token meanwhile.
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
		d.provider.refresh = func(context.Context) error {
			d.sealer.fault(func(s *sealer) { s.data = fresh })
			return nil
		}
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

// A vault that cannot be written is noticed before the token is spent.
func TestNothingIsSpentThatCouldNotBeStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		time.Sleep(59*time.Minute + 30*time.Second)
		full := errors.New("disk full")
		d.sealer.fault(func(s *sealer) { s.saveErr = full })
		if got, err := d.Token(t.Context()); err != nil || got.Access.Reveal() != "AT1" {
			t.Errorf("half a minute is left of the token at hand: %v", err)
		}
		time.Sleep(time.Hour)
		if _, err := d.Token(t.Context()); !errors.Is(err, full) {
			t.Errorf("%v, want the disk's error", err)
		}
		if s := d.Snapshot(); !errors.Is(s.HealthErr, full) || s.Phase != account.PhaseSignedIn {
			t.Errorf("the person is not told: %v %v", s.Phase, s.HealthErr)
		}
		if d.provider.refreshes != 0 {
			t.Errorf("%d refresh tokens were spent", d.provider.refreshes)
		}
		d.sealer.fault(func(s *sealer) { s.saveErr = nil })
		if got, err := d.Token(t.Context()); err != nil || got.Access.Reveal() != "AT2" {
			t.Errorf("space again: %v", err)
		}
	})
}

// The disk fills up while the provider answers: nobody is told of success, and what the
// provider gave is kept until it can be written.
func TestARotatedTokenThatCannotBeWrittenIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		time.Sleep(2 * time.Hour)
		full := errors.New("disk full")
		d.provider.refresh = func(context.Context) error {
			d.sealer.fault(func(s *sealer) { s.saveErr = full })
			return nil
		}
		for range 3 {
			if got, err := d.Token(t.Context()); !errors.Is(err, full) || !errors.Is(err, account.ErrNotStored) {
				t.Fatalf("%v %v, want the disk's error", got.Access.Reveal(), err)
			}
		}
		if s := d.Snapshot(); !errors.Is(s.HealthErr, full) || d.provider.refreshes != 1 {
			t.Errorf("the person is not told: %v after %d refreshes", s.HealthErr, d.provider.refreshes)
		}
		d.provider.mu.Lock()
		d.provider.refresh = nil
		d.provider.mu.Unlock()
		d.sealer.fault(func(s *sealer) { s.saveErr = nil })
		run(t, d, func() { time.Sleep(2 * time.Minute); synctest.Wait() })
		// After an outage the time of the next refresh is drawn anew, so the background may have refreshed once more.
		got, err := d.Token(t.Context())
		d.provider.mu.Lock()
		want := map[int]string{2: "AT3", 3: "AT4"}[d.provider.refreshes]
		d.provider.mu.Unlock()
		if err != nil || got.Access.Reveal() != want {
			t.Errorf("space again: %v %v, want %s", got.Access.Reveal(), err, want)
		}
		if s := d.Snapshot(); s.HealthErr != nil {
			t.Errorf("still told: %v", s.HealthErr)
		}
	})
}

// A later refresh, also after a restart, knows that an answer was lost.
func TestALostAnswerIsRemembered(t *testing.T) {
	lost := &session.RetryError{Err: session.ErrLost}
	for name, c := range map[string]struct {
		before []error // earlier refreshes
		last   error
		want   session.Ended
	}{
		"refused at once":                  {nil, session.ErrEnded, session.EndedRefused},
		"refused after a loss":             {[]error{lost}, session.ErrEnded, session.EndedLost},
		"refused in the same try":          {nil, errors.Join(session.ErrEnded, session.ErrLost), session.EndedLost},
		"a loss, a busy provider, refused": {[]error{lost, errDown}, session.ErrEnded, session.EndedLost},
		"a busy provider, refused":         {[]error{errDown}, session.ErrEnded, session.EndedRefused},
		"a loss, a success, refused":       {[]error{lost, nil}, session.ErrEnded, session.EndedRefused},
		"a person needed, refused": {
			[]error{session.ErrPersonNeeded}, session.ErrEnded, session.EndedRefused,
		},
		"a loss, and an answer about others": {
			[]error{lost}, errors.Join(session.ErrEnded, session.ErrFalse), session.EndedFalse,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := signedIn(t)
				for _, fault := range append(c.before, c.last) {
					time.Sleep(2 * time.Hour)
					d = newRestored(t, d) // each in a process of its own
					d.provider.refresh = func(context.Context) error { return fault }
					_, _ = d.Token(t.Context())
				}
				kept, _ := d.sealer.book(t).Current()
				if kept.Ended != c.want {
					t.Errorf("%q, want %q", kept.Ended, c.want)
				}
				_, err := newRestored(t, d).Token(t.Context())
				if !errors.Is(err, account.ErrSessionEnded) ||
					errors.Is(err, session.ErrLost) != (c.want == session.EndedLost) {
					t.Errorf("after a restart: %v", err)
				}
			})
		})
	}
}

// A process that was killed while the provider was asked has noted it before.
func TestAProcessThatWasKilledWhileItRefreshed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		time.Sleep(2 * time.Hour)
		d.provider.refresh = func(context.Context) error {
			if s, _ := d.sealer.book(t).Current(); s.Unanswered.IsZero() || s.Tokens.Refresh.Reveal() != "RT1" {
				t.Error("the vault does not know that the token is being spent")
			}
			return nil
		}
		if _, err := d.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s, _ := d.sealer.book(t).Current(); !s.Unanswered.IsZero() {
			t.Error("still unanswered after the answer")
		}
	})
}

// The provider demands an interaction with the person: the session is kept, and the refresh is tried again.
func TestThePersonIsNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		time.Sleep(2 * time.Hour)
		d.provider.refresh = func(context.Context) error { return session.ErrPersonNeeded }
		if _, err := d.Token(t.Context()); !errors.Is(err, session.ErrPersonNeeded) {
			t.Fatal(err)
		}
		s := d.Snapshot()
		if s.Phase != account.PhaseSignedIn || !errors.Is(s.Err, session.ErrPersonNeeded) || !s.Session.PersonNeeded {
			t.Errorf("%v %v", s.Phase, s.Err)
		}
		if kept, _ := d.sealer.book(t).Current(); kept.Tokens.Refresh.Reveal() != "RT1" || !kept.PersonNeeded ||
			!kept.Live() {
			t.Errorf("%+v", kept)
		}
		again := newRestored(t, d)
		if s := again.Snapshot(); !errors.Is(s.Err, session.ErrPersonNeeded) {
			t.Errorf("after a restart: %v", s.Err)
		}
		d.provider.refresh = nil
		if got, err := again.Token(t.Context()); err != nil || got.Access.Reveal() != "AT2" {
			t.Errorf("the provider asks no more: %v", err)
		}
		if kept, _ := d.sealer.book(t).Current(); kept.PersonNeeded {
			t.Error("still marked")
		}
	})
}

// The computer is about to sleep: nothing is spent. Sleep is held off while a refresh
// runs, until it is stored.
func TestSleepIsHeldOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, s := newProvider(), newSealer()
		held, asleep := 0, errors.New("about to sleep")
		var refuse error
		d := &testManager{provider: p, sealer: s}
		d.Manager = account.New(account.Options{
			Auth: p, Store: session.NewStore(s), StayAwake: func(context.Context) (func(), error) {
				if refuse != nil {
					return nil, refuse
				}
				held++
				return func() {
					held--
					if kept, _ := s.book(t).Current(); kept.Tokens.Access.Reveal() != "AT2" {
						t.Error("let go before it was stored")
					}
				}, nil
			},
		})
		if err := d.SignIn(t.Context(), session.SignInRequest{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		refuse = asleep
		if _, err := d.Token(t.Context()); !errors.Is(err, asleep) || p.refreshes != 0 {
			t.Errorf("%v after %d refreshes", err, p.refreshes)
		}
		refuse = nil
		p.refresh = func(context.Context) error {
			if held != 1 {
				t.Error("sleep is not held off")
			}
			return nil
		}
		if _, err := d.Token(t.Context()); err != nil || held != 0 {
			t.Errorf("%v, held %d times", err, held)
		}
	})
}

// A program waits for the refresh under way before it ends.
func TestWaitWaitsForTheRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		time.Sleep(2 * time.Hour)
		d.provider.refresh = func(context.Context) error { time.Sleep(5 * time.Second); return nil }
		impatient, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		_, _ = d.Token(impatient)
		d.Wait()
		if s, _ := d.sealer.book(t).Current(); s.Tokens.Access.Reveal() != "AT2" {
			t.Error("the refresh was left")
		}
	})
}

// Every caller of Token proves that the vault is writable before it spends a refresh token.
func TestNothingIsSpentBeforeItCanBeStored(t *testing.T) {
	for name, c := range map[string]struct{ put, mend func(*sealer, error) }{
		"read-only": {
			func(s *sealer, err error) { s.saveErr = err }, func(s *sealer, _ error) { s.saveErr = nil },
		},
		"no room for more": {
			func(s *sealer, err error) { s.reserveErr = err }, func(s *sealer, _ error) { s.reserveErr = nil },
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := signedIn(t)
				refused := errors.New(name)
				d.sealer.fault(func(s *sealer) { c.put(s, refused) })
				time.Sleep(59*time.Minute + 30*time.Second) // due, and not over
				if got, err := d.Token(t.Context()); err != nil || got.Access.Reveal() != "AT1" {
					t.Errorf("the token at hand still lives: %v", err)
				}
				time.Sleep(time.Minute)
				if _, err := d.Token(t.Context()); !errors.Is(err, refused) {
					t.Errorf("%v, want why it cannot be stored", err)
				}
				client, err := d.Client("https://api.example")
				if err != nil {
					t.Fatal(err)
				}
				if _, err := client.Get("https://api.example/"); !errors.Is(err, refused) {
					t.Errorf("the client: %v", err)
				}
				run(t, d, func() { time.Sleep(time.Hour); synctest.Wait() })
				if s := d.Snapshot(); s.Phase != account.PhaseSignedIn || !errors.Is(s.HealthErr, refused) ||
					d.provider.refreshes != 0 {
					t.Errorf("%v, %v, %d refreshes", s.Phase, s.HealthErr, d.provider.refreshes)
				}
				d.sealer.fault(func(s *sealer) { c.mend(s, nil) })
				if got, err := d.Token(t.Context()); err != nil || got.Access.Reveal() != "AT2" {
					t.Errorf("it can be stored again: %v", err)
				}
			})
		})
	}
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
