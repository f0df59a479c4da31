package openid_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/session"
)

// A provider that stays silent at one of its endpoints costs a sign-in one time limit there.
func TestASilentProviderCostsASignInOneTimeLimit(t *testing.T) {
	for path, method := range map[string]string{"/token": "POST ", "/jwks": "GET "} {
		t.Run(path, func(t *testing.T) {
			p := newOP(t, lies{})
			done := make(chan struct{})
			p.lies.serve = at(path, func(http.ResponseWriter, *http.Request) { <-done })
			p.patience = 200 * time.Millisecond
			client, _ := p.client()
			_, err := signIn(t, client, session.SignInRequest{})
			if !errors.Is(err, openid.ErrTimeout) {
				t.Errorf("%v", err)
			}
			if n := p.count(method + path); n != 1 {
				t.Errorf("asked %d times", n)
			}
			close(done)
		})
	}
}

// Two callers of one moment share a discovery that fails.
func TestASilentDiscoveryIsAskedOnceForTwo(t *testing.T) {
	p := newOP(t, lies{})
	done, asked := make(chan struct{}), make(chan struct{}, 2)
	p.lies.serve = at(discoveryPath, func(http.ResponseWriter, *http.Request) { asked <- struct{}{}; <-done })
	p.patience = 500 * time.Millisecond
	client, _ := p.client()
	var both sync.WaitGroup
	ask := func() {
		if _, err := client.Discover(t.Context()); !errors.Is(err, openid.ErrTimeout) {
			t.Errorf("%v", err)
		}
	}
	both.Go(ask)
	<-asked
	both.Go(ask)
	both.Wait()
	close(done)
	if n := p.count("GET " + discoveryPath); n != 1 {
		t.Errorf("asked %d times", n)
	}
}
