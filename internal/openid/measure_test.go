package openid_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
)

// with adds a member to a JSON object.
func with(object []byte, name, value string) []byte {
	return append([]byte(fmt.Sprintf("{%q:%s,", name, value)), bytes.TrimSpace(object)[1:]...)
}

// Claims that are too large are refused when they arrive: those of an ID token end the sign-in, those of userinfo are
// left out. Claims that are accepted can be stored and read again.
func TestClaimsWithoutMeasure(t *testing.T) {
	for name, c := range map[string]struct {
		claim string
		fits  bool
	}{
		"9,998 arrays":      {strings.Repeat("[", 9998) + strings.Repeat("]", 9998), false},
		"5,000 objects":     {strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000), false},
		"300,000 members":   {"[" + strings.Repeat("1,", 300_000) + "1]", false},
		"110,000 roles":     {"[" + strings.Repeat(`"r",`, 110_000) + `"r"]`, true},
		"600 KiB of <":      {`"` + strings.Repeat("<", 600<<10) + `"`, true},
		"99 arrays":         {strings.Repeat("[", 99) + strings.Repeat("]", 99), true},
		"brackets in texts": {`"` + strings.Repeat("[{", 5000) + `"`, true},
	} {
		ways := map[string]lies{
			"ID token": {payload: func(b []byte) []byte { return with(b, "odd", c.claim) }},
			"userinfo": {
				serve: at("/userinfo", body("application/json", 200, `{"sub":"ada","name":"Eve","odd":`+c.claim+`}`)),
			},
		}
		for way, l := range ways {
			checkMeasure(t, name+" in the "+way, newOP(t, l), way == "ID token", c.fits)
		}
		p := newOP(t, lies{})
		p.lies.serve = at("/userinfo", func(w http.ResponseWriter, _ *http.Request) {
			signed := &op{t: t, lies: lies{payload: func(b []byte) []byte { return with(b, "odd", c.claim) }}}
			w.Header().Set("Content-Type", "application/jwt")
			_, _ = w.Write([]byte(signed.sign(claims{"iss": p.site.URL, "aud": "desk", "sub": "ada", "name": "Eve"})))
		})
		checkMeasure(t, name+" in a signed userinfo", p, false, c.fits)
	}
}

// checkMeasure signs in and checks that the claims that were accepted can be stored.
func checkMeasure(t *testing.T, name string, p *op, ends, fits bool) {
	t.Helper()
	log := p.logs()
	client, _ := p.client()
	s, err := signIn(t, client, session.SignInRequest{})
	client.Close()
	switch {
	case ends && !fits:
		if !errors.Is(err, session.ErrTooLarge) || problem.From(err, "Acme ID").Code != "too_much" {
			t.Errorf("%s: %.300v", name, err)
		}
		return
	case err != nil:
		t.Errorf("%s: %.300v", name, err)
		return
	}
	if _, odd := s.Profile.Claims["odd"]; odd != fits || !fits &&
		(s.Profile.Name != "Ada" || !strings.Contains(log.String(), "userinfo.unusable")) {
		t.Errorf("%s: taken over %v, called %q", name, odd, s.Profile.Name)
	}
	data, err := session.Encode(session.Book{Sessions: []session.Session{s}})
	if err == nil {
		_, err = session.Decode(data)
	}
	if err != nil {
		t.Errorf("%s: cannot be stored: %v", name, err)
	}
}

// When ID token and userinfo together exceed the limit, userinfo is left out.
func TestIDTokenAndUserinfoTogether(t *testing.T) {
	big := `"` + strings.Repeat("x", 600<<10) + `"`
	p := newOP(t, lies{
		payload: func(b []byte) []byte { return with(b, "first", big) },
		serve:   at("/userinfo", body("application/json", 200, `{"sub":"ada","name":"Eve","second":`+big+`}`)),
	})
	client, _ := p.client()
	s, err := signIn(t, client, session.SignInRequest{})
	if err != nil || s.Profile.Claims["first"] == nil || s.Profile.Claims["second"] != nil || s.Profile.Name != "Ada" {
		t.Errorf("%v, called %q", err, s.Profile.Name)
	}
	if _, err := session.Encode(session.Book{Sessions: []session.Session{s}}); err != nil {
		t.Error(err)
	}
}

// A refresh stores no claims, so their size ends no session.
func TestARefreshWithClaimsWithoutMeasure(t *testing.T) {
	p, client, s := newSession(t, lies{})
	p.lies.payload = func(b []byte) []byte {
		return with(b, "odd", strings.Repeat("[", 5000)+strings.Repeat("]", 5000))
	}
	if _, err := client.Refresh(t.Context(), s, keep); err != nil {
		t.Errorf("%.300v", err)
	}
}

// Without ID tokens the user endpoint's claims are all there is: they end the sign-in.
func TestAPlainUserEndpointWithoutMeasure(t *testing.T) {
	p := newOP(t,
		lies{
			serve: at("/userinfo",
				body("application/json", 200, `{"sub":"ada","odd":`+strings.Repeat("[", 500)+strings.Repeat("]", 500)+
					`}`)),
		})
	client, _ := p.client(func(conf *provider.Provider) { conf.NoIDToken = true })
	if _, err := signIn(t, client, session.SignInRequest{}); !errors.Is(err, session.ErrTooLarge) ||
		!errors.Is(err, openid.ErrUserinfo) {
		t.Errorf("%.300v", err)
	}
}
