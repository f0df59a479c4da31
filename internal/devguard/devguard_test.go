package devguard

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// wailsServer is built as Wails' own: the handler is in a field that is not exported.
type wailsServer struct{ server *mux }

type mux struct{ asked int }

func (m *mux) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	m.asked++
	_, _ = io.WriteString(w, "the screens")
}

func started(frontend any) context.Context {
	//lint:ignore SA1029 the key is Wails' own
	return context.WithValue(context.Background(), "frontend", frontend)
}

func TestOnlyOwnPagesGetAnAnswer(t *testing.T) {
	const browser = "Mozilla/5.0 (X11; Linux x86_64)"
	for name, c := range map[string]struct {
		host, origin, site, agent string
		ok                        bool
	}{
		"the address bar":      {"127.0.0.1:34115", "", "none", browser, true},
		"a script of the page": {"localhost:34115", "", "same-origin", browser, true},
		"a call of the page": {
			"localhost:34115", "http://localhost:34115", "same-origin", browser, true,
		},
		"the page's socket":            {"localhost:34115", "http://localhost:34115", "", browser, true},
		"the wails tool":               {"localhost:34115", "", "", "Go-http-client/1.1", true},
		"IPv6":                         {"[::1]:34115", "http://[::1]:34115", "", browser, true},
		"another page's call":          {"localhost:34115", "https://evil.example", "cross-site", browser, false},
		"another page's socket":        {"localhost:34115", "https://evil.example", "", browser, false},
		"another port of this machine": {"localhost:34115", "http://localhost:8080", "same-site", browser, false},
		"the other name of this machine": {
			"localhost:34115", "http://127.0.0.1:34115", "cross-site", browser, false,
		},
		"its https twin":              {"localhost:34115", "https://localhost:34115", "", browser, false},
		"a frame or a link":           {"localhost:34115", "", "cross-site", browser, false},
		"a script of another port":    {"localhost:34115", "", "same-site", browser, false},
		"a sandboxed frame or a file": {"localhost:34115", "null", "", browser, false},
		"a browser that does not say": {"localhost:34115", "", "", browser, false},
		"a name that was bound anew": {
			"a.example:34115", "http://a.example:34115", "same-origin", browser, false,
		},
		"the same, without an Origin":     {"evil.example:34115", "", "", browser, false},
		"a name below localhost":          {"evil.localhost:34115", "", "none", browser, false},
		"a Host without port":             {"localhost", "", "none", browser, false},
		"a Host of another port":          {"localhost:1", "", "none", browser, false},
		"a program with a foreign Host":   {"evil.example", "", "", "curl/8", false},
		"a program with a foreign Origin": {"localhost:34115", "https://evil.example", "", "curl/8", false},
		"its own Origin, and a foreign one": {
			"localhost:34115", "http://localhost:34115\nhttp://a.example", "", browser, false,
		},
	} {
		m := &mux{}
		r := httptest.NewRequest(http.MethodGet, "/wails/ipc", nil)
		r.Host = c.host
		r.Header.Set("User-Agent", c.agent)
		if c.site != "" {
			r.Header.Set("Sec-Fetch-Site", c.site)
		}
		if c.origin != "" {
			r.Header["Origin"] = strings.Split(c.origin, "\n")
		}
		w := httptest.NewRecorder()
		Handler(m, 34115).ServeHTTP(w, r)
		ok := w.Code == http.StatusOK && m.asked == 1
		if ok != c.ok || !ok && (m.asked > 0 || w.Code != http.StatusForbidden) {
			t.Errorf("%s: HTTP %d, passed on %d times", name, w.Code, m.asked)
		}
		for header := range w.Header() {
			if strings.HasPrefix(header, "Access-Control-") {
				t.Errorf("%s: the answer bears %s", name, header)
			}
		}
	}
}

func TestServe(t *testing.T) {
	m := &mux{}
	s, err := Serve(started(&wailsServer{m}), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	_, err = Serve(started(&wailsServer{m}), "0.0.0.0:0")
	if err == nil || !strings.Contains(err.Error(), "not on loopback") {
		t.Errorf("on every address: %v", err)
	}
	if _, err := Serve(started(&wailsServer{m}), "127.0.0.1:-1"); err == nil {
		t.Error("no such port, and no error")
	}
}

func TestWailsIsNotToldWhereToListen(t *testing.T) {
	args := os.Args
	defer func() { os.Args = args }()
	os.Args = []string{"latchkey", "-devserver", "127.0.0.1:1"}
	t.Setenv("devserver", "127.0.0.1:34115")
	if got := TakeOver(); got != "127.0.0.1:34115" || os.Getenv("devserver") != "" || len(os.Args) != 1 {
		t.Errorf("%q; left over: %q, %q", got, os.Getenv("devserver"), os.Args)
	}
}

// When Wails is built otherwise, nothing is served rather than something unguarded.
func TestAnotherWails(t *testing.T) {
	for name, frontend := range map[string]any{
		"none": nil, "no pointer": wailsServer{},
		"no such field": &struct{ other int }{}, "no handler": &struct{ server int }{},
	} {
		if _, err := Serve(started(frontend), "127.0.0.1:0"); !errors.Is(err, ErrWails) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
