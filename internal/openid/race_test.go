package openid_test

import (
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"app.latchkey/internal/session"
)

// jwks_uri changes while a person is at the browser: the ID token and a signed
// userinfo are verified with keys that another goroutine has just replaced. The race
// detector watches.
func TestKeysMoveWhileTokensAreVerified(t *testing.T) {
	p := newOP(t, lies{})
	var asked, days atomic.Int64
	p.now = func() time.Time { return time.Now().Add(time.Duration(days.Load()) * 25 * time.Hour) }
	c, _ := p.client()
	p.lies.discovery = func(d claims) { d["jwks_uri"] = fmt.Sprintf("%s/jwks?day=%d", p.site.URL, asked.Add(1)) }
	p.lies.answer = func(url.Values) {
		days.Add(1)
		moved := make(chan struct{})
		go func() {
			defer close(moved)
			_, _ = c.Discover(t.Context())
		}()
		<-moved
	}
	p.lies.idToken = func(id claims) { id["exp"], id["iat"] = p.now().Add(time.Hour).Unix(), p.now().Unix() }
	p.lies.serve = at("/userinfo", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/jwt")
		_, _ = w.Write([]byte(p.sign(claims{"iss": p.site.URL, "sub": "ada", "aud": "desk", "name": "Ada"})))
	})
	for range 3 {
		if _, err := signIn(t, c, session.SignInRequest{}); err != nil {
			t.Fatal(err)
		}
	}
	if asked.Load() < 4 {
		t.Errorf("the document was fetched %d times", asked.Load())
	}
}
