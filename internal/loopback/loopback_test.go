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
		"two states":               {"GET", "/callback" + good + "&state=other", nil},
		"two codes":                {"GET", "/callback" + good + "&code=D", nil},
		"neither code nor error":   {"GET", "/callback?state=" + state, nil},
		"a query that is none":     {"GET", "/callback?%zz&state=" + state, nil},
		"a query without end":      {"GET", "/callback" + good + "&x=" + strings.Repeat("x", 9<<10), nil},
		"HEAD":                     {"HEAD", "/callback" + good, nil},
		"POST":                     {"POST", "/callback" + good, nil},
		"OPTIONS":                  {"OPTIONS", "/callback" + good, nil},
		"a prefetch":               {"GET", "/callback" + good, header("Sec-Purpose", "prefetch;prerender")},
		"an older prefetch":        {"GET", "/callback" + good, header("Purpose", "prefetch")},
		"Firefox's prefetch":       {"GET", "/callback" + good, header("X-Moz", "prefetch")},
		"a script of a page":       {"GET", "/callback" + good, header("Sec-Fetch-Mode", "no-cors")},
		"a foreign host":           {"GET", "/callback" + good, func(r *http.Request) { r.Host = "evil.example" }},
		"localhost, not as agreed": {"GET", "/callback" + good, func(r *http.Request) { r.Host = "localhost:" + r.URL.Port() }},
		"another path":             {"GET", "/callback/" + good, nil},
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

func TestOneAnswerOnce(t *testing.T) {
	r := listen(t, loopback.Config{})
	first := send(t, "GET", r.RedirectURI()+"?code=C&state="+state, nil)
	again := send(t, "GET", r.RedirectURI()+"?code=C&state="+state, nil)
	other := send(t, "GET", r.RedirectURI()+"?code=D&state="+state, nil)
	if first.StatusCode != 303 || again.StatusCode != 303 || again.Header.Get("Location") != first.Header.Get("Location") || other.StatusCode != 400 {
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
		for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff"} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %q", name, got)
			}
		}
		if csp := res.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("CSP %q", csp)
		}
		page <- string(data) + res.Request.URL.String()
	}()
	if _, err := r.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.Finish(t.Context(), loopback.Outcome{Title: "It was <b>refused</b>", Text: "by \"><script>alert(1)</script>"})
	got := <-page
	if !strings.Contains(got, "It was &lt;b&gt;refused") || strings.Contains(got, "<script>") || strings.Contains(got, state) {
		t.Errorf("%s", got)
	}
}

func TestAPastedAddressIsHeldAsStrictly(t *testing.T) {
	r := listen(t, loopback.Config{})
	good := r.RedirectURI() + "?code=C&state=" + state
	for _, bad := range []string{
		"", "nonsense", strings.Replace(good, "http:", "https:", 1), strings.Replace(good, "127.0.0.1", "127.0.0.2", 1), strings.Replace(good, "callback", "other", 1),
		r.RedirectURI() + "?code=C&state=other", r.RedirectURI() + "?code=C", good + "#x", strings.Replace(good, "//", "//u@", 1), good + "&code=D",
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
		res := send(t, "GET", "http://"+net.JoinHostPort(host, u.Port())+"/callback?code=C&state="+state, func(r *http.Request) { r.Host = u.Host })
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
	if !errors.As(err, &port) || !strings.Contains(err.Error(), "LATCHKEY_REDIRECT_PORTS") || !strings.Contains(err.Error(), strconv.Itoa(taken)) {
		t.Errorf("%v", err)
	}
	r := listen(t, loopback.Config{Ports: []int{taken, 0}})
	if strings.Contains(r.RedirectURI(), ":"+strconv.Itoa(taken)+"/") {
		t.Error("the taken port")
	}
	for _, bad := range []loopback.Config{{State: state, Host: "0.0.0.0"}, {State: state, Host: "evil.example"}, {State: state, Path: "callback"}, {}} {
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
					res, err := client.Get(r.RedirectURI() + "?error=access_denied&state=" + strconv.Itoa(i) + "&x=" + strings.Repeat("x", 4<<10))
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
