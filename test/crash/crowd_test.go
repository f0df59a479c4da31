//go:build linux

package crash

import (
	"sync"
	"testing"
	"time"

	"app.latchkey/test/idp"
)

// TestTwentyProcessesRefreshOnce asks for a token in twenty processes at once, over
// several expiries, of a provider that ends the family when a refresh token is used
// again.
func TestTwentyProcessesRefreshOnce(t *testing.T) {
	const processes = 20
	expiries := number(t, "CRASH_EXPIRIES", 4)
	p := idp.Start(t, idp.Config{Lifetime: 3 * time.Second})
	d := newPerson(t, program(t), keychain(t), "ada", p)
	d.must(t, "signin")
	for n := range expiries {
		before := p.Refreshes()
		d.untilDue()
		began := time.Now()
		var wait sync.WaitGroup
		for range processes {
			wait.Go(func() {
				if r := d.run(t, "token"); r.code != 0 {
					t.Errorf("%v", r)
				}
			})
		}
		wait.Wait()
		// On a slow machine the new token may expire meanwhile; then a second refresh is right.
		if made := p.Refreshes() - before; made < 1 || made > 1 && time.Since(began) < 2*time.Second {
			t.Errorf("expiry %d: %d refreshes within %s", n, made, time.Since(began))
		}
	}
	if p.Reused() > 0 || p.Early() > 0 {
		t.Errorf("%d refresh tokens were used again, %d refreshes were not due", p.Reused(), p.Early())
	}
}
