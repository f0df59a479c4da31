// Package story tests latchkeyctl with a real OpenID provider: latchkeyctl is built and run as people run it, in a home
// folder of its own, and a scripted browser fills in the provider's pages. The file testdata/*.txt of the package that
// calls [Run] has what the person types and reads.
//
// Beside the commands of testscript a story has
//
//	exits CODE ARGUMENT...  runs latchkeyctl and demands its exit code
//	renewed                 waits until latchkeyctl token --bound prints another token than before
//	[!] browser REGEXP      matches the pages that the browser has shown since the last exits
//	                        and what was typed there, such as "200 /login Sign in < name=ada"
//
// and the variable PERSON: who uses the browser.
package story

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// patience is how long a story waits for one thing on a loaded machine.
const patience = time.Minute

// binary is the environment variable that names the latchkeyctl under test.
const binary = "STORY_LATCHKEYCTL"

// Main builds latchkeyctl and runs the tests. It makes the command `visit`, the person's
// browser, known to the stories.
func Main(m *testing.M) {
	testscript.Main(built{m}, map[string]func(){"visit": visit})
}

// built is a test run that has latchkeyctl.
type built struct{ m *testing.M }

// Run implements [testscript.TestingM].
func (b built) Run() int {
	dir, err := os.MkdirTemp("", "story-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "latchkeyctl")
	build := exec.Command("go", "build", "-o", path, "app.latchkey/cmd/latchkeyctl")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	if err := os.Setenv(binary, path); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return b.m.Run()
}

// Run plays the story of one file. env are the settings of the app and whatever else the
// story needs; pages is what a person does at the provider's pages.
func Run(t *testing.T, file string, env map[string]string, pages Pages) {
	t.Helper()
	b := newBrowser(t, pages)
	testscript.Run(t, testscript.Params{
		Files: []string{file},
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", filepath.Dir(os.Getenv(binary))+string(os.PathListSeparator)+e.Getenv("PATH"))
			e.Setenv("HOME", filepath.Join(e.WorkDir, "home"))
			e.Setenv("XDG_RUNTIME_DIR", e.WorkDir)
			e.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
			e.Setenv("BROWSER", "visit %s")
			e.Setenv(browserAt, b.server.URL)
			e.Setenv("LATCHKEY_STORE", "file")
			e.Setenv("LATCHKEY_STORE_PASSPHRASE", "correct horse battery")
			for name, value := range env {
				e.Setenv(name, value)
			}
			return os.MkdirAll(e.Getenv("HOME"), 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   b.exits,
			"renewed": renewed,
			"browser": b.matches,
		},
	})
}

// exits runs latchkeyctl and demands its exit code.
func (b *browser) exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE ARGUMENT...")
	}
	b.forget()
	err := ts.Exec("latchkeyctl", args[1:]...)
	code := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// renewed asks for a token until the token differs from the first one.
func renewed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: renewed")
	}
	first := ""
	for end := time.Now().Add(patience); time.Now().Before(end); {
		ts.Check(ts.Exec("latchkeyctl", "token", "--bound"))
		token := strings.TrimSpace(ts.ReadFile("stdout"))
		switch {
		case token == "":
			ts.Fatalf("latchkeyctl token printed nothing")
		case first == "":
			first = token
		case token != first:
			return
		}
	}
	ts.Fatalf("the token is the same after %s", patience)
}

// matches holds the browser's trail against a regular expression.
func (b *browser) matches(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: [!] browser REGEXP")
	}
	pattern, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	switch trail := b.walked(); {
	case !neg && !pattern.MatchString(trail):
		ts.Fatalf("no page matches %s:\n%s", args[0], trail)
	case neg && pattern.MatchString(trail):
		ts.Fatalf("a page matches %s:\n%s", args[0], trail)
	}
}
