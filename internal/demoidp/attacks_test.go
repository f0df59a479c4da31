package demoidp_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"app.latchkey/internal/demoidp"
	"app.latchkey/internal/robot"
)

// forms are the addresses of all forms of the three services.
func forms(idp *demoidp.Provider) []string {
	var out []string
	for _, path := range []string{"/signin", "/link", "/name", "/device", "/device/allow", "/signout"} {
		out = append(out, idp.Issuer()+path)
	}
	return append(out, idp.Directory()+"/signin", idp.Directory()+"/signout", idp.Social()+"/consent")
}

// bare is a browser that follows no redirect.
func bare() *http.Client {
	jar, _ := cookiejar.New(nil)
	return &http.Client{
		Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func send(t *testing.T, c *http.Client, req *http.Request) (*http.Response, string) {
	t.Helper()
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, _ := io.ReadAll(res.Body)
	return res, string(body)
}

// A form that another site posts, with fields that it guessed, does nothing.
func TestFormsFromElsewhereAreRefused(t *testing.T) {
	d := newRelyingParty(t, demoidp.Config{})
	_, page := d.get(d.request(oauth2.GenerateVerifier(), nil))
	visit := hidden.FindStringSubmatch(page)[2]
	for _, address := range forms(d.idp) {
		for _, site := range []string{"cross-site", "same-site", ""} {
			fields := url.Values{
				"visit": {visit}, "request": {visit}, "ask": {visit}, "token": {"x"}, "person": {"ada"},
				"csrf": {"guess"}, "name": {"x"},
			}
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, address,
				strings.NewReader(fields.Encode()))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if site != "" {
				req.Header.Set("Sec-Fetch-Site", site)
			}
			res, _ := send(t, d.browser, req)
			if res.StatusCode/100 != 4 || site != "" && res.StatusCode != http.StatusForbidden {
				t.Errorf("%s from %q: %s", address, site, res.Status)
			}
		}
	}
}

// Every page of every service has the security headers, and no inline script or style.
func TestEveryPageHasTheSecurityHeaders(t *testing.T) {
	d := newRelyingParty(t, demoidp.Config{})
	authorize := "/authorize?" + strings.SplitN(d.request(oauth2.GenerateVerifier(), nil), "?", 2)[1]
	inline := regexp.MustCompile(`(?i)<script(?:\s+defer)?>|<style|\son[a-z]+=|\sstyle=|javascript:|https?://`)
	for _, address := range []string{
		d.idp.Issuer() + "/", d.idp.Issuer() + authorize, d.idp.Issuer() + "/inbox", d.idp.Issuer() + "/inbox/none",
		d.idp.Issuer() + "/link/none", d.idp.Issuer() + "/device",
		d.idp.Issuer() + "/signout", d.idp.Issuer() + "/sent?visit=none", d.idp.Issuer() + "/sso/callback",
		d.idp.Issuer() + "/social/callback",
		d.idp.Directory() + "/signin", d.idp.Directory() + "/signout", d.idp.Social() + "/authorize",
	} {
		res, page := d.get(address)
		h := res.Header
		policy := h.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "unsafe") ||
			!strings.Contains(policy, "frame-ancestors 'none'") ||
			!strings.Contains(policy, "form-action 'self' http://127.0.0.1:* http://localhost:*;") {
			t.Errorf("%s: policy %s", address, policy)
		}
		if h.Get("Referrer-Policy") != "no-referrer" || h.Get("Cache-Control") != "no-store" ||
			h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(h.Get("Content-Type"), "text/html") {
			t.Errorf("%s: %v", address, h)
		}
		if found := inline.FindAllString(strings.ReplaceAll(page, d.idp.Issuer(), ""), -1); len(found) > 0 {
			t.Errorf("%s: %q in the page", address, found)
		}
		for _, c := range res.Cookies() {
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
				t.Errorf("%s: cookie %v", address, c)
			}
		}
	}
}

func TestAnotherHostIsNotServed(t *testing.T) {
	idp := start(t, demoidp.Config{})
	for _, origin := range []string{idp.Issuer(), idp.Directory(), idp.Social()} {
		for _, host := range []string{"evil.example", "localhost" + origin[strings.LastIndex(origin, ":"):], ""} {
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet,
				origin+"/.well-known/openid-configuration", nil)
			if req.Host = host; host == "" {
				req.Host = "127.0.0.1"
			}
			if res, _ := send(t, bare(), req); res.StatusCode != http.StatusMisdirectedRequest {
				t.Errorf("%s as %q: %s", origin, host, res.Status)
			}
		}
	}
}

// The browser is sent to no address that is not registered.
func TestNoOpenRedirects(t *testing.T) {
	d := newRelyingParty(t, demoidp.Config{})
	evil := "http://evil.example/callback"
	social := d.idp.Social() + "/authorize?" + url.Values{
		"client_id": {"broker"}, "redirect_uri": {evil}, "response_type": {"code"}, "code_challenge": {"x"},
		"code_challenge_method": {"S256"},
	}.Encode()
	for _, address := range []string{
		d.request(oauth2.GenerateVerifier(), url.Values{"redirect_uri": {evil}}),
		d.request(oauth2.GenerateVerifier(), url.Values{"redirect_uri": {"http://127.0.0.1:4711/other"}}),
		d.request(oauth2.GenerateVerifier(), url.Values{"redirect_uri": {"http://127.0.0.1.evil.example/callback"}}),
		d.request(oauth2.GenerateVerifier(), url.Values{"client_id": {"another"}}),
		d.idp.Issuer() + "/end_session?" + url.Values{
			"client_id": {demoidp.ClientID}, "post_logout_redirect_uri": {evil},
		}.Encode(),
		d.idp.Directory() + "/authorize?" + url.Values{
			"client_id": {"broker-acme"}, "redirect_uri": {evil}, "response_type": {"code"}, "scope": {"openid"},
		}.Encode(),
		social,
	} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if res, _ := send(t, bare(), req); res.StatusCode != http.StatusBadRequest || res.Header.Get("Location") != "" {
			t.Errorf("%s: %s to %q", address, res.Status, res.Header.Get("Location"))
		}
	}
}

// leave begins SSO or social login and returns the address that the other service sends the browser back to, without
// going there.
func leave(t *testing.T, d *relyingParty, way robot.Walk) (callback string) {
	t.Helper()
	stop := func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/callback") }
	b := robot.New(catcher{stop, &callback})
	page, err := b.Visit(t.Context(), d.request(oauth2.GenerateVerifier(), nil))
	if err == nil {
		_, err = way(t.Context(), b, page)
	}
	if callback == "" {
		t.Fatalf("no callback: %v", err)
	}
	return callback
}

// catcher refuses the requests for which stop is true, and remembers the last address.
type catcher struct {
	stop func(*http.Request) bool
	to   *string
}

// RoundTrip implements http.RoundTripper.
func (c catcher) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.stop(r) {
		*c.to = r.URL.String()
		return nil, context.Canceled
	}
	return http.DefaultTransport.RoundTrip(r)
}

// A callback works only in the browser that began the sign-in, and only with its state: otherwise an attacker could
// sign a victim in with the code of the attacker's own sign-in.
func TestACallbackBelongsToItsBrowser(t *testing.T) {
	d := newRelyingParty(t, demoidp.Config{})
	for name, way := range map[string]robot.Walk{
		"SSO": robot.SSO("ada@acme.example", "analytical-engine"), "social": robot.Quick("ada"),
	} {
		callback := leave(t, d, way)
		guessed := regexp.MustCompile(`state=[^&]+`).ReplaceAllString(callback, "state=guess")
		for _, address := range []string{callback, guessed} {
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
			if res, _ := send(t, bare(), req); res.StatusCode != http.StatusForbidden || len(res.Cookies()) > 0 {
				t.Errorf("%s in another browser: %s %v", name, res.Status, res.Cookies())
			}
		}
	}
}

// In the browser that began the sign-in, a callback works once, and only when it names the right issuer.
func TestACallbackWorksOnce(t *testing.T) {
	d := newRelyingParty(t, demoidp.Config{})
	twice := func(change func(string) string, want int) {
		t.Helper()
		var callback string
		jarred := bare()
		b := robot.New(both{jarred, &callback})
		page, err := b.Visit(t.Context(), d.request(oauth2.GenerateVerifier(), nil))
		if err != nil {
			t.Fatal(err)
		}
		if _, err = robot.SSO("ada@acme.example", "analytical-engine")(t.Context(), b, page); callback == "" {
			t.Fatal(err)
		}
		for i, status := range []int{want, http.StatusForbidden} {
			p, err := b.Visit(t.Context(), change(callback)+"&go=1")
			if status == http.StatusFound {
				if err == nil || !strings.Contains(err.Error(), "4711") { // sent to the app, which is not there
					t.Errorf("%d: %v", i, err)
				}
				continue
			}
			if err != nil || p.Status != status {
				t.Errorf("%d: %+v %v, want %d", i, p, err, status)
			}
		}
	}
	twice(func(s string) string { return s }, http.StatusFound)
	twice(func(s string) string {
		return regexp.MustCompile(`iss=[^&]+`).ReplaceAllString(s, "iss=http://evil.example")
	}, http.StatusForbidden)
	twice(func(s string) string { return regexp.MustCompile(`&?iss=[^&]+`).ReplaceAllString(s, "") },
		http.StatusForbidden)
}

// both refuses callbacks and remembers the last one, but lets those with go=1 through.
type both struct {
	*http.Client
	callback *string
}

// RoundTrip implements http.RoundTripper.
func (c both) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/sso/callback" && !r.URL.Query().Has("go") {
		*c.callback = r.URL.String()
		return nil, context.Canceled
	}
	return http.DefaultTransport.RoundTrip(r)
}

// Plaza refuses a client that does not know the secret, and a token that it did not issue (RFC 6749 §5.2, RFC 6750
// §3.1).
func TestPlazaRefusesGuesses(t *testing.T) {
	d := newRelyingParty(t, demoidp.Config{})
	code, _ := url.Parse(leave(t, d, robot.Quick("ada")))
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code.Query().Get("code")},
		"redirect_uri": {d.idp.Issuer() + "/social/callback"}, "code_verifier": {oauth2.GenerateVerifier()},
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, d.idp.Social()+"/token",
		strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth("broker", "guess")
	if res, body := send(t, bare(), req); res.StatusCode != http.StatusUnauthorized ||
		!strings.Contains(body, "invalid_client") {
		t.Errorf("a guessed secret: %s %s", res.Status, body)
	}
	req, _ = http.NewRequestWithContext(t.Context(), http.MethodGet, d.idp.Social()+"/me", nil)
	req.Header.Set("Authorization", "Bearer guess")
	if res, _ := send(t, bare(), req); res.StatusCode != http.StatusUnauthorized ||
		res.Header.Get("WWW-Authenticate") == "" {
		t.Errorf("a guessed token: %s", res.Status)
	}
}
