package window

import (
	"os"
	"path/filepath"
	"testing"
)

// After each way to sign in, the window shows who is signed in.
func TestTheThreeWaysIn(t *testing.T) {
	for way, want := range map[string]string{
		"magic link": "vera@visitor.example", "social": "hedy@pictures.example", "SSO": "grace@acme.example",
	} {
		t.Run(way, func(t *testing.T) {
			d := newDesktop(t, true)
			d.set("WAY", way)
			d.app()
			d.drawn("signin", 1)
			d.key("Return")
			d.drawn("profile", 1)
			d.shot("profile-" + map[string]string{"magic link": "magic-link", "social": "social", "SSO": "sso"}[way])
			if v, code := d.status(); code != 0 || v["email"] != want {
				t.Errorf("latchkeyctl sees %v (exit %d)", v, code)
			}
		})
	}
}

// A mistake in the demo's file is shown as a problem, and the demo does not start.
func TestADemoFileThatCannotBeUsed(t *testing.T) {
	d := newDesktop(t, true)
	d.mkdir("config/latchkey-demo")
	if err := os.WriteFile(filepath.Join(d.home, "config", "latchkey-demo", "demo.toml"),
		[]byte("[[people]]\nid = \"Ada\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.app()
	d.title("Problem")
	d.shot("bad-demo-file")
}
