package signintest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"app.latchkey/signin"
	"app.latchkey/signin/signintest"
)

// Shop is the program under test: it asks an API as the person who is signed in.
type Shop struct {
	api   string
	calls *http.Client
}

// Orders returns what the API says.
func (s *Shop) Orders(ctx context.Context) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.api, nil)
	if err != nil {
		return "", err
	}
	answer, err := s.calls.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	return fmt.Sprintf("%d %s", answer.StatusCode, text), err
}

// A team's own test: an expiry, an outage of the provider, and the end of the session.
func TestTheShopThroughADay(t *testing.T) {
	provider := signintest.NewProvider(t)
	api := provider.API(t,
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "two orders") }))
	client := provider.Client(t)
	shop := &Shop{api.URL, client.HTTPClient(api.URL)}

	ask := func() string {
		t.Helper()
		got, err := shop.Orders(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := ask(); got != "200 two orders" {
		t.Errorf("in the morning: %s", got)
	}
	provider.Advance(time.Hour)
	if got := ask(); got != "200 two orders" {
		t.Errorf("after the token's expiry: %s", got)
	}
	provider.SetOutage(true)
	if got := ask(); got != "200 two orders" {
		t.Errorf("the token at hand still lives: %s", got)
	}
	provider.Advance(time.Hour)
	if _, err := shop.Orders(t.Context()); !errors.Is(err, signin.ErrOffline) || errors.Is(err, signin.ErrSignedOut) {
		t.Errorf("during the outage: %v", err)
	}
	provider.SetOutage(false)
	provider.EndSessions()
	if _, err := shop.Orders(t.Context()); !errors.Is(err, signin.ErrSessionEnded) {
		t.Errorf("after the administrator has ended the session: %v", err)
	}
	if _, err := client.SignIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ask(); got != "200 two orders" {
		t.Errorf("signed in again: %s", got)
	}
}

func TestClientIsSignedIn(t *testing.T) {
	account, err := signintest.Client(t).Account(t.Context())
	if err != nil || account.Name != "Ada" {
		t.Errorf("%+v, %v", account, err)
	}
}
