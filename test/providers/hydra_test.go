//go:build linux

package providers_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"testing"

	"app.latchkey/internal/robot"
	"app.latchkey/test/story"
)

// Ory Hydra has no pages of its own: the test's pages stand in for a company's.
func TestHydra(t *testing.T) {
	hydra := build(t, "hydra", "github.com/ory/hydra/v2", "-tags", "sqlite,sqlite_omit_load_extension")
	dir, public, admin := t.TempDir(), "127.0.0.1:"+freePort(t), "127.0.0.1:"+freePort(t)
	issuer, pages := "http://"+public, newConsentApp(t, "http://"+admin)
	conf := write(t, dir, "hydra.yml", `
dsn: sqlite://`+dir+`/hydra.sqlite?_fk=true
serve:
  public: {host: 127.0.0.1, port: `+port(public)+`}
  admin: {host: 127.0.0.1, port: `+port(admin)+`}
urls:
  self: {issuer: "`+issuer+`"}
  login: `+pages+`/login
  consent: `+pages+`/consent
  logout: `+pages+`/logout
  post_logout_redirect: `+pages+`/bye
secrets: {system: [for the tests alone and nothing else]}
ttl: {access_token: 2s}
`)
	if out, err := hydraCommand(hydra, "migrate", "sql", "--read-from-env", "--yes", "--config",
		conf).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	serve(t, hydraCommand(hydra, "serve", "all", "--dev", "--config", conf), issuer+"/health/ready")
	for _, secret := range []string{"", "known to the test"} {
		registerAtHydra(t, "http://"+admin, secret)
	}
	story.Run(t, "testdata/hydra.txt", map[string]string{
		"ISSUER": issuer, "LATCHKEY_ISSUER": issuer, "LATCHKEY_CLIENT_ID": "desk",
	}, hydraPages)
}

func hydraCommand(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "SQA_OPT_OUT=true") // no report to Hydra's makers
	return cmd
}

// registerAtHydra registers the native client desk, or with a secret the client secret.
func registerAtHydra(t *testing.T, admin, secret string) {
	t.Helper()
	client := map[string]any{
		"client_id": "desk", "token_endpoint_auth_method": "none", "scope": "openid offline_access profile email",
		"redirect_uris":  []string{"http://127.0.0.1/callback"},
		"grant_types":    []string{"authorization_code", "refresh_token"},
		"response_types": []string{"code"},
	}
	if secret != "" {
		client["client_id"], client["client_secret"], client["token_endpoint_auth_method"] =
			"secret", secret, "client_secret_basic"
	}
	body, err := json.Marshal(client)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Post(admin+"/admin/clients", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		t.Fatalf("Hydra does not register the client: %s", res.Status)
	}
}

// hydraPages is what the person does at the pages of consentApp.
func hydraPages(page *robot.Page, who string) (robot.Form, url.Values, bool) {
	if len(page.Forms) == 0 {
		return robot.Form{}, nil, false
	}
	form := page.Forms[0]
	switch {
	case who == "nobody":
		return form, url.Values{"answer": {"no"}}, true
	case form.Fields.Has("name"):
		return form, url.Values{"name": {who}, "answer": {"yes"}}, true
	}
	return form, url.Values{"answer": {"yes"}}, true
}

// port is the port of a host and port.
func port(address string) string { u := url.URL{Host: address}; return u.Port() }
