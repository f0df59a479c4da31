package openid_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/internal/loopback"
	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/robot"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// logoutForm is a page that no browser opens: what is sent is handed to the test.
type logoutForm struct {
	spec   openid.LogoutSpec
	action string
	fields url.Values
	sent   func(*logoutForm) error
	landed chan struct{}
}

func newLogoutForm(sent func(*logoutForm) error) func(context.Context, openid.LogoutSpec) (openid.LogoutForm, error) {
	return func(_ context.Context, s openid.LogoutSpec) (openid.LogoutForm, error) {
		return &logoutForm{spec: s, sent: sent, landed: make(chan struct{})}, nil
	}
}

func (f *logoutForm) LandingURI() string {
	if f.spec.Path == "" {
		return ""
	}
	return "http://127.0.0.1:1" + f.spec.Path
}

func (f *logoutForm) Send(_ context.Context, action string, fields url.Values) error {
	f.action, f.fields = action, fields
	return f.sent(f)
}

func (f *logoutForm) Landed(ctx context.Context) error {
	select {
	case <-f.landed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *logoutForm) Close() error { return nil }

// realForm is the product's page, with the product's adapter's few lines.
type realForm struct {
	*loopback.Form
	open    func(context.Context, string) error
	waiting func()
}

func (f realForm) Landed(ctx context.Context) error {
	f.waiting()
	return f.Form.Landed(ctx)
}

func (f realForm) Send(ctx context.Context, action string, fields url.Values) error {
	if err := f.open(ctx, f.Post(action, fields)); err != nil {
		return err
	}
	return f.Wait(ctx)
}

// realLogoutForm makes such pages. waiting is called before the wait for the
// browser's return, which has come by then or never will.
func realLogoutForm(open func(context.Context, string) error, waiting func()) func(context.Context,
	openid.LogoutSpec) (openid.LogoutForm, error) {
	return func(ctx context.Context, s openid.LogoutSpec) (openid.LogoutForm, error) {
		f, err := loopback.ServeForm(ctx,
			loopback.FormConfig{App: "Test", Host: s.Host, Ports: s.Ports, Landing: s.Path, State: s.State})
		return realForm{f, open, waiting}, err
	}
}

// logout runs the foundation's logout modules: a browser posts the product's own page to the provider, which sends the
// browser back with the right state or a wrong one.
func logout(want session.EndingOutcome, lie func(claims)) func(*testing.T, module) {
	return func(t *testing.T, _ module) {
		p := newOP(t, lies{})
		got := make(chan url.Values, 1)
		p.lies.serve = at("/logout", func(w http.ResponseWriter, r *http.Request) {
			got <- r.PostForm
			back := claims{"state": r.PostForm.Get("state")}
			if lie != nil {
				lie(back)
			}
			to := r.PostForm.Get("post_logout_redirect_uri")
			if state, ok := back["state"].(string); ok {
				to += "?state=" + url.QueryEscape(state)
			}
			http.Redirect(w, r, to, http.StatusFound)
		})
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		last := make(chan string, 1)
		c, err := openid.New(provider.Provider{
			Issuer: p.site.URL, ClientID: "desk", RedirectHost: "127.0.0.1", LogoutRedirectPath: "/signed-out",
		}, openid.Options{
			NewLogoutForm: realLogoutForm(func(ctx context.Context, address string) error {
				browser := robot.New(nil)
				page, err := browser.Visit(ctx, address)
				if err == nil {
					page, err = browser.Submit(ctx, page.Forms[0], nil)
				}
				if err != nil {
					return err
				}
				last <- page.Text
				return nil
			}, func() {
				if want != session.EndingDone { // a minute need not pass
					stop()
				}
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		s := session.Session{
			Key: session.Key{Issuer: p.site.URL, Subject: "ada"}, ClientID: "desk",
			Tokens: session.Tokens{ID: secret.New("IDT")},
		}
		outcome, err := c.EndSession(ctx, s)
		if outcome != want || err != nil && want == session.EndingDone {
			t.Fatalf("%v %v, want %v", outcome, err, want)
		}
		if f := <-got; f.Get("id_token_hint") != "IDT" || f.Get("client_id") != "desk" || len(f.Get("state")) < 43 ||
			!strings.HasSuffix(f.Get("post_logout_redirect_uri"), "/signed-out") {
			t.Errorf("posted %v", f)
		}
		if text := <-last; strings.Contains(text, "You are signed out") != (want == session.EndingDone) {
			t.Errorf("the browser was told %q", text)
		}
	}
}

var signedIn = session.Session{
	Profile: session.Profile{Email: "ada@acme.example"}, Tokens: session.Tokens{ID: secret.New("IDT")},
}

// ending is a sign-out at p with these settings.
func ending(t *testing.T, p *op, s session.Session, o openid.Options,
	change func(*provider.Provider)) (session.EndingOutcome, error) {
	t.Helper()
	conf := provider.Provider{
		Issuer: p.site.URL, ClientID: "desk", RedirectHost: "localhost", RedirectPorts: []int{8085},
	}
	if change != nil {
		change(&conf)
	}
	c, err := openid.New(conf, o)
	if err != nil {
		t.Fatal(err)
	}
	s.Key, s.ClientID = session.Key{Issuer: p.site.URL, Subject: "ada"}, "desk"
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	return c.EndSession(ctx, s)
}

// Without a path to return to, the outcome stays unknown, no address is sent that the provider might not know, and no
// registered port is used.
func TestLogoutWithoutALanding(t *testing.T) {
	var f *logoutForm
	o := openid.Options{NewLogoutForm: newLogoutForm(func(sent *logoutForm) error { f = sent; return nil })}
	outcome, err := ending(t, newOP(t, lies{}), signedIn, o, nil)
	if err != nil || outcome != session.EndingSent {
		t.Fatalf("%v %v", outcome, err)
	}
	if f.fields.Has("post_logout_redirect_uri") || f.fields.Has("state") || f.fields.Get("id_token_hint") != "IDT" ||
		f.fields.Has("logout_hint") || f.spec.Ports != nil {
		t.Errorf("%+v", f)
	}
}

func TestLogoutWithoutAnIDToken(t *testing.T) {
	var f *logoutForm
	o := openid.Options{
		NewLogoutForm: newLogoutForm(func(sent *logoutForm) error { f = sent; close(f.landed); return nil }),
	}
	s := signedIn
	s.Tokens = session.Tokens{}
	outcome, err := ending(t, newOP(t, lies{}), s, o, func(p *provider.Provider) { p.LogoutRedirectPath = "/out" })
	if err != nil || outcome != session.EndingDone || f.fields.Get("logout_hint") != "ada@acme.example" ||
		f.fields.Has("id_token_hint") {
		t.Errorf("%v %v %v", outcome, err, f.fields)
	}
	if f.spec.Host != "localhost" || !slices.Equal(f.spec.Ports, []int{8085}) || f.spec.State != f.fields.Get("state") {
		t.Errorf("%+v", f.spec)
	}
}

// Without the product's own page the ID token is not sent, since it would stand in the address bar.
func TestLogoutWithoutAPageOfOurOwn(t *testing.T) {
	var opened string
	o := openid.Options{OpenURL: func(_ context.Context, address string) error { opened = address; return nil }}
	p := newOP(t, lies{discovery: func(c claims) { c["end_session_endpoint"] = c["issuer"].(string) + "/logout?ui=1" }})
	outcome, err := ending(t, p, signedIn, o, nil)
	if want := p.site.URL + "/logout?ui=1&client_id=desk&logout_hint=ada%40acme.example"; err != nil ||
		outcome != session.EndingSent || opened != want {
		t.Errorf("%v %v %s", outcome, err, opened)
	}
}

// The port that the provider knows is taken: the session ends all the same, and
// the browser stays there.
func TestLogoutWhenThePortIsTaken(t *testing.T) {
	var sent url.Values
	var opened string
	o := openid.Options{
		OpenURL: func(_ context.Context, address string) error { opened = address; return nil },
		NewLogoutForm: func(ctx context.Context, s openid.LogoutSpec) (openid.LogoutForm, error) {
			if s.Path != "" {
				return nil, &loopback.PortError{Ports: s.Ports, Err: errors.New("in use")}
			}
			return newLogoutForm(func(f *logoutForm) error { sent = f.fields; return nil })(ctx, s)
		},
	}
	outcome, err := ending(t, newOP(t, lies{}), signedIn, o,
		func(p *provider.Provider) { p.LogoutRedirectPath = "/out" })
	if err != nil || outcome != session.EndingSent || sent.Get("id_token_hint") != "IDT" ||
		sent.Has("post_logout_redirect_uri") {
		t.Errorf("%v %v %v", outcome, err, sent)
	}
	for style, want := range map[string]session.EndingOutcome{
		"query": session.EndingSent, "cognito": session.EndingFailed,
	} {
		opened = ""
		outcome, _ := ending(t, newOP(t, lies{}), signedIn, o,
			func(p *provider.Provider) { p.LogoutStyle, p.LogoutRedirectPath = style, "/out" })
		if outcome != want || (opened != "") != (want == session.EndingSent) || strings.Contains(opened, "redirect") {
			t.Errorf("%s: %v %s", style, outcome, opened)
		}
	}
}

// A provider that takes no POST: the browser opens an address without a token, and
// comes back all the same.
func TestLogoutByQuery(t *testing.T) {
	for _, back := range []bool{true, false} {
		var opened *url.URL
		var form *logoutForm
		o := openid.Options{
			OpenURL: func(_ context.Context, address string) (err error) {
				opened, err = url.Parse(address)
				if form != nil {
					close(form.landed)
				}
				return err
			},
			NewLogoutForm: func(_ context.Context, s openid.LogoutSpec) (openid.LogoutForm, error) {
				form = &logoutForm{spec: s, landed: make(chan struct{})}
				return form, nil
			},
		}
		want := session.EndingSent
		outcome, err := ending(t, newOP(t, lies{}), signedIn, o, func(p *provider.Provider) {
			if p.LogoutStyle = "query"; back {
				p.LogoutRedirectPath, want = "/out", session.EndingDone
			}
		})
		if err != nil || outcome != want || strings.Contains(opened.String(), "IDT") ||
			opened.Query().Get("logout_hint") != "ada@acme.example" {
			t.Errorf("%v %v %s", outcome, err, opened)
		}
		if back &&
			(opened.Query().Get("state") != form.spec.State || form.spec.State == "" ||
				opened.Query().Get("post_logout_redirect_uri") != "http://127.0.0.1:1/out") {
			t.Errorf("%s", opened)
		}
	}
}

// Amazon Cognito has a way of its own, which no state comes back from.
func TestLogoutAtCognito(t *testing.T) {
	for _, path := range []string{"", "/out"} {
		var opened string
		var form *logoutForm
		o := openid.Options{
			OpenURL: func(_ context.Context, address string) error { opened = address; close(form.landed); return nil },
			NewLogoutForm: func(_ context.Context, s openid.LogoutSpec) (openid.LogoutForm, error) {
				form = &logoutForm{spec: s, landed: make(chan struct{})}
				return form, nil
			},
		}
		p := newOP(t, lies{})
		outcome, err := ending(t, p, signedIn, o, func(p *provider.Provider) {
			p.LogoutStyle, p.LogoutRedirectPath = "cognito", path
		})
		switch {
		case err != nil:
			t.Error(err)
		case path == "" && (outcome != session.EndingUnsupported || opened != ""):
			t.Errorf("without an address to come back to Cognito shows an error: %v %s", outcome, opened)
		case path != "" &&
			(outcome != session.EndingSent || opened != p.site.URL+
				"/logout?client_id=desk&logout_uri=http%3A%2F%2F127.0.0.1%3A1%2Fout"):
			t.Errorf("%v %s", outcome, opened)
		}
	}
}

func TestAProviderWithoutLogout(t *testing.T) {
	for name, l := range map[string]lies{
		"none named":    {discovery: drop("end_session_endpoint")},
		"on plain http": {discovery: put("end_session_endpoint", "http://id.example/logout")},
		"a script":      {discovery: put("end_session_endpoint", "javascript:alert(1)")},
	} {
		o := openid.Options{
			OpenURL:       func(context.Context, string) error { t.Error("opened"); return nil },
			NewLogoutForm: newLogoutForm(func(*logoutForm) error { t.Error("sent"); return nil }),
		}
		if outcome, err := ending(t, newOP(t, l), signedIn, o, nil); err != nil ||
			outcome != session.EndingUnsupported {
			t.Errorf("%s: %v %v", name, outcome, err)
		}
	}
}

// logout_style = "auto": the endpoint is asked first, without cookies and without a
// token, and POST is used only where it is taken.
func TestLogoutAsksWhetherPOSTIsTaken(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		post   bool
	}{
		"oidc-provider, which has no such route": {body("text/plain", 404, "Not Found"), false},
		"not allowed":                            {body("text/html", 405, ""), false},
		"not implemented":                        {body("text/html", 501, ""), false},
		"gone":                                   {body("text/html", 410, ""), false},
		"down":                                   {body("text/html", 503, ""), false},
		"cut off": {
			func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false,
		},
		"a page that asks":   {body("text/html", 200, "<form>"), true},
		"a page without end": {endless, true},
		"a hint is missed":   {body("application/json", 400, `{"error":"invalid_request"}`), true},
		"a redirect":         {http.RedirectHandler("/bye", http.StatusFound).ServeHTTP, true},
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			var asked []*http.Request
			p := newOP(t, lies{serve: at("/logout", func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				asked = append(asked, r)
				mu.Unlock()
				c.answer(w, r)
			})})
			var opened string
			var posted url.Values
			o := openid.Options{
				OpenURL:       func(_ context.Context, address string) error { opened = address; return nil },
				NewLogoutForm: newLogoutForm(func(f *logoutForm) error { posted = f.fields; return nil }),
			}
			outcome, err := ending(t, p, signedIn, o, func(p *provider.Provider) { p.LogoutStyle = "auto" })
			if err != nil || outcome != session.EndingSent {
				t.Fatalf("%v %v", outcome, err)
			}
			mu.Lock()
			defer mu.Unlock()
			if len(asked) != 1 || asked[0].Method != http.MethodPost || len(asked[0].Cookies()) > 0 ||
				asked[0].Header.Get("Authorization") != "" ||
				len(asked[0].PostForm) != 1 || asked[0].PostForm.Get("client_id") != "desk" ||
				asked[0].URL.RawQuery != "" {
				t.Errorf("asked %d times: %v", len(asked), asked)
			}
			if c.post != (posted.Get("id_token_hint") == "IDT") || c.post == (opened != "") {
				t.Errorf("posted %v, opened %q", posted, opened)
			}
			if !c.post && opened != p.site.URL+"/logout?client_id=desk&logout_hint=ada%40acme.example" {
				t.Errorf("opened %q", opened)
			}
		})
	}
}

// With an address to return to, "done" means that the browser came back with the state, by GET too.
func TestLogoutByAutoComesBack(t *testing.T) {
	p := newOP(t, lies{serve: at("/logout", body("text/plain", 404, ""))})
	var form *logoutForm
	o := openid.Options{
		OpenURL: func(context.Context, string) error { close(form.landed); return nil },
		NewLogoutForm: func(_ context.Context, s openid.LogoutSpec) (openid.LogoutForm, error) {
			form = &logoutForm{spec: s, landed: make(chan struct{})}
			return form, nil
		},
	}
	outcome, err := ending(t, p, signedIn, o, func(p *provider.Provider) {
		p.LogoutStyle, p.LogoutRedirectPath = "auto", "/out"
	})
	if err != nil || outcome != session.EndingDone {
		t.Errorf("%v %v", outcome, err)
	}
}

// A provider that takes connections and says nothing is asked once in a sign-out, not
// once for each of its parts, and not once for each account.
func TestASilentProviderIsAskedOnce(t *testing.T) {
	for _, silent := range []string{discoveryPath, "/revoke"} {
		p := newOP(t, lies{})
		done := make(chan struct{})
		p.lies.serve = at(silent, func(http.ResponseWriter, *http.Request) { <-done })
		var opened string
		conf := provider.Provider{Issuer: p.site.URL, ClientID: "desk", LogoutStyle: "auto"}
		c, err := openid.New(conf, openid.Options{
			RequestTimeout: 200 * time.Millisecond,
			OpenURL:        func(_ context.Context, address string) error { opened = address; return nil },
			NewLogoutForm: newLogoutForm(func(*logoutForm) error {
				t.Error("a token was sent to a provider that is silent")
				return nil
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		key := session.Key{Issuer: p.site.URL, Subject: "ada"}
		for range 3 {
			if outcome, err := c.Revoke(t.Context(),
				session.Revocation{
					Key: key, ClientID: "desk", Refresh: secret.New("RT1"), Access: secret.New("AT1"),
				}); outcome != session.EndingPending || !errors.Is(err, openid.ErrTimeout) {
				t.Errorf("%s: %v %v", silent, outcome, err)
			}
		}
		s := signedIn
		s.Key, s.ClientID = key, "desk"
		outcome, err := c.EndSession(t.Context(), s)
		if want := map[string]session.EndingOutcome{
			discoveryPath: session.EndingFailed, "/revoke": session.EndingSent,
		}[silent]; outcome != want {
			t.Errorf("%s: %v %v", silent, outcome, err)
		}
		if silent == "/revoke" && !strings.Contains(opened, "/logout?client_id=desk") {
			t.Errorf("opened %q", opened)
		}
		if n := p.count("GET "+discoveryPath) + p.count("POST /revoke") + p.count("POST /logout"); n > 2 ||
			p.count("POST "+silent)+p.count("GET "+silent) != 1 {
			t.Errorf("%s: asked %d times: %v", silent, n, p.requests)
		}
		close(done)
	}
}
