package demoidp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"app.latchkey/internal/demoidp"
)

const redirect = "http://127.0.0.1:4711/callback"

// relyingParty is a client with a browser of its own.
type relyingParty struct {
	t       *testing.T
	idp     *demoidp.Provider
	browser *http.Client
}

func newRelyingParty(t *testing.T, c demoidp.Config) *relyingParty {
	t.Helper()
	if c.Addr == "" {
		c.Addr = "127.0.0.1:0"
	}
	if c.Dir == "" {
		c.Dir = t.TempDir()
	}
	idp, err := demoidp.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = idp.Close() })
	jar, _ := cookiejar.New(nil)
	return &relyingParty{t, idp, &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host == "127.0.0.1:4711" {
			return http.ErrUseLastResponse
		}
		return nil
	}}}
}

func (d *relyingParty) request(verifier string, more url.Values) string {
	v := url.Values{
		"client_id": {demoidp.ClientID}, "redirect_uri": {redirect}, "response_type": {"code"},
		"scope": {"openid profile email offline_access"}, "state": {"S"}, "nonce": {"N"},
	}
	if verifier != "" {
		v.Set("code_challenge", oauth2.S256ChallengeFromVerifier(verifier))
		v.Set("code_challenge_method", "S256")
	}
	for name, values := range more {
		v[name] = values
	}
	return d.idp.Issuer() + "/authorize?" + v.Encode()
}

func (d *relyingParty) get(address string) (*http.Response, string) {
	d.t.Helper()
	res, err := d.browser.Get(address)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, _ := io.ReadAll(res.Body)
	return res, string(data)
}

var hidden = regexp.MustCompile(`name="(visit|csrf)" value="([^"]*)"`)

// choose fetches the page, posts the choice and returns the answer that the client gets.
func (d *relyingParty) choose(address string, choice url.Values) url.Values {
	d.t.Helper()
	_, page := d.get(address)
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		if !choice.Has(m[1]) {
			choice.Set(m[1], m[2])
		}
	}
	res, err := d.browser.PostForm(d.idp.Issuer()+"/signin", choice)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	to, err := res.Location()
	if err != nil {
		return url.Values{"status": {res.Status}}
	}
	return to.Query()
}

// token posts to the token endpoint.
func (d *relyingParty) token(form url.Values) (int, map[string]any) {
	d.t.Helper()
	form.Set("client_id", demoidp.ClientID)
	res, err := http.PostForm(d.idp.Issuer()+"/oauth/token", form)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var v map[string]any
	_ = json.NewDecoder(res.Body).Decode(&v)
	return res.StatusCode, v
}

func (d *relyingParty) signIn() map[string]any {
	d.t.Helper()
	verifier := oauth2.GenerateVerifier()
	answer := d.choose(d.request(verifier, nil), url.Values{"person": {"ada"}})
	if answer.Get("state") != "S" || answer.Get("iss") != d.idp.Issuer() {
		d.t.Fatalf("%v", answer)
	}
	status, v := d.token(url.Values{
		"grant_type": {"authorization_code"}, "code": {answer.Get("code")}, "redirect_uri": {redirect},
		"code_verifier": {verifier},
	})
	if status != 200 {
		d.t.Fatalf("%d %v", status, v)
	}
	return v
}

func (d *relyingParty) refresh(token any) (int, map[string]any) {
	return d.token(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token.(string)}})
}

func (d *relyingParty) userinfo(token any) int {
	req, _ := http.NewRequest("GET", d.idp.Issuer()+"/userinfo", nil)
	req.Header.Set("Authorization", "Bearer "+token.(string))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

func TestRotationAndReuse(t *testing.T) {
	d := newRelyingParty(t, demoidp.Config{})
	first := d.signIn()
	if d.userinfo(first["access_token"]) != 200 {
		t.Error("userinfo refuses")
	}
	status, second := d.refresh(first["refresh_token"])
	if status != 200 || second["refresh_token"] == first["refresh_token"] {
		t.Fatalf("%d: not rotated", status)
	}
	if status, v := d.refresh(first["refresh_token"]); status != 400 || v["error"] != "invalid_grant" {
		t.Errorf("used twice: %d %v", status, v)
	}
	if status, _ := d.refresh(second["refresh_token"]); status != 400 {
		t.Error("the family lives on after a reuse")
	}
	if d.userinfo(second["access_token"]) == 200 {
		t.Error("the access token lives on after a reuse")
	}
}

func TestRevocationKillsAccess(t *testing.T) {
	d := newRelyingParty(t, demoidp.Config{})
	v := d.signIn()
	res, err := http.PostForm(d.idp.Issuer()+"/revoke",
		url.Values{"token": {v["refresh_token"].(string)}, "client_id": {demoidp.ClientID}})
	if err != nil || res.StatusCode != 200 {
		t.Fatalf("%v %v", res, err)
	}
	_ = res.Body.Close()
	if status, _ := d.refresh(v["refresh_token"]); status != 400 || d.userinfo(v["access_token"]) == 200 {
		t.Error("alive after the revocation")
	}
}

func TestPKCEIsDemanded(t *testing.T) {
	d := newRelyingParty(t, demoidp.Config{})
	if res, _ := d.get(d.request("", nil)); !strings.Contains(res.Header.Get("Location"), "error=invalid_request") {
		t.Errorf("without a challenge: %s %s", res.Status, res.Header.Get("Location"))
	}
	answer := d.choose(d.request(oauth2.GenerateVerifier(), nil), url.Values{"person": {"ada"}})
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {answer.Get("code")}, "redirect_uri": {redirect},
		"code_verifier": {oauth2.GenerateVerifier()},
	}
	if status, _ := d.token(form); status != 400 {
		t.Errorf("another verifier: %d", status)
	}
	if status, _ := d.token(form); status != 400 {
		t.Errorf("the code again: %d", status)
	}
}

func TestCancelPromptAndHint(t *testing.T) {
	d := newRelyingParty(t, demoidp.Config{})
	v := oauth2.GenerateVerifier()
	if got := d.choose(d.request(v, nil), url.Values{"cancel": {"1"}}); got.Get("error") != "access_denied" ||
		got.Get("state") != "S" || got.Get("iss") == "" {
		t.Errorf("cancel: %v", got)
	}
	none := url.Values{"prompt": {"none"}}
	if res, _ := d.get(d.request(v, none)); !strings.Contains(res.Header.Get("Location"), "error=login_required") {
		t.Errorf("prompt=none with nobody: %s", res.Header.Get("Location"))
	}
	d.signIn()
	if res, _ := d.get(d.request(v, none)); !strings.Contains(res.Header.Get("Location"), "code=") {
		t.Errorf("prompt=none after a sign-in: %s", res.Header.Get("Location"))
	}
	if _, page := d.get(d.request(v, url.Values{"login_hint": {"grace@acme.example\"><script>"}})); strings.Contains(
		page, "<script>") {
		t.Error("markup of the hint stands in the page")
	}
}

func TestOnlyTheBrowserThatWasShownThePageMayChoose(t *testing.T) {
	d := newRelyingParty(t, demoidp.Config{})
	address := d.request(oauth2.GenerateVerifier(), nil)
	if got := d.choose(address, url.Values{"person": {"ada"}, "csrf": {"guess"}}); got.Get("code") != "" {
		t.Errorf("a guessed csrf: %v", got)
	}
	_, page := d.get(address)
	form := url.Values{"person": {"ada"}}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], m[2])
	}
	stranger := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	res, err := stranger.PostForm(d.idp.Issuer()+"/signin", form)
	if err != nil || res.StatusCode != http.StatusForbidden {
		t.Errorf("another browser: %v %v", res, err)
	}
	_ = res.Body.Close()
	req, _ := http.NewRequest("GET", d.idp.Issuer()+"/signin", nil)
	req.Host = "evil.example"
	if res, err = http.DefaultClient.Do(req); err != nil || res.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("another host: %v %v", res, err)
	}
	_ = res.Body.Close()
}

func TestARestartKeepsKeyAndGrants(t *testing.T) {
	dir := t.TempDir()
	d := newRelyingParty(t, demoidp.Config{Dir: dir})
	v := d.signIn()
	_, keys := d.get(d.idp.Issuer() + "/keys")
	addr := strings.TrimPrefix(d.idp.Issuer(), "http://")
	if err := d.idp.Close(); err != nil {
		t.Fatal(err)
	}
	again := newRelyingParty(t, demoidp.Config{Dir: dir, Addr: addr})
	if again.idp.Issuer() != d.idp.Issuer() || again.idp.Notice() != "" {
		t.Fatalf("%s, %q", again.idp.Issuer(), again.idp.Notice())
	}
	if _, now := again.get(again.idp.Issuer() + "/keys"); now != keys {
		t.Error("another key")
	}
	if status, _ := again.refresh(v["refresh_token"]); status != 200 {
		t.Errorf("the grant is gone: %d", status)
	}
	moved := newRelyingParty(t, demoidp.Config{Addr: addr})
	if moved.idp.Issuer() == again.idp.Issuer() || !strings.Contains(moved.idp.Notice(), "is taken") {
		t.Errorf("%s %q", moved.idp.Issuer(), moved.idp.Notice())
	}
}

func TestADamagedFolderBeginsAnew(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "provider.json")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	newRelyingParty(t, demoidp.Config{Dir: dir}).signIn()
	if _, err := os.Stat(path + ".unreadable"); err != nil {
		t.Error(err)
	}
	data, _ := os.ReadFile(path)
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 || len(data) == 0 {
		t.Errorf("mode %v", info.Mode())
	}
}

func TestOnlyLoopback(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.168.0.1:0", "localhost:0"} {
		if p, err := demoidp.Start(context.Background(), demoidp.Config{Dir: t.TempDir(), Addr: addr}); err == nil {
			_ = p.Close()
			t.Errorf("%s is listened on", addr)
		}
	}
}

// post posts to an endpoint of the broker as the client, and reads JSON.
func (d *relyingParty) post(path string, form url.Values) (int, map[string]any) {
	d.t.Helper()
	form.Set("client_id", demoidp.ClientID)
	res, err := http.PostForm(d.idp.Issuer()+path, form)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var v map[string]any
	_ = json.NewDecoder(res.Body).Decode(&v)
	return res.StatusCode, v
}

// A code that is presented twice was stolen: the tokens that it brought are ended (RFC 6749 §4.1.2).
func TestACodeThatComesTwiceEndsItsTokens(t *testing.T) {
	d := newRelyingParty(t, demoidp.Config{})
	verifier := oauth2.GenerateVerifier()
	answer := d.choose(d.request(verifier, nil), url.Values{"person": {"ada"}})
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {answer.Get("code")}, "redirect_uri": {redirect},
		"code_verifier": {verifier},
	}
	_, v := d.token(form)
	if d.userinfo(v["access_token"]) != 200 {
		t.Fatal("no token")
	}
	if status, again := d.token(form); status != 400 || again["error"] != "invalid_grant" {
		t.Errorf("%d %v", status, again)
	}
	if status, _ := d.refresh(v["refresh_token"]); status != 400 ||
		d.userinfo(v["access_token"]) != http.StatusUnauthorized {
		t.Error("alive after the code came twice")
	}
}

func TestDiscoverySaysWhatIsServed(t *testing.T) {
	d := newRelyingParty(t, demoidp.Config{})
	_, text := d.get(d.idp.Issuer() + "/.well-known/openid-configuration")
	var doc map[string]any
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"issuer": d.idp.Issuer(), "authorization_response_iss_parameter_supported": "true",
		"response_types_supported": "[code]", "response_modes_supported": "[query]",
		"code_challenge_methods_supported": "[S256]", "device_authorization_endpoint": d.idp.Issuer() +
			"/device_authorization",
		"grant_types_supported":  "[authorization_code refresh_token urn:ietf:params:oauth:grant-type:device_code]",
		"introspection_endpoint": "<nil>",
	} {
		if got := fmt.Sprint(doc[name]); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if _, text = d.get(d.idp.Directory() + "/.well-known/openid-configuration"); strings.Contains(text, "device") {
		t.Error("the directory offers the device grant")
	}
	if res, _ := d.get(
		d.request(oauth2.GenerateVerifier(), url.Values{"response_mode": {"form_post"}})); !strings.Contains(
		res.Header.Get("Location"), "error=invalid_request") || !strings.Contains(res.Header.Get("Location"), "iss=") {
		t.Errorf("another response mode: %s", res.Header.Get("Location"))
	}
}

// The browser's session answers only the requests that it suits (OIDC Core §3.1.2.1).
func TestWhenTheBrowsersSessionIsEnough(t *testing.T) {
	d := newRelyingParty(t, demoidp.Config{})
	tokens := d.signIn()
	v := oauth2.GenerateVerifier()
	for name, c := range map[string]struct {
		more url.Values
		want string // in the address of the answer, or on the page
	}{
		"none": {url.Values{"prompt": {"none"}}, "code="},
		"none, of this person": {
			url.Values{"prompt": {"none"}, "id_token_hint": {tokens["id_token"].(string)}}, "code=",
		},
		"none, of her address": {url.Values{"prompt": {"none"}, "login_hint": {"ADA@acme.example"}}, "code="},
		"none, of another": {
			url.Values{"prompt": {"none"}, "login_hint": {"grace@acme.example"}}, "error=login_required",
		},
		"none, an hour is young":     {url.Values{"prompt": {"none"}, "max_age": {"3600"}}, "code="},
		"none with another":          {url.Values{"prompt": {"none login"}}, "error=invalid_request"},
		"nothing asked":              {nil, "Welcome back"},
		"select":                     {url.Values{"prompt": {"select_account"}}, "Use another account"},
		"login":                      {url.Values{"prompt": {"login"}}, "Email me a link"},
		"too old":                    {url.Values{"max_age": {"0"}}, "Email me a link"},
		"another address":            {url.Values{"login_hint": {"grace@acme.example"}}, `value="grace@acme.example"`},
		"a hint that is no address":  {url.Values{"login_hint": {`"><script>`}}, `name="email" type="email" value=""`},
		"another company than hers":  {url.Values{"tenant": {"globex"}}, "Sign in at Globex"},
		"her own company, Descope's": {url.Values{"tenant": {"acme"}}, "Welcome back"},
	} {
		res, page := d.get(d.request(v, c.more))
		if !strings.Contains(res.Header.Get("Location")+page, c.want) {
			t.Errorf("%s: %s %s", name, res.Status, res.Header.Get("Location"))
		}
	}
}

// A person who is removed from the file is signed out at the next refresh.
func TestSomebodyWhoLeft(t *testing.T) {
	dir := t.TempDir()
	d := newRelyingParty(t, demoidp.Config{Dir: dir})
	v := d.signIn()
	if err := d.idp.Close(); err != nil {
		t.Fatal(err)
	}
	file := shorter(t, `id         = "ada"`, `id = "somebody-else"`)
	again := newRelyingParty(t,
		demoidp.Config{Dir: dir, Addr: strings.TrimPrefix(d.idp.Issuer(), "http://"), File: file})
	if again.userinfo(v["access_token"]) != http.StatusUnauthorized {
		t.Error("userinfo still speaks of somebody who left")
	}
	if status, answer := again.refresh(v["refresh_token"]); status != 400 || answer["error"] != "invalid_grant" {
		t.Errorf("%d %v", status, answer)
	}
}
