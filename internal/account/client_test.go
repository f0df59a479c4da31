package account_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
)

// api is a server that notes which token each request bore, and to which redirects
// can be ordered.
type api struct {
	*httptest.Server
	mu     sync.Mutex
	bore   []string
	bodies []string
	from   map[string]bool // the other ends of the connections
	to     string          // redirects /away there
	refuse map[string]bool // tokens that get 401
}

func newAPI(t *testing.T) *api {
	t.Helper()
	a := &api{refuse: map[string]bool{}, from: map[string]bool{}}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		a.mu.Lock()
		defer a.mu.Unlock()
		token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		a.from[r.RemoteAddr] = true
		a.bore, a.bodies = append(a.bore, token), append(a.bodies, string(body))
		switch {
		case r.URL.Path == "/away":
			http.Redirect(w, r, a.to, http.StatusTemporaryRedirect)
		case a.refuse[token]:
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, "refused")
		default:
			_, _ = io.WriteString(w, "for "+token)
		}
	}))
	t.Cleanup(a.Close)
	return a
}

func (a *api) tokens() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.bore)
}

func client(t *testing.T, d *testManager, origins ...string) *http.Client {
	t.Helper()
	c, err := d.Client(origins...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// fetch returns the answer's status and text.
func fetch(t *testing.T, c *http.Client, method, address string, body io.Reader) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func TestTheClientSendsTheTokenToTheAllowedOriginAlone(t *testing.T) {
	d, ours, other := signedIn(t), newAPI(t), newAPI(t)
	c := client(t, d, ours.URL)
	if _, got := fetch(t, c, "GET", ours.URL+"/me?x=1", nil); got != "for AT1" {
		t.Errorf("ours: %q", got)
	}
	// Another port is another origin, and so is another name of the same address.
	for _, address := range []string{other.URL, strings.Replace(ours.URL, "127.0.0.1", "localhost", 1)} {
		if _, got := fetch(t, c, "GET", address, nil); got != "for " {
			t.Errorf("%s got %q", address, got)
		}
	}
}

func TestTheTokenFollowsNoRedirectToAnotherOrigin(t *testing.T) {
	d, ours, other := signedIn(t), newAPI(t), newAPI(t)
	for name, origins := range map[string][]string{
		"that is not allowed": {ours.URL}, "that is allowed too": {ours.URL, other.URL},
	} {
		t.Run(name, func(t *testing.T) {
			c := client(t, d, origins...)
			ours.to, other.to = other.URL+"/away", ours.URL+"/back" // there, and back again
			ours.bore, other.bore = nil, nil
			if _, got := fetch(t, c, "POST", ours.URL+"/away", strings.NewReader("x")); got != "for " {
				t.Errorf("it came back with %q", got)
			}
			if !slices.Equal(other.tokens(), []string{""}) || !slices.Equal(ours.tokens(), []string{"AT1", ""}) {
				t.Errorf("ours got %q, the other %q", ours.tokens(), other.tokens())
			}
		})
	}
	ours.to, ours.bore = ours.URL+"/here", nil
	if _, got := fetch(t, client(t, d, ours.URL), "GET", ours.URL+"/away", nil); got != "for AT1" {
		t.Errorf("a redirect within the origin lost the token: %q", got)
	}
}

func TestA401IsRenewedOnceAndTheBodySentAgain(t *testing.T) {
	d, ours := signedIn(t), newAPI(t)
	ours.refuse["AT1"] = true
	c := client(t, d, ours.URL)
	if status, got := fetch(t, c, "POST", ours.URL, strings.NewReader("the body")); status != http.StatusOK ||
		got != "for AT2" {
		t.Errorf("%d %q", status, got)
	}
	if !slices.Equal(ours.bodies, []string{"the body", "the body"}) {
		t.Errorf("sent %q", ours.bodies)
	}
	if len(ours.from) != 1 {
		t.Errorf("%d connections for a request that was sent twice", len(ours.from))
	}
	ours.refuse["AT2"], ours.refuse["AT3"] = true, true
	if status, got := fetch(t, c, "GET", ours.URL, nil); status != http.StatusUnauthorized || got != "refused" {
		t.Errorf("a server that refuses every token: %d %q", status, got)
	}
	if d.provider.refreshes != 2 {
		t.Errorf("%d refreshes", d.provider.refreshes)
	}
	ours.bore = nil
	once := io.MultiReader(strings.NewReader("can be read once")) // net/http gives it no GetBody
	if status, _ := fetch(t, c, "POST", ours.URL, once); status != http.StatusUnauthorized || len(ours.tokens()) != 1 {
		t.Errorf("a body that cannot be sent again: %d after %d requests", status, len(ours.tokens()))
	}
	d.provider.refresh = nil
	d.provider.good["ada"] = "another" // the provider refuses to renew
	if status, got := fetch(t, c, "GET", ours.URL, nil); status != http.StatusUnauthorized || got != "refused" {
		t.Errorf("no renewal to be had: %d %q", status, got)
	}
}

func TestTheClientIsOfWhoeverIsActive(t *testing.T) {
	d, ours := three(t), newAPI(t)
	c := client(t, d, ours.URL)
	if err := d.Switch(t.Context(), key("ada")); err != nil {
		t.Fatal(err)
	}
	if _, got := fetch(t, c, "GET", ours.URL, nil); got != "for AT1" {
		t.Errorf("after the switch: %q", got)
	}
	hers, err := d.ClientOf(key("grace"), ours.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, got := fetch(t, hers, "GET", ours.URL, nil); got != "for AT2" {
		t.Errorf("Grace's own: %q", got)
	}
	ours.refuse["AT2"] = true
	if _, got := fetch(t, hers, "GET", ours.URL, nil); got != "for AT4" {
		t.Errorf("Grace's own after a 401: %q", got)
	}
	if _, err := d.SignOut(t.Context(), session.Key{}, account.ScopeTokens); err != nil {
		t.Fatal(err)
	}
	req, _ := http.NewRequestWithContext(t.Context(), "GET", ours.URL, nil)
	if res, err := c.Do(req); !errors.Is(err, account.ErrNobody) {
		if err == nil {
			_ = res.Body.Close()
		}
		t.Errorf("with nobody signed in: %v", err)
	}
}

func TestARequestsOwnAuthorizationIsLeftAlone(t *testing.T) {
	d, ours := signedIn(t), newAPI(t)
	req, _ := http.NewRequestWithContext(t.Context(), "GET", ours.URL, nil)
	req.Header.Set("Authorization", "Bearer mine")
	res, err := client(t, d, ours.URL).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if got := ours.tokens(); !slices.Equal(got, []string{"mine"}) {
		t.Errorf("%q", got)
	}
}

func TestOriginsThatGetNoToken(t *testing.T) {
	d := signedIn(t)
	for _, origin := range []string{
		"", "api.example", "http://api.example", "https://", "https://u:p@api.example", "https://api.example/path",
		"https://api.example?x", "https://api.example#x", "ftp://api.example", "https://api.example:bad",
	} {
		if _, err := d.Client("https://good.example", origin); !errors.Is(err, account.ErrOrigin) {
			t.Errorf("%q: %v", origin, err)
		}
	}
	if _, err := d.Client(); !errors.Is(err, account.ErrOrigin) {
		t.Errorf("none: %v", err)
	}
	if _, err := d.Client("https://API.example:443/", "http://localhost:9000", "http://[::1]:9000"); err != nil {
		t.Error(err)
	}
}
