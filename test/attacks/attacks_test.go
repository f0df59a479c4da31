//go:build linux

// Package attacks carries out the attacks of SECURITY.md on the real programs: by other users of the machine, by crowds
// of connections, by tools that read a process. Each attack has a file of its own, and a line in the table of
// SECURITY.md.
package attacks

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"app.latchkey/test/idp"
)

// patience is how long one run of a program may take on a loaded machine.
const patience = time.Minute

// TestMain lets the test's own program run as another user's browser, when its first argument is browse.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "browse" {
		os.Exit(browse(os.Args[2]))
	}
	os.Exit(m.Run())
}

// browse goes to an address and prints the status and the page.
func browse(address string) int {
	res, err := (&http.Client{Timeout: patience}).Get(address)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer func() { _ = res.Body.Close() }()
	page, err := io.ReadAll(res.Body)
	fmt.Println(res.StatusCode, string(page), err)
	return 0
}

// nobody runs the test's own program as the user nobody and returns what it prints.
func nobody(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("/proc/self/exe", args...)
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	} else {
		self, _ := os.Executable()
		cmd = exec.Command("sudo", append([]string{"-n", "-u", "#65534", self}, args...)...)
	}
	cmd.Dir = "/"
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("this test runs a program as another user, which takes root or sudo: %v\n%s", err, out)
	}
	return string(out)
}

// program builds latchkeyctl as a release is built.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "attacks")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "latchkeyctl")
	cmd := exec.Command("go", "build", "-o", path, "app.latchkey/cmd/latchkeyctl")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// run is one run of latchkeyctl.
type run struct {
	cmd *exec.Cmd

	mu  sync.Mutex
	out bytes.Buffer // standard output and standard error
}

// Write implements io.Writer.
func (r *run) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out.Write(p)
}

func (r *run) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out.String()
}

// start runs latchkeyctl with an empty home folder of its own.
func start(t *testing.T, env []string, args ...string) *run {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	r := &run{cmd: exec.CommandContext(t.Context(), path, args...)}
	r.cmd.Env = append([]string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "LATCHKEY_STORE=memory"}, env...)
	r.cmd.Stdout, r.cmd.Stderr = r, r
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return r
}

// waitFor returns what the pattern matches in what was printed.
func (r *run) waitFor(t *testing.T, pattern string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if m := re.FindString(r.text()); m != "" {
			return m
		}
	}
	t.Fatalf("no %s in\n%s", pattern, r.text())
	return ""
}

// waiting starts a sign-in and returns it with the callback's address, state included, and the address of the
// provider's page.
func waiting(t *testing.T, env ...string) (r *run, callback, page string) {
	t.Helper()
	p := idp.Start(t, idp.Config{Lifetime: time.Hour})
	r = start(t, append([]string{"LATCHKEY_ISSUER=" + p.Issuer, "LATCHKEY_CLIENT_ID=" + idp.ClientID}, env...),
		"signin", "--no-browser")
	page = r.waitFor(t, regexp.QuoteMeta(p.Issuer)+`/authorize\?\S+`)
	u, err := url.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	return r, q.Get("redirect_uri") + "?state=" + q.Get("state"), page
}

// finish signs in at the provider's page, as the person's own browser does.
func (r *run) finish(t *testing.T, page string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, page, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if !strings.Contains(string(text), "You are signed in") {
		t.Errorf("the browser was told %s", text)
	}
	if err := r.cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, r.text())
	}
}
