//go:build linux

package providers_test

import (
	"net/url"
	"os"
	"os/exec"
	"testing"

	"app.latchkey/internal/robot"
	"app.latchkey/test/story"
)

// Zitadel's own server needs a database that cannot be had in a test; its makers' example server
// runs the same library, and asks for a password at each sign-in.
func TestZitadel(t *testing.T) {
	server := build(t, "zitadel", "github.com/zitadel/oidc/v3/example/server")
	dir, port, redirect := t.TempDir(), freePort(t), freePort(t)
	issuer := "http://localhost:" + port + "/"
	people := write(t, dir, "people.json", `{
		"1": {"ID": "1", "Username": "ada", "Password": "ada", "FirstName": "Ada", "LastName": "Lovelace",
			"Email": "ada@acme.example", "EmailVerified": true},
		"2": {"ID": "2", "Username": "grace", "Password": "grace", "FirstName": "Grace", "LastName": "Hopper",
			"Email": "grace@acme.example"}
	}`)
	cmd := exec.Command(server)
	cmd.Env = append(os.Environ(), "PORT="+port, "USERS_FILE="+people,
		"REDIRECT_URI=http://127.0.0.1/callback,http://127.0.0.1:"+redirect+"/callback")
	serve(t, cmd, issuer+".well-known/openid-configuration")
	story.Run(t, "testdata/zitadel.txt", map[string]string{
		"ISSUER": issuer, "REDIRECT_PORT": redirect, "LATCHKEY_ISSUER": issuer, "LATCHKEY_CLIENT_ID": "native",
	}, zitadelPages)
}

// zitadelPages is what the person does at the example's sign-in page.
func zitadelPages(page *robot.Page, who string) (robot.Form, url.Values, bool) {
	if len(page.Forms) == 0 || !page.Forms[0].Fields.Has("password") || who == "nobody" {
		return robot.Form{}, nil, false
	}
	return page.Forms[0], url.Values{"username": {who}, "password": {who}}, true
}
