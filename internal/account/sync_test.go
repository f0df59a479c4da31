package account_test

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
)

// remembered returns a manager with three accounts that has looked at its vault.
func remembered(t *testing.T) *testManager {
	t.Helper()
	d := three(t)
	d.Sync(t.Context())
	if b := d.Sync(t.Context()); len(b.Sessions) != 0 {
		t.Fatal("an unchanged vault was decoded")
	}
	return d
}

// The background looks once a minute. While nothing has changed a look decodes nothing.
func TestALookAtAnUnchangedVaultDecodesNothing(t *testing.T) {
	d := remembered(t)
	before := d.Snapshot().Revision
	if n := testing.AllocsPerRun(100, func() { d.Sync(t.Context()) }); n != 0 || d.Snapshot().Revision != before {
		t.Errorf("%v allocations, revision %d after %d", n, d.Snapshot().Revision, before)
	}
}

// A vault that was changed, damaged or put back by somebody else is judged at every look.
func TestAVaultThatChangesBetweenTwoLooks(t *testing.T) {
	d := remembered(t)
	first := slices.Clone(d.sealer.data)
	if err := newRestored(t, d).Switch(t.Context(), key("ada")); err != nil {
		t.Fatal(err)
	}
	second := slices.Clone(d.sealer.data)
	for i, c := range []struct {
		stored []byte
		err    error
		shown  string
	}{
		{second, nil, "ada"}, {first, nil, "edsger"}, {[]byte(`{"v":1`), nil, "edsger"}, {second, nil, "ada"},
		{second, errors.New("changed by somebody else"), "ada"}, {first, nil, "edsger"}, {nil, nil, ""},
		{first, nil, "edsger"},
	} {
		d.sealer.fault(func(s *sealer) { s.data, s.loadErr = c.stored, c.err })
		for look := range 3 {
			d.Sync(t.Context())
			if got := d.Snapshot().Session.Key.Subject; got != c.shown {
				t.Errorf("%d, look %d: %q is shown, want %q", i, look, got, c.shown)
			}
		}
	}
}

// What is shown may be of another reading than the last look's: of the one that a switch has made. A look then decodes
// the vault again, also when the vault holds by now what the last look has found.
func TestALookAfterAnotherReading(t *testing.T) {
	d := remembered(t)
	first := slices.Clone(d.sealer.data)
	if _, err := newRestored(t, d).SignOut(t.Context(), key("ada"), account.ScopeDevice); err != nil {
		t.Fatal(err)
	}
	if err := d.Switch(t.Context(), key("ada")); !errors.Is(err, account.ErrNoAccount) {
		t.Fatalf("%v", err)
	}
	if s := d.Snapshot(); !slices.Equal(subjects(s), []string{"edsger", "grace"}) {
		t.Fatalf("%v", subjects(s))
	}
	d.sealer.fault(func(s *sealer) { s.data = first })
	d.Sync(t.Context())
	if s := d.Snapshot(); !slices.Equal(subjects(s), []string{"edsger", "ada", "grace"}) {
		t.Errorf("%v", subjects(s))
	}
}

// A limit is reached, and a revocation is tried again, although nothing in the vault changes meanwhile.
func TestWhatIsDueInAnUnchangedVault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProvider()
		p.lifetime, p.limits = 24*time.Hour, session.Limits{Max: 10 * time.Hour}
		d := newManager(p, newSealer())
		for i, who := range []string{"ada", "grace", "edsger"} {
			time.Sleep(time.Duration(i) * time.Hour)
			p.who = who
			if err := errors.Join(d.Restore(t.Context()), d.SignIn(t.Context(), session.SignInRequest{})); err != nil {
				t.Fatal(err)
			}
		}
		var asked atomic.Int64
		p.revoke = func() (session.EndingOutcome, error) {
			asked.Add(1)
			return session.EndingPending, errDown
		}
		run(t, d, func() {
			time.Sleep(7*time.Hour - time.Second)
			synctest.Wait()
			if s, _ := d.sealer.book(t).Find(key("ada")); s.Ended != "" {
				t.Errorf("a second before: %q", s.Ended)
			}
			time.Sleep(2 * time.Minute)
			synctest.Wait()
			if s, _ := d.sealer.book(t).Find(key("ada")); s.Ended != session.EndedMaximum || asked.Load() == 0 {
				t.Errorf("ada: %q, %d revocations", s.Ended, asked.Load())
			}
			if s := d.Snapshot(); s.Session.Key != key("edsger") {
				t.Errorf("%v is shown", s.Session.Key)
			}
			before := asked.Load()
			time.Sleep(3 * time.Minute)
			synctest.Wait()
			if n := asked.Load() - before; n != 3 {
				t.Errorf("%d revocations in three minutes", n)
			}
			time.Sleep(time.Hour) // grace
			synctest.Wait()
			if s, _ := d.sealer.book(t).Find(key("grace")); s.Ended != session.EndedMaximum {
				t.Errorf("grace: %q", s.Ended)
			}
		})
	})
}
