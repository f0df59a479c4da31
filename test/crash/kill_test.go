//go:build linux

package crash

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"app.latchkey/test/idp"
)

// workers is how many homes the test works on side by side.
const workers = 4

// TestNoKillLosesASession kills the program with SIGKILL at random moments of
// sign-in, refresh and sign-out: CRASH_KILLS times, 40 by itself. Only a kill that
// struck a running program counts.
func TestNoKillLosesASession(t *testing.T) {
	kills := number(t, "CRASH_KILLS", 40)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	p := idp.Start(t, idp.Config{Lifetime: time.Second, Grace: 10 * time.Minute, Delay: 15 * time.Millisecond})
	ctl, address := program(t), keychain(t)
	// All homes share one keychain. Its key must exist before the workers begin, since each home has a lock of its own.
	newPerson(t, ctl, address, "first", p).must(t, "signin")
	var mu sync.Mutex
	tally := map[string]int{}
	t.Run("desks", func(t *testing.T) {
		for n := range workers {
			share := kills / workers
			if n < kills%workers {
				share++
			}
			t.Run(strconv.Itoa(n), func(t *testing.T) {
				t.Parallel()
				k := &killer{
					person: newPerson(t, ctl, address, fmt.Sprint("person-", n), p),
					random: rand.New(rand.NewPCG(seed, uint64(n))),
				}
				k.learn(t)
				for done := 0; done < share; {
					what, struck := k.strike(t)
					k.whole(t)
					if struck {
						done++
						mu.Lock()
						tally[what]++
						mu.Unlock()
					}
				}
			})
		}
	})
	t.Logf("killed in the midst of: %v", tally)
	if total := tally["sign-in"] + tally["refresh"] + tally["sign-out"]; !t.Failed() &&
		(total != kills || len(tally) != 3) {
		t.Errorf("%d kills of all three kinds were to be made: %v", kills, tally)
	}
	if n := p.Reused(); n > 0 {
		t.Errorf("%d refresh tokens were used again", n)
	}
}

// killer kills the programs of one person, who is signed in between the kills.
type killer struct {
	*person
	random *rand.Rand
	took   map[string]time.Duration // by an operation that was not killed
	n      int
}

// learn measures each operation once, and leaves the person signed in.
func (k *killer) learn(t *testing.T) {
	k.took = map[string]time.Duration{}
	measure := func(what string, args ...string) {
		began := time.Now()
		k.must(t, args...)
		k.took[what] = time.Since(began)
	}
	measure("sign-in", "signin")
	k.untilDue()
	measure("refresh", "token")
	measure("sign-out", "signout")
	k.must(t, "signin")
}

// strike kills one operation and checks that nothing is lost by it. It reports
// whether the program was still running when it was killed.
func (k *killer) strike(t *testing.T) (string, bool) {
	t.Helper()
	k.n++
	switch k.n % 3 {
	case 0:
		return "sign-out", k.strikeSignOut(t)
	case 1:
		k.untilDue()
		r := k.killed(t, moment(k.random, k.took["refresh"]), "token")
		k.must(t, "token") // the session goes on, if necessary by the provider's grace period
		return "refresh", r.killed
	}
	r := k.killed(t, moment(k.random, k.took["sign-in"]), "signin")
	k.must(t, "token") // the session before, or the new one
	return "sign-in", r.killed
}

// strikeSignOut demands that the person is signed in as before, or signed out for
// good; and that a sign-out which is finished later leaves nothing alive.
func (k *killer) strikeSignOut(t *testing.T) bool {
	t.Helper()
	access := k.must(t, "token")
	r := k.killed(t, moment(k.random, k.took["sign-out"]), "signout")
	switch status := k.run(t, "status"); status.code {
	case 0:
		k.must(t, "token")
	case 3:
	default:
		t.Fatalf("%s: status after a killed sign-out: %v", k.sub, status)
	}
	k.must(t, "signout")
	if status := k.run(t, "status"); status.code != 3 {
		t.Fatalf("%s: status after the sign-out was finished: %v", k.sub, status)
	}
	if !k.p.Ended(access) {
		t.Errorf("%s: the session was forgotten here and lives on at the provider", k.sub)
	}
	k.must(t, "signin")
	return r.killed
}
