package settings_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/session"
)

// gitHub answers as GitHub's documentation says, for a transport: a token endpoint
// that speaks JSON when it is asked to and has its errors in a success, and a user
// whose id is a number, without a name and a public address.
type gitHub struct {
	refuse string // an error of the token endpoint
	asked  url.Values
	bearer string
}

// RoundTrip implements http.RoundTripper.
func (g *gitHub) RoundTrip(r *http.Request) (*http.Response, error) {
	body, status := "", http.StatusNotFound
	switch r.URL.Host + r.URL.Path {
	case "github.com/login/oauth/access_token":
		if err := r.ParseForm(); err != nil {
			return nil, err
		}
		g.asked = r.PostForm
		id, secret, basic := r.BasicAuth()
		if basic {
			g.asked.Set("client_id", id)
			g.asked.Set("client_secret", secret)
		}
		body, status = `{"access_token":"gho_x","token_type":"bearer","scope":"read:user,user:email"}`, http.StatusOK
		if g.refuse != "" {
			body = `{"error":"` + g.refuse + `","error_description":"as documented"}`
		}
		if !strings.Contains(r.Header.Get("Accept"), "application/json") {
			body = "access_token=gho_x&token_type=bearer"
		}
	case "api.github.com/user":
		g.bearer = r.Header.Get("Authorization")
		status = http.StatusOK
		body = `{"login":"ada","id":1815,"avatar_url":"https://avatars.example/1815","name":null,"email":null}`
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}, nil
}

// came is a receiver to which the browser answers at once.
type came struct {
	waits
	answer chan url.Values
}

func (c came) Wait(context.Context) (url.Values, error) { return <-c.answer, nil }

func gitHubSignIn(t *testing.T, g *gitHub) (session.Session, error) {
	t.Helper()
	s, _, err := load(t,
		map[string]string{
			"config/config.toml": "provider = \"github\"\nclient_id = \"Ov23\"\nclient_secret = \"hush\"",
		}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := came{waits{"http://127.0.0.1:51234/callback"}, make(chan url.Values, 1)}
	c, err := openid.New(s.Provider, openid.Options{
		Transport: g,
		Listen:    func(context.Context, openid.ListenSpec) (openid.Receiver, error) { return r, nil },
		OpenURL: func(_ context.Context, address string) error {
			u, err := url.Parse(address)
			r.answer <- url.Values{"code": {"c0de"}, "state": {u.Query().Get("state")}}
			return err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.SignIn(t.Context(), session.SignInRequest{})
}

// GitHub is plain OAuth 2.0: the identity is the user endpoint's, by its number, and
// the session says that no ID token stands behind it.
func TestGitHubSignsIn(t *testing.T) {
	g := &gitHub{}
	s, err := gitHubSignIn(t, g)
	if err != nil {
		t.Fatal(err)
	}
	if s.Key != (session.Key{Issuer: "https://github.com/login/oauth/authorize", Subject: "1815"}) ||
		s.IDTokenVerified || s.Profile.Name != "ada" || s.Profile.Picture != "https://avatars.example/1815" ||
		s.Profile.Email != "" {
		t.Errorf("%+v", s)
	}
	if g.asked.Get("client_id") != "Ov23" || g.asked.Get("client_secret") != "hush" ||
		g.asked.Get("code_verifier") == "" || g.asked.Get("redirect_uri") != "http://127.0.0.1:51234/callback" ||
		g.bearer != "Bearer gho_x" {
		t.Errorf("asked %v, %q", g.asked, g.bearer)
	}
	var answer *openid.AnswerError
	if _, err := gitHubSignIn(t, &gitHub{refuse: "incorrect_client_credentials"}); !errors.As(err, &answer) ||
		answer.Code != "incorrect_client_credentials" {
		t.Errorf("%v", err)
	}
}
