package openid

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"app.latchkey/internal/provider"
)

// What any page can send to the redirect URI.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"code=C&state=S&iss=https://id.example", "code=C&state=S", "code=C&code=D&state=S&iss=https://id.example",
		"error=access_denied&error_description=%E2%80%AEno&state=S&iss=https://id.example", "code=C&error=x&state=S&iss=https://id.example",
		"code=C&state=T&iss=https://id.example", "code=C&state=S&iss=https://evil.example", "state=S&iss=https://id.example&code=", "%",
	} {
		f.Add(seed)
	}
	c, err := New(provider.Provider{Issuer: "https://id.example", ClientID: "desk"}, Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, query string) {
		v, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		code, err := c.checkAnswer(Metadata{AnswerNamesIssuer: true}, "S", v)
		if err == nil {
			for name, values := range v {
				if len(values) != 1 {
					t.Errorf("%s stood %d times", name, len(values))
				}
			}
			if code == "" || code != v.Get("code") || v.Get("state") != "S" || v.Get("iss") != "https://id.example" || v.Has("error") {
				t.Errorf("believed: %q", query)
			}
			return
		}
		var answer *AnswerError
		if errors.As(err, &answer) && (answer.Kind == nil || strings.ContainsFunc(answer.Description, func(r rune) bool { return !unicode.IsPrint(r) }) || len([]rune(answer.Description)) > 201) {
			t.Errorf("not fit to be shown: %q", answer.Description)
		}
	})
}

// What an ID token or userinfo can say.
func FuzzClaims(f *testing.F) {
	for _, seed := range []string{
		`{"sub":"ada","aud":["desk"],"exp":1e9,"email_verified":"true"}`, `{"sub":"a","sub":"b"}`, `{"SUB":"ada"}`, `{"aud":[1]}`,
		`{"exp":-1e400}`, `{"sub":"ada"}{}`, `[]`, `null`, `{"sub":null}`, "{\"\xff\":1}", `{"a":{"a":1,"a":2}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := parseObject(data)
		if err != nil {
			if !errors.Is(err, ErrDocument) && !errors.Is(err, ErrDoubledClaim) {
				t.Errorf("no sentinel: %v", err)
			}
			return
		}
		if !json.Valid(data) {
			t.Error("believed what is no JSON")
		}
		var folded map[string]json.RawMessage
		if json.Unmarshal(data, &folded) != nil || len(folded) != len(o) {
			t.Errorf("%d members, encoding/json finds %d", len(o), len(folded))
		}
		_, _ = o.date("exp")
		_, _ = o.texts("aud")
		p := profile(o, o, "subject")
		if p.Name == "" || p.EmailVerified && p.Email == "" {
			t.Errorf("%+v", p)
		}
	})
}
