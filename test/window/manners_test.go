package window

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The menu's shortcuts, the pages and the way back from them, by the keyboard alone.
func TestThePagesByTheKeyboard(t *testing.T) {
	d := newDesktop(t, true)
	d.app()
	d.drawn("signin", 1)
	d.key("Return")
	d.drawn("profile", 1)
	d.key("Tab", "Return")
	d.drawn("details", 1)
	d.title("Details")
	d.shot("details")
	d.key("Escape")
	d.drawn("profile", 2)
	d.key("ctrl+comma")
	d.drawn("settings", 1)
	d.title("Settings")
	d.shot("settings")
	d.key("Tab", "Tab", "Right", "Right") // the second is dark
	d.wait("the preference", func() bool {
		data, _ := os.ReadFile(filepath.Join(d.home, "data", "latchkey-demo", "preferences.toml"))
		return strings.Contains(string(data), "dark")
	})
	d.key("Escape")
	d.drawn("profile", 3)
	d.key("ctrl+k")
	d.drawn("check", 1)
	d.title("Set-up check")
	d.wait("the report", func() bool { return strings.Contains(d.log(), "check.done") })
	d.shot("check")
	d.key("Escape")
	d.drawn("profile", 4)
	for _, line := range strings.Split(d.log(), "\n") {
		if strings.Contains(line, "frontend.error") || strings.Contains(line, "app.problem") {
			t.Errorf("in the log: %s", line)
		}
	}
}

// The window opens with the size, the place and the colours with which it was closed, and Ctrl+Q ends the program as
// closing the window does.
func TestTheWindowIsRemembered(t *testing.T) {
	d := newDesktop(t, true)
	first := d.app()
	d.drawn("signin", 1)
	d.xdotool("windowsize", "--sync", d.window(), "510", "720")
	d.xdotool("windowmove", "--sync", d.window(), "210", "120")
	d.key("ctrl+q")
	if err := first.Wait(); err != nil {
		t.Errorf("after Ctrl+Q: %v", err)
	}
	var left struct{ Width, Height, X, Y int }
	data, err := os.ReadFile(filepath.Join(d.home, "data", "latchkey-demo", "window.json"))
	if err != nil || json.Unmarshal(data, &left) != nil {
		t.Fatalf("nothing is remembered: %v %s", err, data)
	}
	if left.Width != 510 || left.X != 210 || left.Y != 120 {
		t.Errorf("remembered %+v", left)
	}
	d.app()
	d.drawn("signin", 2)
	want := geometry{210, 120, 510, 720}
	d.wait("the window where it was left", func() bool { return d.geometry() == want })
}

// A window that was closed maximised opens maximised, and keeps the size that it had before.
func TestAMaximisedWindowIsRemembered(t *testing.T) {
	d := newDesktop(t, true)
	d.run(d.command("openbox")) // without a window manager nothing can be maximised
	first := d.app()
	d.drawn("signin", 1)
	d.wait("the window's manager", func() bool {
		_ = d.command("wmctrl", "-i", "-r", d.window(), "-b", "add,maximized_vert,maximized_horz").Run()
		return d.geometry().width > 1200
	})
	type placed struct {
		Width     int
		Maximised bool
	}
	kept := func() (p placed) {
		data, _ := os.ReadFile(filepath.Join(d.home, "data", "latchkey-demo", "window.json"))
		_ = json.Unmarshal(data, &p)
		return p
	}
	d.wait("the file", func() bool { return kept().Maximised })
	d.key("ctrl+q")
	if err := first.Wait(); err != nil {
		t.Errorf("after Ctrl+Q: %v", err)
	}
	if p := kept(); !p.Maximised || p.Width > 600 {
		t.Errorf("remembered %+v", p)
	}
	d.app()
	d.drawn("signin", 2)
	d.wait("the window maximised again", func() bool { return d.geometry().width > 1200 })
	d.shot("maximised")
}

// A window that was larger than this screen, or outside of it, is moved and resized into the screen.
func TestTheWindowStaysInSight(t *testing.T) {
	d := newDesktop(t, true)
	dir := d.mkdir("data/latchkey-demo")
	text := `{"width":4000,"height":3000,"x":5000,"y":4000,"screens":"3840x2160 3840x2160"}`
	if err := os.WriteFile(filepath.Join(dir, "window.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d.app()
	d.drawn("signin", 1)
	d.wait("the window on the screen", func() bool {
		g := d.geometry()
		return g.width > 0 && g.width <= 1280 && g.height <= 1024 && g.x < 1280 && g.y < 1024
	})
}

// A sign-in on another device is begun and given up, from the wait for the browser
// and back to it, without a detour over the sign-in screen.
func TestAnotherDeviceAndBack(t *testing.T) {
	d := newDesktop(t, true)
	d.set("PERSON", "nobody")
	d.app()
	d.drawn("signin", 1)
	d.key("Return")
	d.drawn("waiting", 1)
	d.key("Tab", "Tab", "Tab", "Tab", "Tab", "Return")
	d.drawn("device", 1)
	d.title("Finish on your other device")
	d.shotOf("device", 60)
	d.key("Tab", "Tab", "Tab", "Return")
	d.drawn("waiting", 2)
	d.key("Escape")
	d.drawn("signin", 2)
	if got := strings.Join(d.screens(), " "); got != "signin waiting device waiting signin" {
		t.Errorf("drawn: %s", got)
	}
}

// Somebody else signs in from a terminal: the window follows, and the keyboard leads
// back to the first.
func TestTwoAccounts(t *testing.T) {
	d := newDesktop(t, true)
	d.app()
	d.drawn("signin", 1)
	d.key("Return")
	d.drawn("profile", 1)
	v, _ := d.status()
	ctl := d.command(tool(t, "CTL"), "signin")
	ctl.Env = append(ctl.Env, "PERSON=grace", "LATCHKEY_ISSUER="+v["issuer"].(string),
		"LATCHKEY_CLIENT_ID=latchkey-demo")
	if out, err := ctl.CombinedOutput(); err != nil {
		t.Fatalf("latchkeyctl signin: %v %s", err, out)
	}
	// The window reads the vault when it is brought to the front.
	id := d.window()
	d.xdotool("windowunmap", "--sync", id)
	d.xdotool("windowmap", "--sync", id)
	d.xdotool("windowfocus", "--sync", id)
	d.wait("Grace's picture", func() bool { return strings.Count(d.log(), "picture.fetched") > 1 })
	if v, _ = d.status(); v["name"] != "Grace Hopper" {
		t.Errorf("active is %v", v["name"])
	}
	d.shot("two-accounts")
	d.key("shift+Tab", "Return", "Return") // the switcher, its first choice
	d.wait("Ada", func() bool { v, _ := d.status(); return v["name"] == "Ada Lovelace" })
	if strings.Count(d.log(), "signin.started") != 1 {
		t.Error("going back to Ada was a sign-in, not a switch")
	}
	d.key("shift+Tab", "Return", "Tab", "Return") // beside Grace, who is not switched to
	d.drawn("signout", 1)
	d.shot("sign-out-another")
	d.key("Return")
	d.wait("Grace's sign-out", func() bool { return strings.Contains(d.log(), "signout.completed") })
	if v, _ = d.status(); v["name"] != "Ada Lovelace" {
		t.Errorf("active is %v", v["name"])
	}
	d.shot("signed-out-another")
	d.key("F10", "Right", "Up", "Return") // the menu Account: its last item signs the active one out
	d.drawn("signout", 2)
	d.shot("sign-out-by-menu")
	d.key("Return")
	d.drawn("signin", 2)
	if _, code := d.status(); code != 3 {
		t.Errorf("after the sign-out from the menu status exits %d, want 3", code)
	}
}
