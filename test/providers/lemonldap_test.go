//go:build linux

package providers_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"app.latchkey/internal/robot"
	"app.latchkey/test/story"
)

// LemonLDAP::NG is Debian's, with its demonstration accounts, whose passwords are their names. It
// compares the redirect address with its port, and shows its sign-in page for any client.
func TestLemonLDAP(t *testing.T) {
	dir, address, redirect := t.TempDir(), "127.0.0.1:"+freePort(t), freePort(t)
	issuer := "http://localhost:" + port(address) + "/" // its cookies are for names, not for addresses
	conf := write(t, dir, "lemonldap-ng.ini", `[all]
logLevel = warn
[configuration]
type = File
dirName = `+dir+`
localStorage = Cache::FileCache
localStorageOptions = {'namespace' => 'conf', 'default_expires_in' => 600, 'cache_root' => '`+dir+
		`/cache', 'cache_depth' => 0}
[portal]
staticPrefix = /static
templateDir = /usr/share/lemonldap-ng/portal/templates
languages = en
`)
	text, err := json.Marshal(lemonldapConf(t, dir, issuer, "http://127.0.0.1:"+redirect))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "lmConf-1.json", string(text))
	cmd := exec.Command("starman", "--listen", address, "--workers", "2",
		"/usr/share/lemonldap-ng/portal/htdocs/index.psgi")
	cmd.Env = append(os.Environ(), "LLNG_DEFAULTCONFFILE="+conf)
	serve(t, cmd, issuer+".well-known/openid-configuration")
	story.Run(t, "testdata/lemonldap.txt", map[string]string{
		"ISSUER": issuer, "LLNG_PORT": port(address),
		"LATCHKEY_ISSUER": issuer, "LATCHKEY_CLIENT_ID": "desk", "LATCHKEY_REDIRECT_PORTS": redirect,
	}, lemonldapPages)
}

// lemonldapConf is the server's configuration: its own defaults, and two clients.
func lemonldapConf(t *testing.T, dir, issuer, app string) map[string]any {
	t.Helper()
	private, public := rsaKey(t)
	client := func(id, secret string) map[string]any {
		out := map[string]any{
			"oidcRPMetaDataOptionsClientID": id, "oidcRPMetaDataOptionsRequirePKCE": 1,
			"oidcRPMetaDataOptionsRefreshToken":   1,
			"oidcRPMetaDataOptionsIDTokenSignAlg": "RS256", "oidcRPMetaDataOptionsRedirectUris": app + "/callback",
			"oidcRPMetaDataOptionsPostLogoutRedirectUris": app + "/signed-out",
		}
		if secret == "" {
			out["oidcRPMetaDataOptionsPublic"] = 1
		} else {
			out["oidcRPMetaDataOptionsClientSecret"] = secret
		}
		return out
	}
	claims := map[string]any{"name": "cn", "email": "mail"}
	return map[string]any{
		"cfgNum": 1, "cfgAuthor": "test", "cfgDate": 1, "cfgVersion": "2.16.1", "portal": issuer, "domain": "localhost",
		"key":            "for the tests alone",
		"authentication": "Demo", "userDB": "Same", "passwordDB": "Demo", "registerDB": "Null", "whatToTrace": "uid",
		"demoExportedVars": map[string]any{"cn": "cn", "mail": "mail", "uid": "uid"},
		"locationRules":    map[string]any{"localhost": map[string]any{"default": "accept"}},
		"globalStorage":    "Apache::Session::File", "globalStorageOptions": sessions(t, dir, "sessions"),
		"persistentStorage": "Apache::Session::File", "persistentStorageOptions": sessions(t, dir, "consents"),
		"portalForceAuthnInterval":        0,
		"issuerDBOpenIDConnectActivation": 1, "issuerDBOpenIDConnectRule": 1, "oidcServiceAccessTokenExpiration": 2,
		"oidcServicePrivateKeySig": private, "oidcServicePublicKeySig": public, "oidcServiceKeyIdSig": "1",
		"oidcRPMetaDataOptions": map[string]any{
			"desk": client("desk", ""), "secret": client("secret", "known-to-the-test"),
		},
		"oidcRPMetaDataExportedVars": map[string]any{"desk": claims, "secret": claims},
	}
}

// sessions is a folder for the server's sessions.
func sessions(t *testing.T, dir, name string) map[string]any {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Join(path, "lock"), 0o700); err != nil {
		t.Fatal(err)
	}
	return map[string]any{
		"Directory": path, "LockDirectory": filepath.Join(path, "lock"),
		"generateModule": "Lemonldap::NG::Common::Apache::Session::Generate::SHA256",
	}
}

// rsaKey is a signing key and its public half in PEM.
func rsaKey(t *testing.T) (private, public string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	private = string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
	return private, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// lemonldapPages is what the person does at the portal's pages.
func lemonldapPages(page *robot.Page, who string) (robot.Form, url.Values, bool) {
	for _, form := range page.Forms {
		switch {
		case form.Fields.Has("password") && page.URL.Path == "/":
			return form, nil, false // who has just signed out does not sign in again
		case form.Fields.Has("password"):
			if who == "nobody" {
				who = "msmith" // has never given consent
			}
			return form, url.Values{"user": {who}, "password": {who}}, true
		case len(form.Fields) > 0 && who == "nobody":
			return form, url.Values{"confirm": {"-1"}}, true
		case len(form.Fields) > 0:
			return form, url.Values{"confirm": {"1"}}, true
		}
	}
	return robot.Form{}, nil, false
}
