//go:build linux

package packages

import (
	"strings"
	"testing"
)

// A policy in the registry counts: the computer's before the person's, and both before the environment. With a policy
// that cannot be used no program starts.
func registryPolicy(t *testing.T, w *wine) {
	ctl := program(t, unpack(t, made(t, "latchkeyctl-*-windows-amd64.zip")), "latchkeyctl.exe")
	const key = `\SOFTWARE\Policies\Latchkey`
	add := func(hive, name, kind, value string) {
		t.Helper()
		if out, code := w.run("reg", "add", hive+key, "/v", name, "/t", kind, "/d", value, "/f"); code != 0 {
			t.Fatalf("reg exits %d: %s", code, out)
		}
	}
	for name, value := range map[string]string{"provider": "okta", "domain": "acme.okta.com", "client_id": "desk"} {
		add("HKLM", name, "REG_SZ", value)
	}
	add("HKCU", "client_id", "REG_SZ", "hers")
	add("HKCU", "start_hidden", "REG_DWORD", "1")
	add("HKCU", "scopes", "REG_MULTI_SZ", `openid\0email`)
	before := w.env
	defer func() {
		w.env = before
		for _, hive := range []string{"HKLM", "HKCU"} {
			w.run("reg", "delete", hive+key, "/f")
		}
	}()
	w.env = append(w.env[:len(w.env):len(w.env)], "LATCHKEY_ISSUER=https://evil.example", "LATCHKEY_CLIENT_ID=evil")
	out, code := w.run(ctl, "config", "--json")
	for _, want := range []string{
		`"key":"client_id","value":"desk","source":"HKLM\\SOFTWARE\\Policies\\Latchkey","locked":true`,
		`"key":"issuer","value":"https://acme.okta.com","source":"preset okta","locked":true`,
		`"key":"start_hidden","value":"true","source":"HKCU\\SOFTWARE\\Policies\\Latchkey","locked":true`,
		`"key":"scopes","value":"openid email","source":"HKCU\\SOFTWARE\\Policies\\Latchkey","locked":true`,
	} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("exit code %d, no %s in\n%s", code, want, out)
		}
	}
	add("HKCU", "leeway", "REG_DWORD", "1")
	if out, code := w.run(ctl, "status", "--json"); code != 2 ||
		!strings.Contains(out, `HKCU\\SOFTWARE\\Policies\\Latchkey: leeway: `) {
		t.Errorf("with a value of another type it exits %d: %s", code, out)
	}
}
