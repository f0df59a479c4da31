package module

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"app.latchkey/signin/signintest"
)

// Each example is a module of its own, and its go.mod has what it needs and nothing else.
func TestTheExamplesAreModulesOfTheirOwn(t *testing.T) {
	mods, err := filepath.Glob(repository + "/examples/*/go.mod")
	if err != nil || len(mods) < 4 {
		t.Fatalf("%d examples, %v", len(mods), err)
	}
	for _, mod := range mods {
		dir := filepath.Dir(mod)
		if out := sh(t, dir, nil, "go", "mod", "tidy", "-diff"); out != "" {
			t.Errorf("%s: run go mod tidy there\n%s", dir, out)
		}
		text, err := os.ReadFile(mod)
		if err != nil {
			t.Fatal(err)
		}
		for _, not := range []string{"zitadel", "godotenv", "cobra", "qrterminal"} {
			if strings.Contains(string(text), not) {
				t.Errorf("%s inherits %s", dir, not)
			}
		}
		sh(t, dir, nil, "go", "vet", "-tags", "webkit2_41", "./...")
	}
}

// The command-line example: a sign-in, a restart without one, an API, a sign-out; in the keychain and under a
// passphrase.
func TestTheCommandLineExample(t *testing.T) {
	p := newPlace(t)
	cli := build(t, repository+"/examples/cli", nil, "-race")
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte("three orders"))
	}))
	defer api.Close()
	file := filepath.Join(p.home, "passphrase")
	if err := os.WriteFile(file, []byte("a sentence is best\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, store := range [][]string{nil, {"-passphrase-file", file}} {
		p.env = append(p.env, "BROWSER="+os.Args[0]+" browse %s")
		out := p.must(cli, store...)
		if !strings.Contains(out, "Ada Lovelace <ada@acme.example>") || !strings.Contains(out, "in your browser") {
			t.Errorf("the first run says %q", out)
		}
		p.env = append(p.env, "BROWSER=/bin/false")
		out = p.must(cli, append(store, "-api", api.URL+"/orders")...)
		if strings.Contains(out, "browser") || !strings.HasSuffix(out, "three orders") {
			t.Errorf("the second run says %q", out)
		}
		if out := p.must(cli, append(store, "-signout")...); !strings.Contains(out, "has ended this app") {
			t.Errorf("the sign-out says %q", out)
		}
		if out, err := p.run(cli, append(store, "-issuer", p.issuer)...); err == nil ||
			!strings.Contains(out, "browser") {
			t.Errorf("without a browser: %v, %q", err, out)
		}
		if err := os.RemoveAll(filepath.Join(p.home, ".local")); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := p.run(cli, "-issuer", "nowhere"); err == nil || !strings.Contains(out, "issuer") {
		t.Errorf("a wrong issuer: %v, %q", err, out)
	}
}

// The service is signed in from another device, works, and ends with its signal.
func TestTheServiceExample(t *testing.T) {
	idp := signintest.NewProvider(t)
	api := idp.API(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("fine")) }))
	cmd := exec.CommandContext(t.Context(), build(t, repository+"/examples/service", nil, "-race"),
		"-issuer", idp.Issuer, "-client-id", idp.ClientID, "-api", api.URL, "-every", "10ms")
	cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	next := func(prefix string) string {
		t.Helper()
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), prefix) {
				return lines.Text()
			}
		}
		t.Fatalf("no line begins with %q", prefix)
		return ""
	}
	words := strings.Fields(next("open "))
	idp.Approve(words[len(words)-1])
	next("working as Ada")
	next("200 OK fine")
	idp.EndSessions()
	idp.ExpireTokens()
	words = strings.Fields(next("open ")) // the person is needed again
	idp.Approve(words[len(words)-1])
	next("200 OK fine")
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
		// what is left
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}

// The terminal example signs in and out by a key.
func TestTheTerminalExample(t *testing.T) {
	p := newPlace(t)
	cmd := exec.CommandContext(t.Context(), build(t, repository+"/examples/bubbletea", nil))
	cmd.Env = p.env
	screen, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 100})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = screen.Close() }()
	seen := make(chan string)
	go func() {
		defer close(seen)
		buffer := make([]byte, 4096)
		for {
			n, err := screen.Read(buffer)
			if err != nil {
				return
			}
			seen <- string(buffer[:n])
		}
	}()
	limit := time.After(time.Minute)
	wait := func(text string) {
		t.Helper()
		for all := ""; !strings.Contains(all, text); {
			select {
			case more, open := <-seen:
				if all += more; !open {
					t.Fatalf("it ended without %q: %q", text, all)
				}
			case <-limit:
				t.Fatalf("it never showed %q: %q", text, all)
			}
		}
	}
	press := func(key string) {
		t.Helper()
		if _, err := screen.WriteString(key); err != nil {
			t.Fatal(err)
		}
	}
	wait("Nobody is signed in")
	press("s")
	wait("Ada Lovelace <ada@acme.example>")
	press("o")
	wait("Nobody is signed in")
	press("q")
	for range seen {
		// waits until the program has ended
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
