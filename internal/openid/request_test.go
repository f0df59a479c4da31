package openid_test

import (
	"testing"

	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
)

func TestFromTheCallbackTwoRoundTrips(t *testing.T) {
	p := newOP(t, lies{})
	c, _ := p.client()
	if _, err := signIn(t, c, session.SignInRequest{}); err != nil {
		t.Fatal(err)
	}
	for request, want := range map[string]int{
		"POST /token": 1, "GET /userinfo": 1, "GET /jwks": 1, "GET " + discoveryPath: 1,
	} {
		if n := p.count(request); n != want {
			t.Errorf("%s: %d times, want %d", request, n, want)
		}
	}
}

func TestTheAuthorizationRequest(t *testing.T) {
	p := newOP(t, lies{})
	c, _ := p.client(func(conf *provider.Provider) {
		conf.AuthParams = map[string]string{"tenant": "acme", "state": "mine", "redirect_uri": "https://evil.example"}
	})
	if _, err := signIn(t, c, session.SignInRequest{LoginHint: "ada@acme.example", Prompt: "login"}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"response_type": "code", "client_id": "desk", "redirect_uri": "http://127.0.0.1:1/callback",
		"code_challenge_method": "S256",
		"scope":                 "openid profile email offline_access", "login_hint": "ada@acme.example",
		"prompt": "login", "tenant": "acme",
	} {
		if got := p.asked.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	first := p.asked
	if _, err := signIn(t, c, session.SignInRequest{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(first.Get(name)) < 43 || first.Get(name) == p.asked.Get(name) {
			t.Errorf("%s is short, or the same for two tries", name)
		}
	}
}

// A provider of plain OAuth 2.0: the user endpoint says who the person is, and the session says that this was not
// verified.
func TestWithoutIDTokens(t *testing.T) {
	p := newOP(t, lies{token: drop("id_token"), userinfo: func(c claims) { delete(c, "sub"); c["id"] = 583231 }})
	c, _ := p.client(func(conf *provider.Provider) {
		conf.NoIDToken, conf.NoDiscovery, conf.UserIDField = true, true, "id"
		conf.AuthorizationEndpoint, conf.TokenEndpoint, conf.UserinfoEndpoint = p.site.URL+"/authorize", p.site.URL+
			"/token", p.site.URL+"/userinfo"
	})
	s, err := signIn(t, c, session.SignInRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Key.Subject != "583231" || s.IDTokenVerified {
		t.Errorf("%+v verified %v", s.Key, s.IDTokenVerified)
	}
}
