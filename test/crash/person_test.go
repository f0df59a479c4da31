//go:build linux

// Package crash kills the real program at random moments, and runs many of it at
// once, on a real keychain and against a provider that rotates.
package crash

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"app.latchkey/test/bus"
	"app.latchkey/test/idp"
)

// patience is how long one run of the program may take on a loaded machine.
const patience = time.Minute

// TestMain lets the test's own program run as the person's browser.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "browse" {
		os.Exit(browse(os.Args[2]))
	}
	os.Exit(m.Run())
}

// browse opens the address and follows all redirects.
func browse(address string) int {
	client := &http.Client{Timeout: patience}
	res, err := client.Get(address)
	if err != nil {
		return 1
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	return 0
}

// number reads a count from the environment; usual is the default.
func number(t *testing.T, variable string, usual int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%s is no number of times", variable, text)
	}
	return n
}

// program builds latchkeyctl.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "latchkeyctl")
	cmd := exec.Command("go", "build", "-o", path, "app.latchkey/cmd/latchkeyctl")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// keychain starts a session bus with a keychain on it and returns its address.
func keychain(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	b := bus.Start(t, dir)
	b.Keychain(t, append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir+"/data", "XDG_RUNTIME_DIR="+dir))
	return b.Address
}

// person is one person's home folder and keychain on this machine.
type person struct {
	program, dir, sub string
	env               []string
	p                 *idp.Provider
}

func newPerson(t *testing.T, program, bus, sub string, p *idp.Provider) *person {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	d := &person{program: program, dir: t.TempDir(), sub: sub, p: p}
	d.env = []string{
		"HOME=" + d.dir, "PATH=" + os.Getenv("PATH"), "DBUS_SESSION_BUS_ADDRESS=" + bus,
		"BROWSER=" + self + " browse %s",
		"LATCHKEY_ISSUER=" + p.Issuer, "LATCHKEY_CLIENT_ID=" + idp.ClientID, "LATCHKEY_LOGIN_HINT=" + sub,
	}
	return d
}

// result is how a run ended.
type result struct {
	code   int // -1 when it was killed
	out    string
	words  string
	killed bool
}

func (r result) String() string { return fmt.Sprintf("exit code %d\n%s", r.code, r.words) }

// run runs the program to its end.
func (d *person) run(t *testing.T, args ...string) result {
	t.Helper()
	return d.killed(t, 0, args...)
}

// killed runs the program and kills it after the time; zero means never.
func (d *person) killed(t *testing.T, after time.Duration, args ...string) result {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	cmd := exec.CommandContext(ctx, d.program, args...)
	cmd.Env = d.env
	var out, words bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &words
	cmd.WaitDelay = patience // a browser may hold the streams for a while
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if after > 0 {
		time.Sleep(after)
		_ = cmd.Process.Kill()
	}
	err := cmd.Wait()
	if ctx.Err() != nil {
		t.Fatalf("%v did not end within %s\n%s", args, patience, words.String())
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
	return result{cmd.ProcessState.ExitCode(), strings.TrimSpace(out.String()), words.String(), status.Signaled()}
}

// must runs the program, which must succeed.
func (d *person) must(t *testing.T, args ...string) string {
	t.Helper()
	r := d.run(t, args...)
	if r.code != 0 {
		t.Fatalf("%s: %v: %v", d.sub, args, r)
	}
	return r.out
}

// untilDue waits until the token is to be refreshed.
func (d *person) untilDue() { time.Sleep(time.Until(d.p.Due(d.sub)) + 10*time.Millisecond) }

// whole fails the test when the program found a vault unreadable.
func (d *person) whole(t *testing.T) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(d.dir, ".local/share/latchkey/*.unreadable*"))
	if err != nil || len(found) > 0 {
		t.Fatalf("%s: a vault became unreadable: %v %v", d.sub, found, err)
	}
}

// moment is a random moment within an operation that takes about as long as took.
func moment(r *rand.Rand, took time.Duration) time.Duration {
	return time.Duration(r.Int64N(int64(took))) + 1
}
