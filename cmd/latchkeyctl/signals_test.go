//go:build unix

package main

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"app.latchkey/internal/loopback"
	"app.latchkey/test/idp"
)

// key presses a key.
func (term *terminal) key(t *testing.T, c string) {
	t.Helper()
	if _, err := io.WriteString(term.tty, c); err != nil {
		t.Fatal(err)
	}
}

const ctrlC = "\x03"

// ends demands that the program ends as cancelled and leaves the terminal as it was.
func (term *terminal) ends(t *testing.T) {
	t.Helper()
	_ = term.cmd.Wait()
	if code := term.cmd.ProcessState.ExitCode(); code != exitCancelled {
		t.Errorf("%v\n%s", term.cmd.ProcessState, term.text())
	}
	state, err := unix.IoctlGetTermios(int(term.tty.Fd()), getTermios)
	if err != nil {
		t.Fatal(err)
	}
	if state.Lflag&unix.ECHO == 0 || state.Lflag&unix.ICANON == 0 {
		t.Errorf("the terminal shows nothing that is typed: %x", state.Lflag)
	}
}

// locked is an environment in which a vault wants a passphrase.
func locked(t *testing.T) []string {
	t.Helper()
	return []string{
		"HOME=" + t.TempDir(), "LATCHKEY_STORE=file", "LATCHKEY_ISSUER=https://id.invalid", "LATCHKEY_CLIENT_ID=desk",
	}
}

func TestCtrlCAtAPassphraseEndsTheProgram(t *testing.T) {
	for name, end := range map[string]func(*terminal){
		"the first question": func(term *terminal) { term.key(t, ctrlC) },
		"the second": func(term *terminal) {
			term.paste(t, "correct horse battery")
			term.waitFor(t, "The same again")
			term.key(t, ctrlC)
		},
		"typed in part": func(term *terminal) { term.key(t, "corr"+ctrlC) },
		"asked from outside": func(term *terminal) {
			if err := term.cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			term := atTerminal(t, locked(t), "signin")
			term.waitFor(t, "Choose a passphrase")
			end(term)
			term.ends(t)
		})
	}
}

// pipe makes a pipe with a name, which nobody writes to.
func pipe(t *testing.T, path ...string) string {
	t.Helper()
	name := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// A pipe in the place of a settings file is refused, and the program does not wait for it.
func TestAPipeIsNoSettingsFile(t *testing.T) {
	for name, args := range map[string][]string{
		"config": {"status"}, "ca": {"status", "--ca-file", "PIPE"},
		"passphrase": {"status", "--passphrase-file", "PIPE"},
	} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			path := pipe(t, home, ".config", "latchkey", "config.toml")
			if len(args) > 1 {
				args[2] = pipe(t, home, "pipe")
				_ = os.Remove(path)
			}
			term := atTerminal(t, append(locked(t), "HOME="+home, "XDG_CONFIG_HOME="), args...)
			_ = term.cmd.Wait()
			if code := term.cmd.ProcessState.ExitCode(); code != exitUsage {
				t.Errorf("%v\n%s", term.cmd.ProcessState, term.text())
			}
			term.waitFor(t, "is no file")
		})
	}
}

// A passphrase may be read from a pipe; the first signal ends the wait for it.
func TestCtrlCEndsTheWaitForAPipe(t *testing.T) {
	env := locked(t)
	path := pipe(t, t.TempDir(), "passphrase")
	term := atTerminal(t, env, "reseal", "--to", "file", "--new-passphrase-file", path, "--verbose")
	opened(t, path)
	term.key(t, ctrlC)
	term.ends(t)
}

// opened returns when the program has opened the pipe to read.
func opened(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0) // returns when there is a reader
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
}

// Whatever the program waits for, the first signal asks it to end and the second ends it at once.
func TestTheSecondCtrlCAlwaysEnds(t *testing.T) {
	term := startAtTerminal(t, "endless", nil)
	term.waitFor(t, "working")
	term.key(t, ctrlC)
	term.waitFor(t, "Press Ctrl-C again")
	term.key(t, ctrlC)
	term.ends(t)
}

// A browser that comes back after the program has ended is told so, at an address without a code. A new sign-in on the
// same port takes the port over.
func TestABrowserThatComesAfterTheEnd(t *testing.T) {
	p := idp.Start(t, idp.Config{Lifetime: time.Hour})
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	env := []string{
		"LATCHKEY_ISSUER=" + p.Issuer, "LATCHKEY_CLIENT_ID=" + idp.ClientID, "LATCHKEY_REDIRECT_PORTS=" + port,
		"LATCHKEY_CLIENT_SECRET=hush",
	}
	for _, host := range []string{"127.0.0.1", "localhost"} {
		term := atTerminal(t, append(env, "LATCHKEY_REDIRECT_HOST="+host), "signin", "--no-browser")
		term.waitFor(t, regexp.QuoteMeta(p.Issuer)+`/authorize\?\S+`)
		term.key(t, ctrlC)
		term.ends(t)
		res, err := http.Get("http://" + host + ":" + port + "/callback?code=C&state=S")
		if err != nil {
			t.Fatal(err)
		}
		page, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if !strings.Contains(string(page), "given up") || res.Request.URL.RawQuery != "" {
			t.Errorf("%s: %s at %s", host, page, res.Request.URL)
		}
	}
	r, err := loopback.Listen(t.Context(), loopback.Config{State: "s", Ports: []int{number(t, port)}})
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Close()
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
