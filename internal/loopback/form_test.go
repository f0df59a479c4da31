package loopback_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"app.latchkey/internal/loopback"
)

func serveForm(t *testing.T, c loopback.FormConfig) *loopback.Form {
	t.Helper()
	c.App = "Acme"
	f, err := loopback.ServeForm(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestTheFormPageWorksOnceAndShowsNothingInItsAddress(t *testing.T) {
	f := serveForm(t, loopback.FormConfig{})
	page := f.Post("https://id.example/logout?x=1", url.Values{"id_token_hint": {"eyJ<>\""}})
	if res := send(t, "GET", strings.Replace(page, "/form/", "/form/x", 1), nil); res.StatusCode != 404 {
		t.Errorf("a guess: %d", res.StatusCode)
	}
	for name, change := range map[string]func(*http.Request){
		"a prefetch": header("Sec-Purpose", "prefetch"), "a foreign host": func(r *http.Request) {
			r.Host = "evil.example"
		}, "a post": func(r *http.Request) { r.Method = "POST" },
	} {
		if res := send(t, "GET", page, change); res.StatusCode != 404 {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
	res := send(t, "GET", page, nil)
	data, _ := io.ReadAll(res.Body)
	if !strings.Contains(string(data), `name="id_token_hint" value="eyJ&lt;&gt;&#34;"`) ||
		!strings.Contains(string(data), `action="https://id.example/logout?x=1"`) {
		t.Errorf("%s", data)
	}
	if csp := res.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") ||
		!strings.Contains(csp, "form-action https: http://127.0.0.1:") || strings.Contains(csp, "unsafe") {
		t.Errorf("CSP %s", csp)
	}
	if err := f.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	if res := send(t, "GET", page, nil); res.StatusCode != http.StatusGone {
		t.Errorf("a second time: %d", res.StatusCode)
	}
	if strings.Contains(page, "eyJ") {
		t.Error("the token stands in the address")
	}
}

func TestAFormWithoutALandingTakesNobodyBack(t *testing.T) {
	f := serveForm(t, loopback.FormConfig{State: state})
	page := f.Post("https://id.example/logout", nil)
	u, _ := url.Parse(page)
	if got := f.LandingURI(); got != "" {
		t.Errorf("landing at %s", got)
	}
	for _, path := range []string{"/", "/signed-out", ""} {
		if res := send(t, "GET", "http://"+u.Host+path+"?state="+state, nil); res.StatusCode != 404 {
			t.Errorf("%q: %d", path, res.StatusCode)
		}
	}
}

// Only with the state that was sent is a return the answer to the sign-out.
func TestLanding(t *testing.T) {
	for name, c := range map[string]struct {
		tail   string
		change func(*http.Request)
		lands  bool
	}{
		"the state":     {"?state=" + state, nil, true},
		"another state": {"?state=other", nil, false},
		"no state":      {"", nil, false},
		"two states":    {"?state=" + state + "&state=other", nil, false},
		"a prefetch":    {"?state=" + state, header("Purpose", "prefetch"), false},
		"another path":  {"/more?state=" + state, nil, false},
		"another host":  {"?state=" + state, func(r *http.Request) { r.Host = "evil.example" }, false},
		"a post":        {"?state=" + state, func(r *http.Request) { r.Method = "POST" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := serveForm(t, loopback.FormConfig{Landing: "/signed-out", State: state})
			res := send(t, "GET", f.LandingURI()+c.tail, c.change)
			data, _ := io.ReadAll(res.Body)
			if strings.Contains(string(data), "You are signed out") != c.lands || (res.StatusCode == 200) != c.lands {
				t.Errorf("%d %s", res.StatusCode, data)
			}
			if c.lands {
				if err := f.Landed(t.Context()); err != nil {
					t.Error(err)
				}
				return
			}
			ended, stop := context.WithCancel(t.Context())
			stop()
			if err := f.Landed(ended); !errors.Is(err, context.Canceled) {
				t.Errorf("landed: %v", err)
			}
			if res := send(t, "GET", f.LandingURI()+"?state="+state, nil); res.StatusCode != 200 {
				t.Errorf("the true return afterwards: %d", res.StatusCode)
			}
			if err := f.Landed(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestALandingOnATakenPort(t *testing.T) {
	r := listen(t, loopback.Config{})
	u, _ := url.Parse(r.RedirectURI())
	_, err := loopback.ServeForm(t.Context(), loopback.FormConfig{Landing: "/signed-out", Ports: []int{port(t, u)}})
	var taken *loopback.PortError
	if !errors.As(err, &taken) {
		t.Errorf("%v", err)
	}
}
