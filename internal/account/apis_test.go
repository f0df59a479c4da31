package account_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
)

// withAPIs returns a manager with which Ada has signed in, whose settings name these APIs, each with one origin.
func withAPIs(t *testing.T, origins map[string]string) *testManager {
	t.Helper()
	p := newProvider()
	for name, origin := range origins {
		p.apis = append(p.apis, account.API{Name: name, Origins: []string{origin}, Asked: "asked for " + name})
	}
	d := newManager(p, newSealer())
	if err := errors.Join(d.Restore(t.Context()), d.SignIn(t.Context(), session.SignInRequest{})); err != nil {
		t.Fatal(err)
	}
	return d
}

func apiTokenOf(t *testing.T, d *testManager, api string) string {
	t.Helper()
	got, err := d.APIToken(t.Context(), api)
	if err != nil {
		t.Fatal(err)
	}
	return got.Access.Reveal()
}

func TestTheTokenIsChosenByTheOrigin(t *testing.T) {
	orders, bills, own, stranger := newAPI(t), newAPI(t), newAPI(t), newAPI(t)
	d := withAPIs(t, map[string]string{"orders": orders.URL, "bills": bills.URL})
	named := client(t, d, orders.URL, own.URL)
	for range 2 { // the second time nothing is asked for
		for at, want := range map[string]string{
			orders.URL: "for orders2", own.URL: "for AT1", bills.URL: "for ", stranger.URL: "for ",
		} {
			if _, got := fetch(t, named, "GET", at, nil); got != want {
				t.Errorf("%s: %q, want %q", at, got, want)
			}
		}
	}
	if _, got := fetch(t, client(t, d), "GET", bills.URL, nil); got != "for bills3" {
		t.Errorf("a client without origins: %q", got)
	}
	if _, got := fetch(t, client(t, d), "GET", own.URL, nil); got != "for " {
		t.Errorf("an origin that nobody named got %q", got)
	}
	if !slices.Equal(d.provider.asked, []string{"orders", "bills"}) {
		t.Errorf("asked for %v", d.provider.asked)
	}
	// What another process has asked for is in the vault, and it is sealed with the session.
	if got := apiTokenOf(t, newRestored(t, d), "orders"); got != "orders2" {
		t.Errorf("another process: %q", got)
	}
	if _, err := d.APIToken(t.Context(), "none"); !errors.Is(err, account.ErrNoAPI) {
		t.Errorf("an API that the settings do not name: %v", err)
	}
	if _, err := signedIn(t).Client(); !errors.Is(err, account.ErrOrigin) {
		t.Errorf("no origins and no APIs: %v", err)
	}
}

func TestAnAPIsTokenFollowsNoRedirectToAnotherAPI(t *testing.T) {
	orders, bills := newAPI(t), newAPI(t)
	d := withAPIs(t, map[string]string{"orders": orders.URL, "bills": bills.URL})
	orders.to = bills.URL + "/here"
	if _, got := fetch(t, client(t, d), "GET", orders.URL+"/away", nil); got != "for " {
		t.Errorf("the other API got %q", got)
	}
}

func TestAnAPIsTokenIsReplacedWhenDueAndAfterA401(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := withAPIs(t, map[string]string{"orders": "https://orders.example"})
		first := apiTokenOf(t, d, "orders")
		refused := account.Token{API: "orders"}
		got, err := d.Renew(t.Context(), refused)
		if err != nil || got.Access.Reveal() == first || got.API != "orders" {
			t.Errorf("after a 401: %v %v", got.Access.Reveal(), err)
		}
		second := apiTokenOf(t, d, "orders")
		refused.Access = mustToken(t, d, "orders").Access
		if got, err := d.Renew(t.Context(), account.Token{API: "orders", Access: account.Token{}.Access}); err != nil ||
			got.Access.Reveal() == second {
			t.Errorf("whatever is at hand: %v %v", got.Access.Reveal(), err)
		}
		asked := len(d.provider.asked)
		if got, err := d.Renew(t.Context(), refused); err != nil || got.Access.Equal(refused.Access) ||
			len(d.provider.asked) != asked {
			t.Errorf("a late caller with an old token: %v after %d requests", err, len(d.provider.asked)-asked)
		}
		third := apiTokenOf(t, d, "orders")
		time.Sleep(59*time.Minute + 30*time.Second)
		if got := apiTokenOf(t, d, "orders"); got == third {
			t.Error("it was due")
		}
	})
}

func mustToken(t *testing.T, d *testManager, api string) account.Token {
	t.Helper()
	got, err := d.APIToken(t.Context(), api)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Two processes with many callers each: the refresh token rotates at every request, and using one twice would end the
// session.
func TestRotationHoldsForTokensOfAPIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := withAPIs(t, map[string]string{"orders": "https://orders.example", "bills": "https://bills.example"})
		other := newRestored(t, d)
		time.Sleep(2 * time.Hour)
		var wg sync.WaitGroup
		for i := range 40 {
			at := []*testManager{d, other}[i%2]
			wg.Go(func() {
				_, err := at.APIToken(t.Context(), []string{"orders", "bills"}[i/2%2])
				if i%5 == 0 {
					_, err = at.Token(t.Context())
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if d.provider.refreshes != 1 || len(d.provider.asked) != 2 {
			t.Errorf("%d refreshes, asked for %v", d.provider.refreshes, d.provider.asked)
		}
		kept, _ := d.sealer.book(t).Current()
		if kept.Tokens.Refresh.Reveal() != d.provider.good["ada"] || !kept.Unanswered.IsZero() {
			t.Errorf("the vault has %s, good is %s", kept.Tokens.Refresh.Reveal(), d.provider.good["ada"])
		}
	})
}

// Each account has its own tokens for the APIs.
func TestOneAccountsTokensChangeNoOther(t *testing.T) {
	d := withAPIs(t, map[string]string{"orders": "https://orders.example"})
	adas := apiTokenOf(t, d, "orders")
	d.provider.who = "bob"
	if err := d.SignIn(t.Context(), session.SignInRequest{}); err != nil {
		t.Fatal(err)
	}
	bobs := apiTokenOf(t, d, "orders")
	if got, err := d.APITokenOf(t.Context(), key("ada"), "orders"); err != nil || got.Access.Reveal() != adas ||
		bobs == adas {
		t.Errorf("ada's is %q and was %q, bob's %q: %v", got.Access.Reveal(), adas, bobs, err)
	}
	if _, err := d.SignOut(t.Context(), key("bob"), account.ScopeTokens); err != nil {
		t.Fatal(err)
	}
	if s, _ := d.sealer.book(t).Find(key("ada")); s.APIs["orders"].Tokens.Access.Reveal() != adas {
		t.Error("bob's sign-out took ada's token")
	}
	if n := len(d.provider.asked); n != 2 {
		t.Errorf("asked %d times", n)
	}
}

func TestARefusedAPIEndsNoSession(t *testing.T) {
	refuse := func(code string, doubted bool) error {
		return &session.APIError{API: "orders", Doubted: doubted, Err: errors.New(code)}
	}
	for name, c := range map[string]struct {
		err                   error
		asked, refreshes, end int
	}{
		"invalid_target": {err: refuse("invalid_target", false), asked: 1},
		"invalid_grant":  {err: refuse("invalid_grant", true), asked: 2, refreshes: 1},
		"a false ID token": {
			err: fmt.Errorf("%w: %w", session.ErrEnded, session.ErrFalse), asked: 1, end: 1,
		},
		"the network": {err: errDown, asked: 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { refusedAPI(t, c.err, c.asked, c.refreshes, c.end) })
		})
	}
}

func refusedAPI(t *testing.T, refusal error, asked, refreshes, end int) {
	d := withAPIs(t, map[string]string{"orders": "https://orders.example"})
	d.provider.forAPI = func(session.Session, string) error { return refusal }
	for range 2 { // the second time the refusal is remembered
		if _, err := d.APIToken(t.Context(), "orders"); !errors.Is(err, refusal) && end == 0 {
			t.Errorf("%v", err)
		}
	}
	if len(d.provider.asked) != asked || d.provider.refreshes != refreshes {
		t.Errorf("asked %d times, %d refreshes", len(d.provider.asked), d.provider.refreshes)
	}
	if live := d.Snapshot().Phase == account.PhaseSignedIn; live != (end == 0) {
		t.Errorf("signed in: %t", live)
	}
	if end != 0 {
		return
	}
	if s := d.Snapshot(); s.Health != account.HealthFresh || s.Err != nil {
		t.Errorf("%s %v", s.Health, s.Err)
	}
	if got, err := d.Token(t.Context()); err != nil || got.Access.IsZero() {
		t.Errorf("its own token: %v", err)
	}
	d.provider.forAPI = nil // after another sign-in it is asked for again
	time.Sleep(time.Second)
	if err := d.SignIn(t.Context(), session.SignInRequest{}); err != nil {
		t.Fatal(err)
	}
	apiTokenOf(t, d, "orders")
}

// The provider has ended the session, and a request for an API's token is the first to notice.
func TestAnEndedSessionIsFoundByARequestForAnAPI(t *testing.T) {
	d := withAPIs(t, map[string]string{"orders": "https://orders.example"})
	d.provider.good["ada"] = "another"
	if _, err := d.APIToken(t.Context(), "orders"); !errors.Is(err, account.ErrSessionEnded) {
		t.Fatalf("%v", err)
	}
	kept, _ := d.sealer.book(t).Current()
	if kept.Ended != session.EndedRefused || len(kept.APIs) != 0 || d.Snapshot().Phase != account.PhaseSignedOut {
		t.Errorf("%+v", kept)
	}
}

func TestATokenOfOtherSettingsIsNotUsed(t *testing.T) {
	d := withAPIs(t, map[string]string{"orders": "https://orders.example"})
	apiTokenOf(t, d, "orders")
	d.provider.apis[0].Asked = "asked for orders in another way"
	_, _ = newRestored(t, d).APIToken(t.Context(), "orders")
	if n := len(d.provider.asked); n != 2 {
		t.Errorf("asked %d times", n)
	}
}

// A token whose session could not be stored is given to nobody, because the previous refresh token is already spent.
func TestAnAPIsTokenThatCannotBeStoredIsNotGiven(t *testing.T) {
	d := withAPIs(t, map[string]string{"orders": "https://orders.example"})
	full := errors.New("disk full")
	d.provider.forAPI = func(session.Session, string) error {
		d.sealer.fault(func(s *sealer) { s.saveErr = full })
		return nil
	}
	if got, err := d.APIToken(t.Context(), "orders"); !errors.Is(err, full) || !got.Access.IsZero() {
		t.Fatalf("%v", err)
	}
	d.provider.forAPI = nil
	d.sealer.fault(func(s *sealer) { s.saveErr = nil })
	if got := apiTokenOf(t, d, "orders"); !strings.HasPrefix(got, "orders") {
		t.Errorf("space again: %q", got)
	}
	if kept, _ := d.sealer.book(t).Current(); kept.Tokens.Refresh.Reveal() != d.provider.good["ada"] {
		t.Error("the rotated token was lost")
	}
}

func TestASignOutRevokesTheTokensOfAPIsToo(t *testing.T) {
	d := withAPIs(t, map[string]string{"orders": "https://orders.example"})
	apiTokenOf(t, d, "orders")
	d.provider.revoke = func() (session.EndingOutcome, error) { return session.EndingPending, errDown }
	if _, err := d.SignOut(t.Context(), session.Key{}, account.ScopeTokens); err != nil {
		t.Fatal(err)
	}
	if left := d.sealer.book(t).Revoke; len(left) != 1 || len(left[0].APIs) != 1 ||
		left[0].APIs[0].Reveal() != "orders2" {
		t.Errorf("%+v", left)
	}
}

func TestNobodySignedInGetsNoAPIsToken(t *testing.T) {
	p := newProvider()
	p.apis = []account.API{{Name: "orders", Origins: []string{"https://orders.example"}}}
	d := newManager(p, newSealer())
	if err := d.Restore(t.Context()); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://orders.example/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client(t, d).Do(req); !errors.Is(err, account.ErrNobody) {
		t.Errorf("%v", err)
	}
}
