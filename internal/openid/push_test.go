package openid_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/proof/hardware"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// pushing announces PAR.
func pushing(l lies) lies {
	before := l.discovery
	l.discovery = func(c claims) {
		c["pushed_authorization_request_endpoint"] = strings.TrimSuffix(c["issuer"].(string), "/") + "/par"
		if before != nil {
			before(c)
		}
	}
	return l
}

// signInWith signs in and returns the address that the browser opened.
func (p *op) signInWith(req session.SignInRequest, change ...func(*provider.Provider)) (string, session.Session,
	error) {
	p.t.Helper()
	client, _ := p.client(change...)
	var address string
	req.Progress = func(x session.Progress) {
		if x.URL != "" {
			address = x.URL
		}
	}
	s, err := signIn(p.t, client, req)
	return address, s, err
}

func par(value string) func(*provider.Provider) { return func(p *provider.Provider) { p.PAR = value } }

// What is announced is used: the browser's address has client_id and request_uri alone.
func TestARequestIsPushed(t *testing.T) {
	for _, value := range []string{"auto", "require"} {
		p := newOP(t, pushing(lies{}))
		p.keys = hardware.Maker{Want: hardware.SoftwareOnly}
		address, _, err := p.signInWith(session.SignInRequest{LoginHint: "ada@acme.example",
			ACRValues: []string{"gold"}},
			par(value), func(p *provider.Provider) { p.DPoP = "off" })
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(address)
		if err != nil || len(u.Query()) != 2 || u.Query().Get("client_id") != "desk" ||
			!strings.HasPrefix(u.Query().Get("request_uri"), "urn:") {
			t.Errorf("%s: the browser's address is %s", value, address)
		}
		sent := p.forms[0]
		for name, want := range map[string]string{
			"response_type": "code", "client_id": "desk", "login_hint": "ada@acme.example", "acr_values": "gold",
			"code_challenge_method": "S256",
		} {
			if sent.Get(name) != want {
				t.Errorf("%s: %s is %q", value, name, sent.Get(name))
			}
		}
		if sent.Get("state") == "" || sent.Get("nonce") == "" || sent.Get("redirect_uri") == "" ||
			sent.Has("code_verifier") {
			t.Errorf("%s: pushed is %v", value, sent)
		}
	}
}

func TestAPushedRequestBearsTheSecretAndTheKey(t *testing.T) {
	b := newBound(t, pushing(lies{}))
	b.op.keys = hardware.Maker{Want: hardware.SoftwareOnly}
	address, s, err := b.signInWith(session.SignInRequest{}, func(p *provider.Provider) {
		p.DPoP, p.ClientSecret = "auto", secret.New("s:e c")
	})
	if err != nil || !s.Bound {
		t.Fatalf("%v, bound %t", err, s.Bound)
	}
	if !strings.HasPrefix(b.auth[0], "Basic ") || b.forms[0].Has("client_secret") || b.forms[0].Get("dpop_jkt") == "" ||
		strings.Contains(address, "dpop_jkt") {
		t.Errorf("%v %v", b.auth, b.forms[0])
	}
}

func TestWhereNothingIsPushed(t *testing.T) {
	for name, c := range map[string]struct {
		lies lies
		par  string
	}{
		"not announced": {lies{}, "auto"}, "off": {pushing(lies{}), "off"},
		"off though demanded": {pushing(lies{discovery: put("require_pushed_authorization_requests", true)}), "off"},
	} {
		p := newOP(t, c.lies)
		address, _, err := p.signInWith(session.SignInRequest{}, par(c.par))
		if err != nil || p.count("POST /par") != 0 || !strings.Contains(address, "code_challenge") {
			t.Errorf("%s: %v, %s", name, err, address)
		}
	}
}

// What is demanded, or announced in a form that cannot be used, stops the sign-in before the browser opens.
func TestAPushThatIsDemandedAndImpossible(t *testing.T) {
	for name, c := range map[string]struct {
		lies lies
		par  string
	}{
		"by the settings":        {lies{}, "require"},
		"by the provider":        {lies{discovery: put("require_pushed_authorization_requests", true)}, "auto"},
		"an address as a number": {lies{discovery: put("pushed_authorization_request_endpoint", 5)}, "auto"},
		"plain http": {lies{discovery: put("pushed_authorization_request_endpoint",
			"http://id.example/par")}, "auto"},
	} {
		p := newOP(t, c.lies)
		address, _, err := p.signInWith(session.SignInRequest{}, par(c.par))
		var member *openid.MemberError
		if !errors.As(err, &member) || !strings.Contains(err.Error(), "pushed_authorization_request_endpoint") ||
			address != "" {
			t.Errorf("%s: %v, %s", name, err, address)
		}
	}
	p := newOP(t, lies{}) // the setting can give one
	if _, _, err := p.signInWith(session.SignInRequest{}, par("require"), func(x *provider.Provider) {
		x.PushedEndpoint = p.site.URL + "/par"
	}); err != nil || p.count("POST /par") != 1 {
		t.Errorf("by the setting: %v", err)
	}
}

// A push that fails is an error; the request is not put into the address instead.
func TestAPushThatFails(t *testing.T) {
	for name, c := range map[string]struct {
		lies lies
		want error
		code string
	}{
		"refused": {lies{serve: at("/par", body("application/json", 400,
			`{"error":"invalid_client","error_description":"who?"}`))}, openid.ErrPushed, "invalid_client"},
		"not found": {lies{serve: at("/par", body("text/html", 404, "<html>"))}, openid.ErrPushed, ""},
		"down":      {lies{serve: at("/par", body("text/html", 503, "<html>"))}, openid.ErrStatus, ""},
		"a page":    {lies{serve: at("/par", body("text/html", 200, "<html>"))}, openid.ErrPushed, ""},
		"cut": {lies{serve: at("/par", func(http.ResponseWriter,
			*http.Request) {
			panic(http.ErrAbortHandler)
		})}, openid.ErrNetwork, ""},
		"elsewhere": {lies{serve: at("/par", func(w http.ResponseWriter,
			r *http.Request) {
			http.Redirect(w, r, "/x", http.StatusTemporaryRedirect)
		})}, openid.ErrRedirect, ""},
		"no request_uri":   {lies{push: drop("request_uri")}, openid.ErrDocument, ""},
		"no expires_in":    {lies{push: drop("expires_in")}, openid.ErrDocument, ""},
		"an expired one":   {lies{push: put("expires_in", 0)}, openid.ErrDocument, ""},
		"one with a space": {lies{push: put("request_uri", "urn:x y")}, openid.ErrDocument, ""},
		"one with a line":  {lies{push: put("request_uri", "urn:x\r\ny")}, openid.ErrDocument, ""},
		"one without end":  {lies{push: put("request_uri", "urn:"+strings.Repeat("x", 4000))}, openid.ErrDocument, ""},
		"one as a number":  {lies{push: put("request_uri", 7)}, openid.ErrDocument, ""},
	} {
		p := newOP(t, pushing(c.lies))
		address, _, err := p.signInWith(session.SignInRequest{}, par("auto"))
		var answer *openid.AnswerError
		errors.As(err, &answer)
		if !errors.Is(err, c.want) || address != "" || p.count("GET /authorize") != 0 ||
			c.code != "" && (answer == nil || answer.Code != c.code) {
			t.Errorf("%s: %v, %s", name, err, address)
		}
	}
}

// A request_uri with characters such as & stays one parameter of the address.
func TestARequestURIIsEscaped(t *testing.T) {
	p := newOP(t, pushing(lies{}))
	p.pushed = map[string]url.Values{}
	p.lies.push = func(c claims) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.pushed["urn:x&prompt=none#"] = p.pushed[c["request_uri"].(string)]
		c["request_uri"] = "urn:x&prompt=none#"
	}
	address, _, err := p.signInWith(session.SignInRequest{}, par("auto"))
	if u, parsed := url.Parse(address); err != nil || parsed != nil || u.Query().Has("prompt") || u.Fragment != "" {
		t.Errorf("%v %s", err, address)
	}
}

// A prompt that the endpoint refuses gives way to the next weaker one, as at the authorization endpoint.
func TestAPromptThatIsRefusedAtThePush(t *testing.T) {
	p := newOP(t, pushing(lies{}))
	p.lies.serve = at("/par", func(w http.ResponseWriter, r *http.Request) {
		if r.PostForm.Get("prompt") == "login" {
			body("application/json", 400, `{"error":"invalid_request","error_description":"prompt"}`)(w, r)
			return
		}
		p.par(w, r)
	})
	if _, _, err := p.signInWith(session.SignInRequest{Prompt: "login"}, par("auto")); err != nil ||
		p.count("POST /par") != 2 {
		t.Errorf("%v after %d", err, p.count("POST /par"))
	}
}

// While the person is away the request is pushed anew, so that the address that is shown does not expire.
func TestTheAddressThatIsShownDoesNotExpire(t *testing.T) {
	p := newOP(t, pushing(lies{}))
	handler := p.site.Config.Handler
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{answer: make(chan url.Values), finished: make(chan bool, 1)}
		c, err := openid.New(provider.Provider{Issuer: p.site.URL, ClientID: "desk", PAR: "auto"}, openid.Options{
			Listen:    func(context.Context, openid.ListenSpec) (openid.Receiver, error) { return r, nil },
			OpenURL:   func(context.Context, string) error { return nil },
			Transport: handled{handler},
		})
		if err != nil {
			t.Fatal(err)
		}
		var shown []string
		ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
		defer stop()
		_, err = c.SignIn(ctx, session.SignInRequest{Progress: func(x session.Progress) {
			if x.URL != "" && !slices.Contains(shown, x.URL) {
				shown = append(shown, x.URL)
			}
		}})
		c.Close()
		if !errors.Is(err, context.DeadlineExceeded) || len(shown) != 7 { // at once, and every 48 of 300 seconds
			t.Errorf("%v, %d addresses were shown", err, len(shown))
		}
		if n := p.count("POST /par"); n != 7 {
			t.Errorf("%d pushes", n)
		}
	})
}

// handled answers requests without a network.
type handled struct{ http.Handler }

func (d handled) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w.Result(), nil
}
