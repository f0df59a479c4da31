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

func TestBackgroundTriesAreFewAndHonourRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		d.provider.refresh = func(context.Context) error {
			return &session.RetryError{After: 2 * time.Hour, Err: errors.New("429")}
		}
		run(t, d, func() { time.Sleep(2 * time.Hour); synctest.Wait() })
		if d.provider.refreshes != 1 {
			t.Errorf("%d tries within the time that the provider asked to wait", d.provider.refreshes)
		}
		d.provider.refresh = func(context.Context) error { return errDown }
		d.provider.refreshes = 0
		run(t, d, func() { d.Retry(); time.Sleep(10 * time.Hour); synctest.Wait() })
		if n := d.provider.refreshes; n < 20 || n > 60 {
			t.Errorf("%d tries in ten hours without a network", n)
		}
	})
}

// An outage brings the refreshes of many desktops together. The next refresh of each comes when it would have come
// without the outage, so that those are not together too.
func TestAnOutageDoesNotMoveTheNextTurn(t *testing.T) {
	for range 5 {
		synctest.Test(t, func(t *testing.T) {
			d := signedIn(t)
			const outage = 15 * time.Minute
			var tries []time.Time
			d.provider.refresh = func(context.Context) error {
				tries = append(tries, time.Now())
				if time.Since(tries[0]) < outage {
					return errDown
				}
				return nil
			}
			run(t, d, func() { time.Sleep(4 * time.Hour); synctest.Wait() })
			i := slices.IndexFunc(tries, func(at time.Time) bool { return at.Sub(tries[0]) >= outage })
			if i < 1 || i+1 >= len(tries) {
				t.Fatalf("tries at %v", tries)
			}
			// Of an hour, the last quarter before the last minute.
			if later := tries[i+1].Sub(tries[0]); later < 44*time.Minute || later > 59*time.Minute+2*time.Second {
				t.Errorf("the next refresh came %s after the first try of the one before", later)
			}
		})
	}
}

// A look at the window refreshes a due session at once, also after a failed try and after sleep.
func TestAPersonsSignBringsTheNextTryForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		answer := func(f func(context.Context) error) {
			d.provider.mu.Lock()
			defer d.provider.mu.Unlock()
			d.provider.refresh, d.provider.refreshes = f, 0
		}
		tries := func() int {
			synctest.Wait()
			d.provider.mu.Lock()
			defer d.provider.mu.Unlock()
			return d.provider.refreshes
		}
		answer(func(context.Context) error { return errDown })
		run(t, d, func() {
			time.Sleep(3 * time.Hour)
			answer(nil)
			for range 2 {
				d.Wake()
				end := time.Now().Add(nudged)
				for time.Now().Before(end) && tries() == 0 {
					time.Sleep(100 * time.Millisecond)
				}
			}
			if n := tries(); n != 1 || d.Snapshot().Health != account.HealthFresh {
				t.Errorf("%d tries, %s", n, d.Snapshot().Health)
			}
			answer(func(context.Context) error { return &session.RetryError{After: time.Hour, Err: errors.New("429")} })
			for tries() == 0 {
				time.Sleep(time.Minute)
			}
			time.Sleep(58 * time.Minute)
			answer(nil)
			d.Wake()
			if n := tries(); n != 0 {
				t.Errorf("%d tries before the time that the provider asked for", n)
			}
		})
	})
}

// nudged is the shortest time between two tries that a look at the window starts, and a little more.
const nudged = 31 * time.Second

func TestASleptThroughRefreshWaitsForSomebodyOrItsTurn(t *testing.T) {
	for name, looks := range map[string]bool{"nobody looks": false, "somebody looks": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := signedIn(t)
				run(t, d, synctest.Wait)
				time.Sleep(3 * time.Hour) // while it does not run: as a machine that sleeps
				run(t, d, func() {
					time.Sleep(time.Second)
					if looks {
						d.Wake()
					}
					synctest.Wait()
					d.provider.mu.Lock()
					n := d.provider.refreshes
					d.provider.mu.Unlock()
					if (n == 1) != looks {
						t.Errorf("%d refreshes a second after the sleep", n)
					}
					time.Sleep(90 * time.Minute)
					synctest.Wait()
					d.provider.mu.Lock()
					defer d.provider.mu.Unlock()
					if d.provider.refreshes == 0 {
						t.Error("no refresh an hour and a half after the sleep")
					}
				})
			})
		})
	}
}

// When the network comes back, a refresh that waits for its backoff is tried at once. A wait that the provider has
// asked for is kept, and a fresh session is not refreshed.
func TestBackOnlineIsTriedAtOnce(t *testing.T) {
	for what, c := range map[string]struct {
		after time.Duration
		want  int // refreshes, a second after coming back
	}{"the network was down": {0, 1}, "the provider is busy": {time.Hour, 0}} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := signedIn(t)
				run(t, d, func() {
					d.provider.refresh = func(context.Context) error {
						return &session.RetryError{After: c.after, Err: errors.New("down")}
					}
					for d.Snapshot().Health != account.HealthOffline {
						time.Sleep(time.Minute)
					}
					d.provider.mu.Lock()
					before := d.provider.refreshes
					d.provider.mu.Unlock()
					d.Online()
					time.Sleep(time.Second)
					synctest.Wait()
					d.provider.mu.Lock()
					defer d.provider.mu.Unlock()
					if got := d.provider.refreshes - before; got != c.want {
						t.Errorf("%d tries, want %d", got, c.want)
					}
				})
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		d := signedIn(t)
		run(t, d, func() {
			for range 50 {
				d.Online()
			}
			time.Sleep(time.Second)
			synctest.Wait()
		})
		if d.provider.refreshes != 0 {
			t.Errorf("%d refreshes of a fresh session", d.provider.refreshes)
		}
	})
}
