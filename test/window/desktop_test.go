// Package window tests the built app in a real window: under Xvfb, with a Secret
// Service on a private session bus, and a scripted browser in place of the
// person's. The program under test is built by the Makefile; its path, and that of
// latchkeyctl of the same build, come in APP and CTL.
package window

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/robot"
	"app.latchkey/test/bus"
)

// TestMain also runs the test's own program as the app's browser: with the argument "browse" it signs in by the way
// that WAY names, or with one click as the person that PERSON names. It cancels when PERSON is "cancel".
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "browse" {
		if err := browse(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// ways are the ways in that WAY names.
var ways = map[string]robot.Walk{
	"magic link": robot.MagicLink("vera@visitor.example", "Véra Visitor"),
	"social":     robot.Social("hedy"),
	"SSO":        robot.SSO("grace@acme.example", "nanosecond"),
}

func browse(address string) error {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	b := robot.New(nil)
	page, err := b.Visit(ctx, address)
	if err != nil || os.Getenv("PERSON") == "known" {
		return err // the provider asks a known person nothing
	}
	walk, ok := ways[os.Getenv("WAY")]
	switch who := os.Getenv("PERSON"); {
	case who == "nobody":
		return nil // the person does not come back
	case who == "cancel":
		walk = robot.Cancel()
	case !ok:
		walk = robot.Quick(who)
	}
	last, err := walk(ctx, b, page)
	if err != nil {
		return err
	}
	return os.WriteFile(os.Getenv("LAST_PAGE"), []byte(last.Text+"\n"+last.URL.String()), 0o600)
}

// desktop is a display, a bus with a keychain, and a home of its own.
type desktop struct {
	t    *testing.T
	env  []string
	home string
	name string // of the app
	id   string // of its folders
}

// limit is the longest that the tests wait for one thing.
const limit = 60 * time.Second

func newDesktop(t *testing.T, keychain bool) *desktop {
	t.Helper()
	d := &desktop{t: t, home: t.TempDir(), name: "Latchkey Demo", id: "latchkey-demo"}
	d.env = []string{
		"HOME=" + d.home, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "XDG_RUNTIME_DIR=" + d.mkdir("run"),
		"XDG_DATA_HOME=" + filepath.Join(d.home, "data"), "XDG_CONFIG_HOME=" + filepath.Join(d.home, "config"),
		"XDG_CACHE_HOME=" + filepath.Join(d.home, "cache"),
		"GDK_BACKEND=x11", "NO_AT_BRIDGE=1", "WEBKIT_DISABLE_COMPOSITING_MODE=1", "LIBGL_ALWAYS_SOFTWARE=1",
		"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1",
		"BROWSER=" + os.Args[0] + " browse %s", "PERSON=ada", "LAST_PAGE=" + filepath.Join(d.home, "last-page"),
		"LATCHKEY_LOG=debug",
	}
	d.display()
	b := bus.Start(t, d.home)
	d.set("DBUS_SESSION_BUS_ADDRESS", b.Address)
	if keychain {
		b.Keychain(t, d.env)
	}
	return d
}

func (d *desktop) mkdir(name string) string {
	dir := filepath.Join(d.home, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		d.t.Fatal(err)
	}
	return dir
}

// set sets a variable for what is started from now on.
func (d *desktop) set(name, value string) { d.env = append(d.env, name+"="+value) }

// command prepares a program that ends with the test.
func (d *desktop) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = d.env
	return cmd
}

// display starts an X server on a display of its own choosing.
func (d *desktop) display() {
	read, write, err := os.Pipe()
	if err != nil {
		d.t.Fatal(err)
	}
	cmd := d.command("Xvfb", "-noreset", "-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp")

	cmd.ExtraFiles = []*os.File{write}
	d.run(cmd)
	_ = write.Close()
	line, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		d.t.Fatalf("Xvfb: %v", err)
	}
	d.set("DISPLAY", ":"+strings.TrimSpace(line))
}

// run starts a program and ends it with the test.
func (d *desktop) run(cmd *exec.Cmd) *exec.Cmd {
	d.t.Helper()
	if err := cmd.Start(); err != nil {
		d.t.Fatalf("%s: %v", cmd.Path, err)
	}
	d.t.Cleanup(func() { end(cmd) })
	return cmd
}

func end(cmd *exec.Cmd) {
	if cmd.ProcessState == nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

// wait waits until done, looking often; what is waited for is named in the failure.
func (d *desktop) wait(what string, done func() bool) {
	d.t.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		if done() {
			return
		}
	}
	d.t.Fatalf("waited in vain for %s\nscreens: %v\nlog: %s", what, d.screens(), d.log())
}

// app starts the app and returns when its window is open.
func (d *desktop) app() *exec.Cmd {
	d.t.Helper()
	return d.run(d.command(tool(d.t, "APP")))
}

func tool(t *testing.T, name string) string {
	t.Helper()
	path := os.Getenv(name)
	if path == "" {
		t.Fatalf("%s names no program: run make test", name)
	}
	return path
}

// title waits for a window with this title.
func (d *desktop) title(title string) {
	d.t.Helper()
	d.wait("the window “"+title+"”", func() bool {
		out, err := d.command("xdotool", "search", "--onlyvisible", "--name", "^"+d.name+" — "+title+"$").Output()
		return err == nil && len(strings.Fields(string(out))) > 0
	})
}

// window is the window's number.
func (d *desktop) window() string {
	d.t.Helper()
	id, err := d.command("xdotool", "search", "--onlyvisible", "--name", "^"+d.name).Output()
	if err != nil {
		d.t.Fatalf("no window: %v", err)
	}
	return strings.Fields(string(id))[0]
}

// xdotool does one thing to the window.
func (d *desktop) xdotool(args ...string) {
	d.t.Helper()
	if out, err := d.command("xdotool", args...).CombinedOutput(); err != nil {
		d.t.Fatalf("xdotool %v: %v %s", args, err, out)
	}
}

// key types keys into the window.
func (d *desktop) key(keys ...string) {
	d.t.Helper()
	d.xdotool("windowfocus", "--sync", d.window())
	d.xdotool(append([]string{"key"}, keys...)...)
}

// geometry is where the window is, and how large.
type geometry struct{ x, y, width, height int }

func (d *desktop) geometry() geometry {
	out, err := d.command("xdotool", "getwindowgeometry", "--shell", d.window()).Output()
	if err != nil {
		return geometry{}
	}
	var g geometry
	for _, line := range strings.Fields(string(out)) {
		name, value, _ := strings.Cut(line, "=")
		n, _ := strconv.Atoi(value)
		switch name {
		case "X":
			g.x = n
		case "Y":
			g.y = n
		case "WIDTH":
			g.width = n
		case "HEIGHT":
			g.height = n
		}
	}
	return g
}

// shot keeps a picture of the window, once something is painted in it: text is
// smoothed by many shades, an empty window has a few.
func (d *desktop) shot(name string) { d.t.Helper(); d.shotOf(name, 40) }

// shotOf keeps a picture of the window, once it has so many colours.
func (d *desktop) shotOf(name string, colours int) {
	d.t.Helper()
	dir := os.Getenv("ARTIFACTS")
	if dir == "" {
		dir = d.home
	}
	_ = os.MkdirAll(dir, 0o755)
	path := filepath.Join(dir, name+".png")
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		id, err := d.command("xdotool", "search", "--onlyvisible", "--name", "^"+d.name).Output()
		if err != nil {
			continue
		}
		if d.command("import", "-window", strings.Fields(string(id))[0], path).Run() != nil {
			continue
		}
		// The menu bar is painted before the page is, and with as many shades.
		counted, err := d.command("convert", path, "-crop", "+0+40", "+repage", "-format", "%k", "info:").Output()
		if n, bad := strconv.Atoi(string(counted)); err == nil && bad == nil && n > colours {
			return
		}
	}
	d.t.Errorf("nothing was painted for the picture %s", name)
}

// log is the app's log.
func (d *desktop) log() string {
	data, _ := os.ReadFile(filepath.Join(d.home, "data", d.id, "logs", "latchkey.log"))
	return string(data)
}

// screens are the screens that were drawn, in order, as the frontend reported them.
func (d *desktop) screens() []string {
	var out []string
	for _, line := range strings.Split(d.log(), "\n") {
		var entry struct{ Msg, Screen string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "screen.shown" {
			out = append(out, entry.Screen)
		}
	}
	return out
}

// drawn waits until the screen was drawn n times in all.
func (d *desktop) drawn(screen string, n int) {
	d.t.Helper()
	d.wait(fmt.Sprintf("screen %s drawn %d times", screen, n), func() bool {
		count := 0
		for _, s := range d.screens() {
			if s == screen {
				count++
			}
		}
		return count >= n
	})
}

// status asks latchkeyctl who is signed in.
func (d *desktop) status() (map[string]any, int) {
	cmd := d.command(tool(d.t, "CTL"), "status", "--json")

	out, _ := cmd.Output()
	var v map[string]any
	if err := json.Unmarshal(out, &v); err != nil {
		d.t.Errorf("status --json printed %q", out)
	}
	return v, cmd.ProcessState.ExitCode()
}

// typeText types text into the field that has the focus.
func (d *desktop) typeText(text string) {
	d.t.Helper()
	if out, err := d.command("xdotool", "type", "--delay", "5", text).CombinedOutput(); err != nil {
		d.t.Fatalf("xdotool type: %v %s", err, out)
	}
}
