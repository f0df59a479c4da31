package window

import (
	"debug/elf"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"app.latchkey/test/idp"
)

// A person without a text editor sets another provider up: chooses it, types what it
// gave for the app, sees what is wrong beside the fields, checks, and is signed in.
func TestAProviderIsSetUpInTheWindow(t *testing.T) {
	p := idp.Start(t, idp.Config{})
	p.SetPerson(map[string]any{"sub": "hedy", "name": "Hedy Lamarr"})
	d := newDesktop(t, true)
	d.set("PERSON", "known")
	d.app()
	d.drawn("signin", 1)
	d.key("ctrl+comma")
	d.drawn("settings", 1)
	d.key("Tab", "Return")
	d.drawn("setup", 1)
	d.title("Set up")
	d.key("Tab")
	d.typeText("Another")
	d.key("Tab")
	d.typeText("http://id.acme.example")
	d.key("Tab")
	d.typeText(idp.ClientID)
	d.key("Tab", "Tab", "Tab", "Tab", "Tab", "Return") // secret, name, copy, sign in, check
	d.wait("the refusal", func() bool { return strings.Contains(d.log(), `"setup.checked"`) })
	d.shot("setup-refused")
	preferences := filepath.Join(d.home, "data", "latchkey-demo", "preferences.toml")
	if _, err := os.Stat(preferences); err == nil {
		t.Error("a check has written something")
	}
	d.key("ctrl+a") // the field that was refused has the focus
	d.typeText(p.Issuer)
	d.key("Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Return")
	d.wait("the report", func() bool { return strings.Count(d.log(), `"setup.checked"`) == 2 })
	d.shot("setup-checked")
	d.key("shift+Tab", "Return")
	d.drawn("profile", 1)
	d.shot("setup-signed-in")
	if v, code := d.status(); code != 0 || v["name"] != "Hedy Lamarr" || v["issuer"] != p.Issuer {
		t.Errorf("signed in is %v (exit %d)", v, code)
	}
	data, err := os.ReadFile(preferences)
	if err != nil || !strings.Contains(string(data), p.Issuer) {
		t.Errorf("%q %v", data, err)
	}

	// The demo is tried instead: the preferences name no provider any more.
	d.key("ctrl+comma")
	d.drawn("settings", 2)
	d.key("Tab", "Return")
	d.drawn("setup", 2)
	d.shot("setup-page")
	d.key("Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Return")
	d.wait("the demo", func() bool {
		data, err := os.ReadFile(preferences)
		return err == nil && !strings.Contains(string(data), "issuer")
	})
	d.drawn("waiting", 2)
}

// A release links WebKitGTK before GTK: in the other order the dynamic linker takes a tenth longer to start it.
func TestWebKitIsLinkedFirst(t *testing.T) {
	program, err := elf.Open(tool(t, "RELEASE"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = program.Close() }()
	libraries, err := program.ImportedLibraries()
	if err != nil {
		t.Fatal(err)
	}
	webkit, gtk := slices.Index(libraries, "libwebkit2gtk-4.1.so.0"), slices.Index(libraries, "libgtk-3.so.0")
	if webkit < 0 || gtk < webkit {
		t.Errorf("linked are %v", libraries)
	}
}

// The first run of a release, which has no demo: the set-up stands there, with the first
// field ready, and leads to the profile without a text editor.
func TestTheFirstRunOfARelease(t *testing.T) {
	p := idp.Start(t, idp.Config{})
	p.SetPerson(map[string]any{"sub": "hedy", "name": "Hedy Lamarr"})
	d := newDesktop(t, true)
	d.name, d.id = "Latchkey", "latchkey"
	d.set("PERSON", "known")
	d.run(d.command(tool(t, "RELEASE")))
	d.drawn("setup", 1)
	d.title("Set up")
	d.shot("release-setup")
	d.typeText("Another")
	d.key("Tab")
	d.typeText(p.Issuer)
	d.key("Tab")
	d.typeText(idp.ClientID)
	d.shot("release-setup-filled")
	d.key("Return")
	d.drawn("profile", 1)
	d.title("Signed in")
	data, err := os.ReadFile(filepath.Join(d.home, "data", "latchkey", "preferences.toml"))
	if err != nil || !strings.Contains(string(data), p.Issuer) {
		t.Errorf("%q %v", data, err)
	}
}
