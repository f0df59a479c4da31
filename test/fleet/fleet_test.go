// Package fleet simulates a working day of thousands of desktops in the fake time of testing/synctest. Each desktop is
// the product's own account, client, store and timers. Together they must not overload the provider.
//
// It touches nothing: network, browser and disk are simulated.
package fleet

import (
	"context"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"app.latchkey/internal/account"
)

var (
	desktops = flag.Int("desktops", 500, "how many desktops; the goal is stated for 10,000")
	figures  = flag.String("figures", "", "folder that the table and the plot are written to")
)

// morning is nine o'clock, when a bubble's time begins.
var morning = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// since is the time since nine o'clock.
func since() time.Duration { return time.Since(morning) }

// span is a part of the day, as times since nine o'clock.
type span struct{ from, to time.Duration }

func (s span) holds(at time.Duration) bool { return at >= s.from && at < s.to }

// day is what happens to the network and the provider during the day.
type day struct {
	outage, busy span // the provider cannot be reached; takes few refreshes a minute
	end          time.Duration
	limit, few   int // refreshes a minute: always, and while busy
}

func (d day) limitAt(at time.Duration) int {
	if d.busy.holds(at) {
		return d.few
	}
	return d.limit
}

// expected is about how many refreshes a minute so many desktops need: each one every 51.5 minutes, between 15 minutes
// before the token is due and the minute at which it is.
func expected(n int) float64 { return float64(n) / 51.5 }

func workingDay(n int) day {
	return day{
		outage: span{2 * time.Hour, 2*time.Hour + 10*time.Minute},
		busy:   span{6 * time.Hour, 6*time.Hour + 20*time.Minute},
		end:    9 * time.Hour,
		limit:  int(3 * expected(n)), few: int(expected(n) / 2),
	}
}

// lunch is when a desktop sleeps: lids are closed about noon, for half an hour to
// an hour and a quarter.
func lunch() span {
	from := 3*time.Hour + time.Duration(rand.Int64N(int64(10*time.Minute)))
	return span{from, from + 30*time.Minute + time.Duration(rand.Int64N(int64(45*time.Minute)))}
}

func TestFleet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := *desktops
		d := workingDay(n)
		m, err := newModel(d)
		if err != nil {
			t.Fatal(err)
		}
		fleet := make([]*desktop, n)
		ctx, stop := context.WithTimeout(t.Context(), d.end)
		defer stop()
		var living sync.WaitGroup
		for i := range fleet {
			if fleet[i], err = newDesktop(m, lunch()); err != nil {
				t.Fatal(err)
			}
			living.Go(func() {
				if err := fleet[i].live(ctx, time.Duration(rand.Int64N(int64(time.Minute)))); err != nil {
					t.Error(err)
				}
			})
		}
		living.Wait()
		for _, one := range fleet {
			if s := one.account.Snapshot(); s.Phase != account.PhaseSignedIn {
				t.Errorf("a desktop is %s: %v", s.Phase, s.Err)
			}
		}
		if m.reused > 0 {
			t.Errorf("%d spent refresh tokens came again", m.reused)
		}
		r := report(n, d, m.refreshs)
		t.Log("\n" + r.table())
		for _, f := range r.figures {
			if f.got > f.most*r.chance() {
				t.Errorf("%s: %.2f, at most %.2f", f.what, f.got, f.most*r.chance())
			}
		}
		if *figures == "" {
			return
		}
		for name, text := range map[string]string{"fleet.md": r.table(), "fleet.svg": r.plot()} {
			if err := os.WriteFile(filepath.Join(*figures, name), []byte(text), 0o600); err != nil {
				t.Error(err)
			}
		}
	})
}
