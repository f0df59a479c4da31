package module

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// tutorial is the page that the steps of examples/starter belong to.
const tutorial = repository + "/docs/tutorial.md"

// shownPatch is a patch within the page, below the name of its file.
var shownPatch = regexp.MustCompile("(?s)<!-- examples/starter/steps/([a-z0-9-]+\\.patch) -->\n```diff\n(.*?)```\n")

// The page shows each step as the file that the reader and the test apply, in the files' order.
func TestTheTutorialShowsItsSteps(t *testing.T) {
	page := read(t, tutorial)
	files, err := filepath.Glob(repository + "/examples/starter/steps/*.patch")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		page = shownPatch.ReplaceAllStringFunc(page, func(block string) string {
			name := shownPatch.FindStringSubmatch(block)[1]
			text := read(t, repository+"/examples/starter/steps/"+name)
			return fmt.Sprintf("<!-- examples/starter/steps/%s -->\n```diff\n%s```\n", name, text)
		})
		if err := os.WriteFile(tutorial, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	shown := shownPatch.FindAllStringSubmatch(page, -1)
	if len(shown) != len(files) {
		t.Fatalf("the page shows %d steps of %d", len(shown), len(files))
	}
	for i, path := range files {
		if filepath.Base(path) != shown[i][1] || read(t, path) != shown[i][2] {
			t.Errorf("the page does not show %s: go test ./test/module -run TutorialShows -update", path)
		}
		if !strings.Contains(page, "\npatch -p1 < steps/"+filepath.Base(path)+"\n") {
			t.Errorf("the page does not say how to apply %s", path)
		}
	}
}

// reader is somebody who follows the tutorial in a fresh folder, with the demo provider in place of Descope.
type reader struct {
	*place
	dir     string // the copy of examples/starter
	program string
	closed  func()
}

// The tutorial, followed to its end: after each chapter the app is built, run and looked at.
func TestTheTutorial(t *testing.T) {
	r := &reader{place: newPlace(t), dir: filepath.Join(t.TempDir(), "starter"), closed: func() {}}
	sh(t, repository, nil, "cp", "-r", "examples/starter", r.dir)
	r.settings()
	r.display()

	r.chapter("") // 3, the starter
	r.title("Starter — Profile")
	r.picture(false)

	r.chapter("5-sign-in")
	r.title("Starter — Profile") // open to everybody
	r.keys("Tab", "Return")
	r.title("Starter — Signed in")
	r.browser("/bin/true") // the person closes the tab
	r.title("Starter — Profile")
	r.keys("Tab", "Return")
	r.title("Starter — Waiting")
	r.keys("Tab", "Return")
	r.title("Starter — Profile")
	r.browser(os.Args[0] + " browse %s")

	r.chapter("6-profile")
	r.title("Starter — Profile") // nothing was kept
	r.keys("Tab", "Return")
	r.title("Starter — Ada Lovelace")
	r.picture(true)

	r.chapter("7-guard")
	r.title("Starter — Sign in") // closed
	r.keys("Tab", "Return")
	r.title("Starter — Ada Lovelace")

	r.chapter("8-company")
	r.browser(os.Args[0] + " browse %s sso")
	r.title("Starter — Sign in")
	r.keys("Tab")
	r.must("xdotool", "type", "--delay", "100", "grace@acme.example")
	r.keys("Return")
	r.title("Starter — Grace Hopper, Acme Corp")
	r.restart()
	r.title("Starter — Sign in") // not kept yet

	r.chapter("9-stay")
	r.title("Starter — Sign in")
	r.keys("Tab", "Tab", "Return")
	r.title("Starter — Grace Hopper, Acme Corp")
	r.restart()
	r.title("Starter — Grace Hopper, Acme Corp") // restored
	r.keys("Tab", "Return")
	r.title("Starter — Sign in")
	r.restart()
	r.title("Starter — Sign in") // gone
	r.keys("Tab", "Tab", "Return")
	r.title("Starter — Grace Hopper, Acme Corp")
	if err := r.idp.Close(); err != nil {
		t.Fatal(err)
	}
	r.restart()
	r.title("Starter — Grace Hopper, Acme Corp") // without the provider
	r.closed()
}

// settings writes the settings that the page shows for the demo provider, with the address that it has here. The app
// has them from nowhere else.
func (r *reader) settings() {
	r.t.Helper()
	const address, folder = "http://127.0.0.1:47347", ".config/starter"
	_, rest, _ := strings.Cut(read(r.t, tutorial), "```toml\nissuer = ")
	block, _, _ := strings.Cut("issuer = "+rest, "```")
	if !strings.Contains(block, address) {
		r.t.Fatal("the page has no settings for the demo provider")
	}
	if err := os.MkdirAll(filepath.Join(r.home, folder), 0o700); err != nil {
		r.t.Fatal(err)
	}
	block = strings.Replace(block, address, r.issuer, 1)
	if err := os.WriteFile(filepath.Join(r.home, folder, "config.toml"), []byte(block), 0o600); err != nil {
		r.t.Fatal(err)
	}
	r.env = slices.DeleteFunc(r.env, func(kv string) bool { return strings.HasPrefix(kv, "LATCHKEY_") })
}

// chapter closes the app, applies the chapter's step, builds what comes of it, and opens its profile page.
func (r *reader) chapter(step string) {
	r.t.Helper()
	r.closed()
	if step != "" {
		sh(r.t, r.dir, nil, "sh", "-c", "patch -p1 < steps/"+step+".patch")
	}
	if step == "5-sign-in" {
		latchkey, err := filepath.Abs(repository)
		if err != nil {
			r.t.Fatal(err)
		}
		sh(r.t, r.dir, []string{"LATCHKEY=" + latchkey}, "sh", "-ec", r.commands("go mod edit"))
	}
	r.program = build(r.t, r.dir, nil, "-tags", "desktop,production,webkit2_41")
	r.closed = func() {}
	r.restart()
}

// restart closes the app, starts it again, and opens its profile page.
func (r *reader) restart() {
	r.t.Helper()
	r.closed()
	r.closed = r.start(r.program)
	r.title("Starter — Home")
	r.keys("Tab", "Tab", "Return")
}

// browser restarts the app with another browser.
func (r *reader) browser(command string) {
	r.t.Helper()
	r.env = append(r.env, "BROWSER="+command)
	r.restart()
}

// commands are those of the page's block that begins so.
func (r *reader) commands(begin string) string {
	r.t.Helper()
	_, rest, ok := strings.Cut(read(r.t, tutorial), "```sh\n"+begin)
	block, _, _ := strings.Cut(rest, "```")
	if !ok {
		r.t.Fatalf("the page has no commands that begin with %q", begin)
	}
	return begin + block
}

// picture waits until the window shows as much colour as a face has, or as little as buttons have.
func (r *reader) picture(want bool) {
	r.t.Helper()
	coloured := ""
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		coloured = strings.TrimSpace(r.must("sh", "-c", "import -window root png:- | "+
			"convert - -colorspace HSL -channel G -separate -threshold 30% -format '%[fx:int(mean*w*h)]' info:"))
		if n, err := strconv.Atoi(coloured); err == nil && n > 1000 == want {
			return
		}
	}
	r.t.Errorf("%s coloured points; a picture is wanted: %v", coloured, want)
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
