//go:build linux

package providers_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// consentApp is the login, consent and logout application that a company must provide for Hydra: a form for each,
// answered over Hydra's administration interface.
type consentApp struct{ admin string }

func newConsentApp(t *testing.T, admin string) string {
	t.Helper()
	server := httptest.NewServer(consentApp{admin})
	t.Cleanup(server.Close)
	return server.URL
}

// ServeHTTP shows the form of a request, and takes its answer.
func (a consentApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind := strings.Trim(r.URL.Path, "/")
	challenge := r.FormValue(kind + "_challenge")
	if kind == "bye" {
		_, _ = fmt.Fprint(w, "<!doctype html><title>Signed out</title>")
		return
	}
	about, err := a.ask(http.MethodGet, kind, "", challenge, nil)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	// Hydra knows the browser already, or the client needs no consent: nothing is asked.
	if r.Method == http.MethodGet && about["skip"] != true {
		name := ""
		if kind == "login" {
			name = `<input name="name">`
		}
		_, _ = fmt.Fprintf(w, `<!doctype html><title>%s</title><form method="post"><input name="%s_challenge" `+
			`value="%s">%s`+
			`<button name="answer" value="yes">Yes</button><button name="answer" value="no">No</button></form>`, kind,
			kind, challenge, name)
		return
	}
	verdict, body := "accept", a.accept(kind, about, r.FormValue("name"))
	if r.FormValue("answer") == "no" {
		verdict, body = "reject", map[string]any{"error": "access_denied", "error_description": "The person said no."}
	}
	done, err := a.ask(http.MethodPut, kind, "/"+verdict, challenge, body)
	to, _ := done["redirect_to"].(string)
	if err != nil || to == "" {
		http.Error(w, fmt.Sprint("Hydra names no way back: ", err), http.StatusBadGateway)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// accept is what Hydra is told when the person agrees.
func (a consentApp) accept(kind string, about map[string]any, name string) map[string]any {
	switch kind {
	case "login":
		if about["skip"] == true {
			return map[string]any{"subject": about["subject"]}
		}
		return map[string]any{"subject": name, "remember": true, "remember_for": 3600}
	case "consent":
		who, _ := about["subject"].(string)
		claims := map[string]any{"name": "Name of " + who, "email": who + "@acme.example", "email_verified": true}
		return map[string]any{
			"grant_scope": about["requested_scope"], "remember": true, "remember_for": 3600,
			"session": map[string]any{"id_token": claims},
		}
	}
	return nil
}

// ask speaks with the administration interface.
func (a consentApp) ask(method, kind, verdict, challenge string, body map[string]any) (map[string]any, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	address := a.admin + "/admin/oauth2/auth/requests/" + kind + verdict + "?" +
		url.Values{kind + "_challenge": {challenge}}.Encode()
	req, err := http.NewRequest(method, address, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	out := map[string]any{}
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("hydra: %s of %s: %s: %v", method, kind, res.Status, out["error_description"])
	}
	return out, nil
}
