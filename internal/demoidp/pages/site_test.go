package pages_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"app.latchkey/internal/demoidp/pages"
)

func newSite(t *testing.T) *pages.Site {
	t.Helper()
	return pages.New("broker", "Test", "127.0.0.1:4711",
		fstest.MapFS{
			"pages/hello.html": {Data: []byte(`{{define "title"}}Hello{{end}}{{define "main"}}<p>{{.}}</p>{{end}}`)},
		})
}

func TestWhatStrangersWroteIsEscaped(t *testing.T) {
	w := httptest.NewRecorder()
	newSite(t).Render(w, http.StatusOK, "hello", `<script>alert(1)</script>`)
	if body := w.Body.String(); strings.Contains(body, "<script>") || !strings.Contains(body, "&lt;script&gt;") ||
		!strings.Contains(body, "<title>Hello · Test</title>") {
		t.Error(body)
	}
	w = httptest.NewRecorder()
	if newSite(t).Render(w, http.StatusOK, "none", nil); w.Code != http.StatusInternalServerError {
		t.Errorf("a page that is not there: %d", w.Code)
	}
}

// A proof is good for one purpose, in one browser.
func TestAProofIsOfABrowserAndAPurpose(t *testing.T) {
	s := newSite(t)
	visit := func(cookies []*http.Cookie, csrf string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(url.Values{"csrf": {csrf}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for _, c := range cookies {
			r.AddCookie(c)
		}
		return r
	}
	w, first := httptest.NewRecorder(), visit(nil, "")
	name, proof := s.Browser(w, first), s.Proof(first, "a")
	cookies := w.Result().Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].Name != "demo_broker_4711" ||
		strings.Contains(name, cookies[0].Value) {
		t.Fatalf("%v", cookies)
	}
	again := visit(cookies, proof)
	if s.KnownBrowser(again) != name || !s.Proven(again, "a") {
		t.Error("the browser that was shown the form is refused")
	}
	other := httptest.NewRecorder()
	s.Browser(other, visit(nil, ""))
	for what, r := range map[string]*http.Request{
		"no cookie": visit(nil, proof), "another browser": visit(other.Result().Cookies(), proof),
		"no proof":       visit(cookies, ""),
		"a short secret": visit([]*http.Cookie{{Name: "demo_broker_4711", Value: "x"}}, pages.Hash("x\na")),
	} {
		if s.Proven(r, "a") {
			t.Errorf("%s is believed", what)
		}
	}
	if s.Proven(again, "b") {
		t.Error("a proof is good for another purpose")
	}
}

func TestTheGuard(t *testing.T) {
	h := newSite(t).Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pages.FormsTo(w, r.URL.Query().Get("to"))
	}), "/open")
	for _, c := range []struct {
		method, host, path, site string
		status                   int
	}{
		{"GET", "127.0.0.1:4711", "/", "cross-site", 200},
		{"POST", "127.0.0.1:4711", "/", "same-origin", 200},
		{"POST", "127.0.0.1:4711", "/", "same-site", 403},
		{"POST", "127.0.0.1:4711", "/open", "cross-site", 200},
		{"GET", "evil.example", "/", "", 421},
		{"GET", "127.0.0.1:4712", "/", "", 421},
		{"GET", "127.0.0.1:4711", "/assets/base.css", "", 200},
	} {
		r := httptest.NewRequest(c.method, c.path, nil)
		r.Host = c.host
		if c.site != "" {
			r.Header.Set("Sec-Fetch-Site", c.site)
		}
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != c.status {
			t.Errorf("%+v: %d", c, w.Code)
		}
	}
	for to, want := range map[string]string{
		"http://127.0.0.1:9/": "http://localhost:*;", "http://[::1]:9/callback": "form-action 'self' http:;",
	} {
		r := httptest.NewRequest("GET", "/?to="+url.QueryEscape(to), nil)
		r.Host = "127.0.0.1:4711"
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); !strings.Contains(w.Header().Get("Content-Security-Policy"), want) {
			t.Errorf("%s: %s", to, w.Header().Get("Content-Security-Policy"))
		}
	}
}

func TestCookies(t *testing.T) {
	s, w := newSite(t), httptest.NewRecorder()
	s.Cookie(w, "_session", "x", time.Hour)
	s.Cookie(w, "_gone", "", -time.Second)
	got := w.Result().Cookies()
	if got[0].MaxAge != 3600 || got[1].MaxAge >= 0 || got[0].SameSite != http.SameSiteLaxMode {
		t.Errorf("%v", got)
	}
}
