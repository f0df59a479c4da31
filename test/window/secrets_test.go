package window

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"app.latchkey/test/idp"
	"app.latchkey/test/secrets"
)

// The window signs in, refreshes and notices a sign-out, with the fullest log. Afterwards no code, verifier or token is
// found unencrypted. test/secrets proves that the search finds planted secrets.
func TestTheWindowLeavesNoSecretBehind(t *testing.T) {
	var l secrets.Look
	p := idp.Start(t, idp.Config{Lifetime: 2 * time.Second, OnRequest: func(string) { l.Processes() }})
	d := newDesktop(t, true)
	d.set("PERSON", "known")
	d.set("LATCHKEY_ISSUER", p.Issuer)
	d.set("LATCHKEY_CLIENT_ID", idp.ClientID)
	d.app()
	d.drawn("signin", 1)
	d.key("Return")
	d.drawn("profile", 1)
	d.wait("two refreshes", func() bool { return p.Refreshes() >= 2 })
	if err := l.Files(filepath.Join(d.home, "data")); err != nil {
		t.Fatal(err)
	}
	if out, err := d.command(tool(t, "CTL"), "signout").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	d.drawn("signin", 2)
	for _, folder := range []string{"data", "cache"} {
		if err := l.Files(filepath.Join(d.home, folder)); err != nil {
			t.Log(err) // the webview makes and removes files of its own meanwhile
		}
	}
	var texts []secrets.Text
	for _, s := range p.Secrets() {
		texts = append(texts, secrets.Text(s))
	}
	if len(texts) < 10 || l.Count() < 50 {
		t.Errorf("%d secrets were looked for in %d places", len(texts), l.Count())
	}
	for _, where := range l.Found(texts...) {
		t.Error(where)
	}
	// The webview's own files lie in our folder with its own modes; the folder is closed.
	for _, name := range []string{"", "vault", "vault.lock", "logs", "logs/latchkey.log"} {
		info, err := os.Stat(filepath.Join(d.home, "data", "latchkey-demo", name))
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others can read %q: %v (%v)", name, info, err)
		}
	}
}
