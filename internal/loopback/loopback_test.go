package loopback_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/internal/loopback"
)

const state = "the-state-of-this-sign-in"

func listen(t *testing.T, c loopback.Config) *loopback.Receiver {
	t.Helper()
	c.State, c.App = state, "Acme"
	r, err := loopback.Listen(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// direct follows no redirect.
var direct = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func send(t *testing.T, method, address string, change func(*http.Request)) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(req)
	}
	res, err := direct.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// form posts a body.
func form(body string) func(*http.Request) {
	return func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
}

// Whatever a browser, a page or another program sends: the wait goes on, and then
// takes the one answer.
func TestStrays(t *testing.T) {
	good := "?code=C&state=" + state
	for name, c := range map[string]struct {
		method, tail string
		change       func(*http.Request)
	}{
		"a favicon":                {"GET", "/favicon.ico", nil},
		"another state":            {"GET", "/callback?code=C&state=other", nil},
		"no state":                 {"GET", "/callback?code=C", nil},
		"an error without state":   {"GET", "/callback?error=access_denied", nil},
		"an error, another state":  {"GET", "/callback?error=access_denied&state=other", nil},
		"HEAD":                     {"HEAD", "/callback" + good, nil},
		"POST":                     {"POST", "/callback" + good, nil},
		"OPTIONS":                  {"OPTIONS", "/callback" + good, nil},
		"a prefetch":               {"GET", "/callback" + good, header("Sec-Purpose", "prefetch;prerender")},
		"an older prefetch":        {"GET", "/callback" + good, header("Purpose", "prefetch")},
		"Firefox's prefetch":       {"GET", "/callback" + good, header("X-Moz", "prefetch")},
		"a script of a page":       {"GET", "/callback" + good, header("Sec-Fetch-Mode", "no-cors")},
		"an error, another path":   {"GET", "/callback/?error=access_denied", nil},
		"nothing at all":           {"GET", "/callback", nil},
		"a form without the state": {"POST", "/callback", form("code=C&state=other")},
		"a foreign host":           {"GET", "/callback" + good, func(r *http.Request) { r.Host = "evil.example" }},
		"the page before its time": {"GET", "/done/guess", nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := listen(t, loopback.Config{})
			base := strings.TrimSuffix(r.RedirectURI(), "/callback")
			if res := send(t, c.method, base+c.tail, c.change); res.StatusCode < 400 || res.StatusCode > 499 {
				t.Errorf("status %d", res.StatusCode)
			}
			if res := send(t, "GET", r.RedirectURI()+good, nil); res.StatusCode != http.StatusSeeOther {
				t.Fatalf("the answer itself: %d", res.StatusCode)
			}
			v, err := r.Wait(t.Context())
			if err != nil || v.Get("code") != "C" {
				t.Errorf("%v, %v", v, err)
			}
		})
	}
}

// An answer that bears the state and cannot be taken ends the wait at once, and the
// browser is told how, at an address without a code.
func TestBrokenAnswers(t *testing.T) {
	good := "?code=C&state=" + state
	for name, c := range map[string]struct {
		method, tail string
		change       func(*http.Request)
		reason       string
	}{
		"a slash more":                {"GET", "/callback/" + good, nil, "another path than /callback"},
		"a slash too early":           {"GET", "//callback" + good, nil, "another path"},
		"another case":                {"GET", "/Callback" + good, nil, "another path"},
		"a letter in other words":     {"GET", "/%63allback" + good, nil, "another path"},
		"the query in the path":       {"GET", "/callback%3Fcode=C%26state=" + state, nil, "another path"},
		"two question marks":          {"GET", "/callback?code=C?state=" + state, nil, "not one parameter state"},
		"markup for an ampersand":     {"GET", "/callback?code=C&amp;state=" + state, nil, "no query"},
		"a foreign parameter twice":   {"GET", "/callback" + good + "&hint=a&hint=b", nil, "twice"},
		"two codes":                   {"GET", "/callback" + good + "&code=D", nil, "twice"},
		"two states":                  {"GET", "/callback" + good + "&state=other", nil, "not one parameter state"},
		"a percent sign":              {"GET", "/callback" + good + "&hint=100%", nil, "a percent sign"},
		"a percent sign in the state": {"GET", "/callback?code=C&x=%zz&state=" + state, nil, "a percent sign"},
		"a semicolon":                 {"GET", "/callback?code=C;state=" + state, nil, "no query"},
		"something behind the state":  {"GET", "/callback" + good + "/", nil, "not the one that was sent"},
		"neither code nor error":      {"GET", "/callback?token=T&state=" + state, nil, "neither code nor error"},
		"a form":                      {"POST", "/callback", form("code=C&state=" + state), "form_post"},
		"a form with a slash more":    {"POST", "/callback/", form("state=" + state + "&code=C"), "form_post"},
		"a fragment":                  {"GET", "/done/fragment" + good, nil, "fragment"},
		"localhost instead": {
			"GET", "/callback" + good, func(r *http.Request) { r.Host = "localhost:" + r.URL.Port() },
			"came to localhost",
		},
		"a query without end": {
			"GET", "/callback" + good + "&x=" + strings.Repeat("x", 129<<10), nil, "longer than 128 KiB",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := listen(t, loopback.Config{})
			base := strings.TrimSuffix(r.RedirectURI(), "/callback")
			res := send(t, c.method, base+c.tail, c.change)
			if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther ||
				strings.ContainsAny(to, "?=") {
				t.Errorf("%d to %q", res.StatusCode, to)
			}
			var broken *loopback.BrokenError
			if v, err := r.Wait(t.Context()); !errors.As(err, &broken) || !strings.Contains(broken.Reason, c.reason) ||
				strings.Contains(err.Error(), state) {
				t.Errorf("%v %v", v, err)
			}
			if res := send(t, "GET", r.RedirectURI()+good, nil); res.StatusCode != http.StatusBadRequest {
				t.Errorf("a sound one afterwards: %d", res.StatusCode)
			}
		})
	}
}

// A code of 16 KiB, and what other programs on this host have left in the browser.
func TestLargeAnswers(t *testing.T) {
	r := listen(t, loopback.Config{})
	code := strings.Repeat("c", 16<<10)
	res := send(t, "GET", r.RedirectURI()+"?code="+code+"&state="+state,
		header("Cookie", "a="+strings.Repeat("x", 64<<10)))
	if res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.StatusCode)
	}
	if v, err := r.Wait(t.Context()); err != nil || v.Get("code") != code {
		t.Errorf("%d bytes, %v", len(v.Get("code")), err)
	}
}

// What an error without a state says is told, and ends nothing.
func TestAnErrorWithoutAState(t *testing.T) {
	var told []loopback.Stray
	r := listen(t, loopback.Config{OnStray: func(s loopback.Stray) { told = append(told, s) }})
	base := strings.TrimSuffix(r.RedirectURI(), "/callback")
	for _, tail := range []string{"/callback?", "/callback/?", "/done/fragment?"} {
		send(t, "GET", base+tail+"error=invalid_scope&error_description=no%20such", nil)
	}
	send(t, "GET", r.RedirectURI()+"?error=invalid_scope&state=other", nil)
	if len(told) != 4 || told[3].Code != "" {
		t.Fatalf("%+v", told)
	}
	for _, s := range told[:3] {
		if s.Code != "invalid_scope" || s.Description != "no such" || strings.Contains(s.Reason, "such") {
			t.Errorf("%+v", s)
		}
	}
}

// Whoever comes after the end is told so, at an address without a code, until Close.
func TestLateAnswers(t *testing.T) {
	r := listen(t, loopback.Config{Host: "localhost"})
	r.GiveUp()
	if _, err := r.Wait(t.Context()); !errors.Is(err, loopback.ErrClosed) {
		t.Errorf("%v", err)
	}
	for _, tail := range []string{"?code=C&state=" + state, "?error=access_denied", "/?code=C&state=" + state, ""} {
		res, err := http.Get(r.RedirectURI() + tail)
		if err != nil {
			t.Fatal(err)
		}
		page, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if !strings.Contains(string(page), "given up") || res.Request.URL.RawQuery != "" {
			t.Errorf("%q: %s at %s", tail, page, res.Request.URL)
		}
	}
	if res := send(t, "GET", strings.TrimSuffix(r.RedirectURI(), "/callback")+"/favicon.ico",
		nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("a favicon: %d", res.StatusCode)
	}
	if res := send(t, "GET", r.RedirectURI()+"?code=C", func(r *http.Request) {
		r.Host = "evil.example"
	}); res.StatusCode != http.StatusNotFound {
		t.Errorf("a foreign host: %d", res.StatusCode)
	}
}

// A port that only tells late browsers is freed for the next sign-in; one that waits is
// not, and not for another user.
func TestMakingWay(t *testing.T) {
	refuse := false
	conf := loopback.Config{Host: "localhost", Peer: func(_, _ net.Addr) error {
		if refuse {
			return errors.New("uid 65534")
		}
		return nil
	}}
	r := listen(t, conf)
	u, _ := url.Parse(r.RedirectURI())
	again := loopback.Config{State: state, Host: "localhost", Ports: []int{port(t, u)}}
	var taken *loopback.PortError
	if _, err := loopback.Listen(t.Context(), again); !errors.As(err, &taken) {
		t.Fatalf("one that waits: %v", err)
	}
	r.GiveUp()
	refuse = true
	if _, err := loopback.Listen(t.Context(), again); !errors.As(err, &taken) {
		t.Fatalf("for another user: %v", err)
	}
	refuse = false
	listen(t, loopback.Config{Host: "localhost", Ports: again.Ports})
	<-r.Freed()
}

// A peer that is refused ends nothing, and is told apart from other strays.
func TestPeers(t *testing.T) {
	foreign, told := true, error(nil)
	r := listen(t, loopback.Config{
		Peer: func(_, _ net.Addr) error {
			if foreign {
				return errors.New("uid 65534")
			}
			return nil
		},
		OnStray: func(s loopback.Stray) { told = s.Err },
	})
	for _, tail := range []string{"?code=EVIL&state=" + state, "/?code=EVIL&state=" + state} {
		res := send(t, "GET", r.RedirectURI()+tail, nil)
		page, _ := io.ReadAll(res.Body)
		if res.StatusCode != http.StatusForbidden || !strings.Contains(string(page), "redirect_any_user") ||
			!errors.Is(told, loopback.ErrOtherUser) {
			t.Errorf("%d %s %v", res.StatusCode, page, told)
		}
	}
	foreign = false
	if res := send(t, "GET", r.RedirectURI()+"?code=C&state="+state, nil); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.StatusCode)
	}
	if v, err := r.Wait(t.Context()); err != nil || v.Get("code") != "C" {
		t.Errorf("%v %v", v, err)
	}
}

func TestOneAnswerOnce(t *testing.T) {
	r := listen(t, loopback.Config{})
	first := send(t, "GET", r.RedirectURI()+"?code=C&state="+state, nil)
	again := send(t, "GET", r.RedirectURI()+"?code=C&state="+state, nil)
	other := send(t, "GET", r.RedirectURI()+"?code=D&state="+state, nil)
	if first.StatusCode != 303 || again.StatusCode != 303 ||
		again.Header.Get("Location") != first.Header.Get("Location") || other.StatusCode != 400 {
		t.Errorf("%d %d %d", first.StatusCode, again.StatusCode, other.StatusCode)
	}
	if strings.ContainsAny(first.Header.Get("Location"), "?&=") {
		t.Errorf("the page's address is %s", first.Header.Get("Location"))
	}
	if v, err := r.Wait(t.Context()); err != nil || v.Get("code") != "C" {
		t.Fatalf("%v %v", v, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if v, err := r.Wait(ctx); err == nil {
		t.Errorf("a second answer: %v", v)
	}
}

func TestThePageSaysHowItReallyEnded(t *testing.T) {
	r := listen(t, loopback.Config{})
	page := make(chan string, 1)
	go func() {
		res, err := http.Get(r.RedirectURI() + "?error=access_denied&state=" + state)
		if err != nil {
			page <- err.Error()
			return
		}
		defer func() { _ = res.Body.Close() }()
		data, _ := io.ReadAll(res.Body)
		for name, want := range map[string]string{
			"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Frame-Options": "DENY",
			"X-Content-Type-Options": "nosniff",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %q", name, got)
			}
		}
		if csp := res.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") ||
			strings.Contains(csp, "unsafe") {
			t.Errorf("CSP %q", csp)
		}
		page <- string(data) + res.Request.URL.String()
	}()
	if _, err := r.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.Finish(t.Context(), loopback.Outcome{Title: "It was <b>refused</b>", Text: "by \"><script>alert(1)</script>"})
	got := <-page
	if !strings.Contains(got, "It was &lt;b&gt;refused") || strings.Count(got, "<script>") != 1 || // ours, by its hash
		strings.Contains(got, "<script>alert") || strings.Contains(got, state) {
		t.Errorf("%s", got)
	}
}

func TestAPastedAddressIsHeldAsStrictly(t *testing.T) {
	r := listen(t, loopback.Config{})
	good := r.RedirectURI() + "?code=C&state=" + state
	for _, bad := range []string{
		"", "nonsense", strings.Replace(good, "http:", "https:", 1), strings.Replace(good, "127.0.0.1", "127.0.0.2", 1),
		strings.Replace(good, "callback", "other", 1),
		r.RedirectURI() + "?code=C&state=other", r.RedirectURI() + "?code=C", good + "#x",
		strings.Replace(good, "//", "//u@", 1), good + "&code=D",
	} {
		if err := r.Accept(bad); !errors.Is(err, loopback.ErrPaste) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if err := r.Accept("  " + good + "\n"); err != nil {
		t.Fatal(err)
	}
	if v, err := r.Wait(t.Context()); err != nil || v.Get("code") != "C" {
		t.Errorf("%v %v", v, err)
	}
}

func TestLocalhostIsBothStacks(t *testing.T) {
	r := listen(t, loopback.Config{Host: "localhost"})
	u, _ := url.Parse(r.RedirectURI())
	if u.Hostname() != "localhost" {
		t.Fatal(u)
	}
	hosts := []string{"127.0.0.1"}
	if l, err := net.Listen("tcp6", "[::1]:0"); err == nil {
		_ = l.Close()
		hosts = append(hosts, "::1")
	}
	for _, host := range hosts {
		res := send(t, "GET", "http://"+net.JoinHostPort(host, u.Port())+"/callback?code=C&state="+state,
			func(r *http.Request) { r.Host = u.Host })
		if res.StatusCode != 303 {
			t.Errorf("%s: %d", host, res.StatusCode)
		}
	}
}

func TestPorts(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	taken := l.Addr().(*net.TCPAddr).Port
	_, err = loopback.Listen(t.Context(), loopback.Config{State: state, Ports: []int{taken}})
	var port *loopback.PortError
	if !errors.As(err, &port) || !strings.Contains(err.Error(), "setting redirect_ports") ||
		!strings.Contains(err.Error(), strconv.Itoa(taken)) {
		t.Errorf("%v", err)
	}
	r := listen(t, loopback.Config{Ports: []int{taken, 0}})
	if strings.Contains(r.RedirectURI(), ":"+strconv.Itoa(taken)+"/") {
		t.Error("the taken port")
	}
	for _, bad := range []loopback.Config{
		{State: state, Host: "0.0.0.0"}, {State: state, Host: "evil.example"}, {State: state, Path: "callback"}, {},
	} {
		if _, err := loopback.Listen(t.Context(), bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

func TestCloseFreesThePortAndEndsTheWait(t *testing.T) {
	r := listen(t, loopback.Config{})
	waited := make(chan error, 1)
	go func() { _, err := r.Wait(context.Background()); waited <- err }()
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Fatal(err)
	}
	if err := <-waited; !errors.Is(err, loopback.ErrClosed) {
		t.Errorf("%v", err)
	}
	u, _ := url.Parse(r.RedirectURI())
	l, err := net.Listen("tcp4", u.Host)
	if err != nil {
		t.Fatalf("the port is still held: %v", err)
	}
	_ = l.Close()
}

// Any page can send a browser's worth of requests while the person types. Nothing
// of them stays: what is held after thousands is what was held after the first few.
func TestAFloodEndsNothingAndLeavesNothing(t *testing.T) {
	r := listen(t, loopback.Config{})
	client := &http.Client{CheckRedirect: direct.CheckRedirect, Transport: &http.Transport{MaxConnsPerHost: 6}}
	defer client.CloseIdleConnections()
	flood := func(n int) uint64 {
		var wait sync.WaitGroup
		for range 6 {
			wait.Go(func() {
				for i := range n {
					res, err := client.Get(r.RedirectURI() + "?error=access_denied&state=" + strconv.Itoa(i) + "&x=" +
						strings.Repeat("x", 4<<10))
					if err == nil {
						_ = res.Body.Close()
					}
				}
			})
		}
		wait.Wait()
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	few := flood(50)
	if many := flood(1000); many > few+4<<20 { // it sent 24 MiB
		t.Errorf("%d KiB were held after a few, %d KiB after many", few>>10, many>>10)
	}
	if res := send(t, "GET", r.RedirectURI()+"?code=C&state="+state, nil); res.StatusCode != 303 {
		t.Fatal(res.StatusCode)
	}
	if _, err := r.Wait(t.Context()); err != nil {
		t.Error(err)
	}
}

func FuzzCallback(f *testing.F) {
	f.Add("code=C&state=" + state)
	f.Add("code=C&state=" + state + "&state=" + state)
	f.Add("error=access_denied&code=%00&state=" + state)
	f.Fuzz(func(t *testing.T, query string) {
		r, err := loopback.Listen(context.Background(), loopback.Config{State: state})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Close() }()
		u, _ := url.Parse(r.RedirectURI())
		req := httptest.NewRequest("GET", "/callback", nil)
		req.URL.RawQuery, req.Host = query, u.Host
		w := httptest.NewRecorder()
		r.ServeHTTP(w, req)
		if w.Code != http.StatusSeeOther {
			return
		}
		ctx, stop := context.WithTimeout(context.Background(), time.Second)
		defer stop()
		v, err := r.Wait(ctx)
		var broken *loopback.BrokenError
		if errors.As(err, &broken) {
			return
		}
		if err != nil || v.Get("state") != state || !v.Has("code") && !v.Has("error") {
			t.Errorf("%q was taken: %v %v", query, v, err)
		}
		for name, values := range v {
			if len(values) != 1 {
				t.Errorf("%q was taken with %s doubled", query, name)
			}
		}
	})
}

func port(t *testing.T, u *url.URL) int {
	t.Helper()
	n, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	return n
}
