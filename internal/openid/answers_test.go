package openid_test

import (
	"net/http"
	"strings"
	"testing"

	"app.latchkey/internal/problem"
	"app.latchkey/internal/session"
)

// An answer that arrived and is wrong is told as the provider's, not as the network's.
func TestABrokenAnswerIsTheProviders(t *testing.T) {
	broken := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte(text))
		}
	}
	const corrupt = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff"
	jwks := func(text string) lies { return lies{serve: at("/jwks", body("application/json", 200, text))} }
	for name, c := range map[string]struct {
		lies lies
		code string
	}{
		"a key set that is a list":    {jwks(`[]`), "keys_unreadable"},
		"a key set that is a text":    {jwks(`"x"`), "keys_unreadable"},
		"a key set without keys":      {jwks(`{}`), "keys_unreadable"},
		"keys in no gzip":             {lies{serve: at("/jwks", broken(`{"keys":[]}`))}, "keys_unreadable"},
		"keys in a broken gzip":       {lies{serve: at("/jwks", broken(corrupt))}, "keys_unreadable"},
		"tokens in no gzip":           {lies{serve: at("/token", broken(`{"access_token":"a"}`))}, "bad_answer"},
		"discovery in a broken gzip":  {lies{serve: at(discoveryPath, broken(corrupt))}, "bad_answer"},
		"a token that is a number":    {lies{token: put("access_token", 7)}, "bad_answer"},
		"a token that is a list":      {lies{token: put("access_token", []string{"a"})}, "bad_answer"},
		"a token that is an object":   {lies{token: put("access_token", claims{"a": 1})}, "bad_answer"},
		"a token that is true":        {lies{token: put("access_token", true)}, "bad_answer"},
		"no token":                    {lies{token: drop("access_token")}, "bad_answer"},
		"a token answer that is list": {lies{serve: at("/token", body("application/json", 200, `[]`))}, "bad_answer"},
	} {
		t.Run(name, func(t *testing.T) {
			c2, _ := newOP(t, c.lies).client()
			_, err := signIn(t, c2, session.SignInRequest{})
			p := problem.From(err, "Acme ID")
			words := strings.ToLower(p.Title + p.Message + p.Hint + p.Admin)
			if p.Code != c.code || strings.Contains(words, "network") || strings.Contains(words, "reached") ||
				strings.Contains(words, "hotel") {
				t.Errorf("%s: %s (%v)", p.Code, words, err)
			}
		})
	}
}
