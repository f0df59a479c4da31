package openid_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"app.latchkey/internal/session"
)

// jwks_uri changes, a day later, while a sign-in verifies its ID token and a signed userinfo. The race detector watches
// the keys. The test does not wait for the discovery that replaces them, since the wait would hide a race.
func TestKeysMoveWhileTokensAreVerified(t *testing.T) {
	p := newOP(t, lies{})
	var asked, days atomic.Int64
	var moving sync.WaitGroup
	p.now = func() time.Time { return time.Now().Add(time.Duration(days.Load()) * 25 * time.Hour) }
	c, r := p.client()
	p.lies.discovery = func(d claims) { d["jwks_uri"] = fmt.Sprintf("%s/jwks?day=%d", p.site.URL, asked.Add(1)) }
	move := func() {
		days.Add(1)
		moving.Go(func() { _, _ = c.Discover(t.Context()) })
	}
	p.lies.idToken = func(id claims) {
		id["exp"], id["iat"] = p.now().Add(72*time.Hour).Unix(), time.Now().Unix()
		move()
	}
	p.lies.serve = at("/userinfo", func(w http.ResponseWriter, _ *http.Request) {
		move()
		w.Header().Set("Content-Type", "application/jwt")
		_, _ = w.Write([]byte(p.sign(claims{"iss": p.site.URL, "sub": "ada", "aud": "desk", "name": "Ada"})))
	})
	for range 40 {
		if _, err := signIn(t, c, session.SignInRequest{}); err != nil {
			t.Fatal(err)
		}
		<-r.finished
	}
	moving.Wait()
	if asked.Load() < 10 {
		t.Errorf("the document was fetched %d times", asked.Load())
	}
}
