package window

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A person signs in by the keyboard alone, is still signed in at the next start without the provider, and signs out.
func TestSignInStaySignedInSignOut(t *testing.T) {
	d := newDesktop(t, true)
	first := d.app()
	d.drawn("signin", 1)
	d.title("Sign in")
	d.shot("signin")
	d.key("Return")
	d.drawn("profile", 1)
	d.title("Signed in")
	d.wait("the picture", func() bool { return strings.Contains(d.log(), "picture.fetched") })
	d.shotOf("profile", 1400) // its colours are many
	v, code := d.status()
	if code != 0 || v["name"] != "Ada Lovelace" || v["email"] != "ada@acme.example" {
		t.Errorf("latchkeyctl sees %v (exit %d)", v, code)
	}
	last := ""
	d.wait("the browser's last page", func() bool {
		data, _ := os.ReadFile(filepath.Join(d.home, "last-page"))
		last = string(data)
		return last != ""
	})
	if !strings.Contains(last, "You are signed in") || strings.Contains(last, "code=") ||
		strings.Contains(last, "state=") {
		t.Errorf("the browser ended at %q", last)
	}
	for _, s := range []string{"problem", "setup"} {
		if slices.Contains(d.screens(), s) {
			t.Errorf("screen %s was drawn: %v", s, d.screens())
		}
	}
	end(first)

	// The next start, with a provider that cannot be reached.
	d.set("LATCHKEY_ISSUER", v["issuer"].(string))
	d.set("LATCHKEY_CLIENT_ID", "latchkey-demo")
	before := len(d.screens())
	second := d.app()
	d.drawn("profile", 2)
	d.shotOf("restored-offline", 1400) // with the face, which is kept
	if got := d.screens()[before:]; !slices.Equal(got, []string{"profile"}) {
		t.Errorf("after the second start these screens were drawn: %v", got)
	}
	d.key("Tab", "Tab", "Return")
	d.drawn("signout", 1)
	d.title("Sign out")
	d.shot("sign-out")
	d.key("Return")
	d.drawn("signin", 2)
	d.title("Sign in")
	d.shot("signed-out")
	if _, code := d.status(); code != 3 {
		t.Errorf("after the sign-out status exits %d, want 3", code)
	}
	end(second)
}

func TestCancelAndEscape(t *testing.T) {
	d := newDesktop(t, true)
	d.set("PERSON", "nobody")
	d.app()
	d.drawn("signin", 1)
	d.key("Return")
	d.drawn("waiting", 1)
	d.title("Finish in your browser")
	d.shot("waiting")
	d.key("Escape")
	d.drawn("signin", 2)
	if slices.Contains(d.screens(), "problem") {
		t.Error("the person's own cancel was shown as a problem")
	}
}

func TestACancelAtTheProviderIsNoProblem(t *testing.T) {
	d := newDesktop(t, true)
	d.set("PERSON", "cancel")
	d.set("GTK_THEME", "Adwaita:dark")
	d.app()
	d.drawn("signin", 1)
	d.shot("signin-dark")
	d.key("Return")
	d.drawn("signin", 2)
	d.shot("cancelled-dark")
	if slices.Contains(d.screens(), "problem") || !strings.Contains(d.log(), "access_denied") {
		t.Error("the cancel was shown as a problem, or the log does not say why")
	}
}

// Without a keychain the person is asked, and nothing is stored in a weaker way.
func TestWithoutAKeychainThePersonIsAsked(t *testing.T) {
	d := newDesktop(t, false)
	d.app()
	d.drawn("signin", 1)
	d.key("Return")
	d.drawn("problem", 1)
	d.shot("keychain-absent")
	if _, err := os.Stat(filepath.Join(d.home, "data", "latchkey-demo", "vault")); err == nil {
		t.Error("something was stored")
	}
	d.key("Tab", "Return") // the second choice: memory, this time only
	d.drawn("profile", 1)
	d.shot("profile-memory")
	if _, err := os.Stat(filepath.Join(d.home, "data", "latchkey-demo", "vault")); err == nil {
		t.Error("something was stored")
	}
}

func TestAPassphraseInstead(t *testing.T) {
	d := newDesktop(t, false)
	first := d.app()
	d.drawn("signin", 1)
	d.key("Return")
	d.drawn("problem", 1)
	d.key("Return")
	d.drawn("unlock", 1)
	d.shot("choose-passphrase")
	d.typeText("correct horse")
	d.key("Tab", "Tab") // past the button that shows it
	d.typeText("correct horse")
	d.key("Return")
	d.drawn("profile", 1)
	end(first)

	second := d.app() // the choice was kept: the next start asks
	d.drawn("unlock", 2)
	d.shot("unlock")
	d.typeText("wrong horses")
	d.key("Return")
	d.wait("the refusal", func() bool { return strings.Contains(d.log(), "passphrase is wrong") })
	d.shot("unlock-wrong")
	d.typeText("correct horse")
	d.key("Return")
	d.drawn("profile", 2)
	end(second)

	// The passphrase is forgotten: the person starts over, and the sealed file is set aside.
	before := len(d.screens())
	d.app()
	d.drawn("unlock", 3)
	d.typeText("forgotten")
	d.key("Tab", "space") // it is shown
	d.shot("unlock-shown")
	d.key("Tab", "Tab", "Return") // the question
	d.shot("unlock-forgotten")
	d.key("Tab", "Return")
	d.wait("the sign-in screen", func() bool { return slices.Contains(d.screens()[before:], "signin") })
	d.shot("started-over")
	aside, err := filepath.Glob(filepath.Join(d.home, "data", "latchkey-demo", "*.unreadable*"))
	if err != nil || len(aside) == 0 {
		t.Errorf("nothing is put aside: %v %v", aside, err)
	}
	if _, code := d.status(); code != 3 {
		t.Errorf("after starting over status exits %d, want 3", code)
	}
}

// A second start brings the first window to the front and ends.
func TestOneWindow(t *testing.T) {
	d := newDesktop(t, true)
	d.app()
	d.drawn("signin", 1)
	again := d.command(tool(t, "APP"))
	_ = again.Run() // the second start ends by itself
	out, err := d.command("xdotool", "search", "--onlyvisible", "--name", "^Latchkey Demo").Output()
	if err != nil || len(strings.Fields(string(out))) != 1 {
		t.Errorf("windows: %q, %v", out, err)
	}
}

// A setting that cannot be used is named; once it is corrected, Try again is enough.
func TestASettingThatCannotBeUsed(t *testing.T) {
	d := newDesktop(t, true)
	d.mkdir("config/latchkey-demo")
	file := filepath.Join(d.home, "config", "latchkey-demo", "config.toml")
	if err := os.WriteFile(file, []byte("\nisuer = \"https://x.example\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.app()
	d.title("Problem")
	d.shot("bad-settings")
	if err := os.WriteFile(file, []byte("\nlog = \"debug\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.key("Return")
	d.title("Sign in")
	d.drawn("signin", 1)
	d.shot("settings-corrected")
}
