//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"rsc.io/qr"

	"app.latchkey/internal/demoidp"
	"app.latchkey/test/idp"
)

// terminal is latchkeyctl with a person's terminal as its three streams.
type terminal struct {
	cmd *exec.Cmd
	tty *os.File

	mu  sync.Mutex
	out bytes.Buffer
	end chan struct{} // closed when all output was read
}

// atTerminal runs latchkeyctl with a home of its own.
func atTerminal(t *testing.T, env []string, args ...string) *terminal {
	t.Helper()
	return startAtTerminal(t, "latchkeyctl", env, args...)
}

// startAtTerminal starts the program of that name among those that the test binary can be.
func startAtTerminal(t *testing.T, name string, env []string, args ...string) *terminal {
	t.Helper()
	program := filepath.Join(t.TempDir(), name)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	home := t.TempDir() // unless env names one
	term := &terminal{cmd: exec.Command(program, args...), end: make(chan struct{})}
	term.cmd.Env = append(append(os.Environ(), "HOME="+home, "LATCHKEY_STORE=memory"), env...)
	term.tty, err = pty.StartWithSize(term.cmd, &pty.Winsize{Rows: 60, Cols: 200})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = term.cmd.Process.Kill(); _ = term.cmd.Wait(); _ = term.tty.Close(); <-term.end })
	go func() {
		defer close(term.end)
		buf := make([]byte, 4096)
		for {
			n, err := term.tty.Read(buf)
			term.mu.Lock()
			term.out.Write(buf[:n])
			term.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return term
}

func (term *terminal) text() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.out.String()
}

// waitFor returns what the pattern matches on the terminal.
func (term *terminal) waitFor(t *testing.T, pattern string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if m := re.FindString(term.text()); m != "" {
			return m
		}
	}
	t.Fatalf("no %s on the terminal:\n%s", pattern, term.text())
	return ""
}

func (term *terminal) paste(t *testing.T, line string) {
	t.Helper()
	if _, err := io.WriteString(term.tty, line+"\n"); err != nil {
		t.Fatal(err)
	}
}

// elsewhere is a browser on another computer. A redirect to loopback does not open there, and its address stays in the
// address bar.
type elsewhere struct{ bar string }

var errElsewhere = errors.New("nothing listens here")

func (e *elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/callback" {
		e.bar = r.URL.String()
		return nil, errElsewhere
	}
	return http.DefaultTransport.RoundTrip(r)
}

func TestTheAddressThatABrowserElsewhereEndedAtIsPasted(t *testing.T) {
	idp, err := demoidp.Start(t.Context(), demoidp.Config{Dir: t.TempDir(), Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = idp.Close() }()
	term := atTerminal(t, []string{"LATCHKEY_ISSUER=" + idp.Issuer(), "LATCHKEY_CLIENT_ID=" + demoidp.ClientID},
		"signin", "--no-browser")
	address := term.waitFor(t, `http://127\.0\.0\.1:\d+/authorize\?\S+`)
	term.waitFor(t, "paste that page's address here")
	away := &elsewhere{}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	if err := choose(ctx, away, address, "ada"); !errors.Is(err, errElsewhere) || away.bar == "" {
		t.Fatalf("the browser elsewhere ended at %q: %v", away.bar, err)
	}
	forged := regexp.MustCompile(`state=[^&]+`).ReplaceAllString(away.bar, "state=forged")
	for _, wrong := range []string{"hello", forged, strings.Replace(away.bar, "127.0.0.1", "evil.example", 1)} {
		before := strings.Count(term.text(), "not from this sign-in")
		term.paste(t, wrong)
		refused := func() bool { return strings.Count(term.text(), "not from this sign-in") > before }
		for deadline := time.Now().Add(time.Minute); !refused(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%q was not refused:\n%s", wrong, term.text())
			}
		}
	}
	term.paste(t, away.bar)
	if err := term.cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, term.text())
	}
	term.waitFor(t, "Ada Lovelace <ada@acme.example>")
}

// The drawn QR code is that of the address, module for module.
func TestTheQRCodeOnTheTerminal(t *testing.T) {
	const address = "https://id.example/device?user_code=WDJB-MJHT"
	var out bytes.Buffer
	drawQR(&out, address)
	want, err := qr.Encode(address, qr.L)
	if err != nil {
		t.Fatal(err)
	}
	// Each character is two modules: dark is ink on light paper, whatever the theme.
	dark := map[string][2]bool{
		"\x1b[30;40m█": {true, true}, "\x1b[97;107m█": {false, false},
		"\x1b[30;107m▀": {true, false}, "\x1b[30;107m▄": {false, true},
	}
	const quiet = 2
	rows := strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
	for y := range want.Size {
		cells := strings.Split(rows[quiet/2+y/2], "\x1b[0m")
		for x := range want.Size {
			if pair, known := dark[cells[quiet+x]]; !known || pair[y%2] != want.Black(x, y) {
				t.Fatalf("module %d,%d is %q, want dark %v", x, y, cells[quiet+x], want.Black(x, y))
			}
		}
	}
}

func TestSignInOnAnotherDevice(t *testing.T) {
	p := idp.Start(t, idp.Config{Lifetime: time.Hour})
	term := atTerminal(t, []string{"LATCHKEY_ISSUER=" + p.Issuer, "LATCHKEY_CLIENT_ID=" + idp.ClientID},
		"signin", "--device")
	term.waitFor(t, regexp.QuoteMeta(p.Issuer+"/activate")+`\s`)
	code := strings.TrimSpace(term.waitFor(t, `\s[A-Z0-9]{4}-[A-Z0-9]{4}\s`))
	term.waitFor(t, "Waiting for you there")
	term.waitFor(t, "\x1b\\[30;107m▀") // a QR code, since somebody sits there
	if !p.Approve(code) {
		t.Fatalf("%q is nobody's code:\n%s", code, term.text())
	}
	if err := term.cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, term.text())
	}
	term.waitFor(t, "Name of ada <ada@acme.example>")
}

// The set-up at a terminal: chosen by a number, asked for what is needed, asked again
// for what was wrong.
func TestTheProviderIsSetUpAtTheTerminal(t *testing.T) {
	p := idp.Start(t, idp.Config{Lifetime: time.Hour})
	home := t.TempDir()
	term := atTerminal(t, []string{"HOME=" + home}, "setup")
	term.waitFor(t, "12  Another OpenID Connect provider")
	term.paste(t, "13")
	term.waitFor(t, "from 1 to 12")
	term.paste(t, "12")
	term.waitFor(t, "Issuer")
	term.paste(t, "http://id.example")
	term.waitFor(t, "Client ID")
	term.paste(t, idp.ClientID)
	term.waitFor(t, "Client secret")
	term.paste(t, "")
	term.waitFor(t, "Name ")
	term.paste(t, "Acme ID")
	term.waitFor(t, "--issuer: plain http(?s:.*)Issuer")
	term.paste(t, p.Issuer)
	term.waitFor(t, "Written to")
	term.waitFor(t, `http://127.0.0.1/callback`)
	term.waitFor(t, "passed, ")
	_ = term.cmd.Wait()
	data, err := os.ReadFile(filepath.Join(home, ".local", "share", "latchkey", "preferences.toml"))
	if err != nil || !strings.Contains(string(data), p.Issuer) || !strings.Contains(string(data), "Acme ID") {
		t.Errorf("%q %v", data, err)
	}
}

func TestThePassphraseIsAskedForAtTheTerminal(t *testing.T) {
	p := idp.Start(t, idp.Config{Lifetime: time.Hour})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	browser := filepath.Join(t.TempDir(), "visit")
	if err := os.Symlink(self, browser); err != nil {
		t.Fatal(err)
	}
	env := []string{
		"HOME=" + t.TempDir(), "LATCHKEY_STORE=file", "LATCHKEY_ISSUER=" + p.Issuer,
		"LATCHKEY_CLIENT_ID=" + idp.ClientID, "BROWSER=" + browser + " %s",
	}
	term := atTerminal(t, env, "signin")
	term.waitFor(t, "Choose a passphrase")
	term.paste(t, "correct horse battery")
	term.waitFor(t, "The same again")
	term.paste(t, "correct horse battery")
	if err := term.cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, term.text())
	}
	term = atTerminal(t, env, "status")
	term.waitFor(t, "Passphrase of what is stored here")
	term.paste(t, "wrong horse battery")
	term.waitFor(t, "is not right(?s:.*)Passphrase of what is stored here")
	term.paste(t, "correct horse battery")
	if err := term.cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, term.text())
	}
	term.waitFor(t, "Name of ada")
	if strings.Contains(term.text(), "horse") {
		t.Errorf("the passphrase is on the screen:\n%s", term.text())
	}
}

// A terminal gets colours and columns, unless its person wants no colours.
func TestColoursAndColumns(t *testing.T) {
	p := idp.Start(t, idp.Config{Lifetime: time.Hour})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	browser := filepath.Join(t.TempDir(), "visit")
	if err := os.Symlink(self, browser); err != nil {
		t.Fatal(err)
	}
	pass := filepath.Join(t.TempDir(), "pass")
	if err := os.WriteFile(pass, []byte("correct horse battery"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{
		"HOME=" + t.TempDir(), "LATCHKEY_STORE=file", "LATCHKEY_STORE_PASSPHRASE_FILE=" + pass, "TERM=xterm",
		"LATCHKEY_ISSUER=" + p.Issuer, "LATCHKEY_CLIENT_ID=" + idp.ClientID, "BROWSER=" + browser + " %s",
	}
	shown := func(more string, args ...string) string {
		t.Helper()
		term := atTerminal(t, append(env, more), args...)
		_ = term.cmd.Wait()
		<-term.end
		return strings.ReplaceAll(term.text(), "\r\n", "\n")
	}
	shown("", "signin")
	for args, want := range map[string][]string{
		"status":         {"\x1b[1mName of ada <ada@acme.example>\x1b[0m\n", "\x1b[2mSession\x1b[0m    active, renews"},
		"accounts":       {"\x1b[2m*\x1b[0m  Name of ada <ada@acme.example>  http"},
		"config":         {"\x1b[2mclient_id\x1b[0m            "},
		"doctor":         {"\x1b[32mpass\x1b[0m  dns "},
		"token --acount": {"\x1b[1;31mThat command cannot be used.\x1b[0m\n"},
	} {
		coloured, plain := shown("", strings.Fields(args)...), shown("NO_COLOR=1", strings.Fields(args)...)
		for _, w := range want {
			if !strings.Contains(coloured, w) {
				t.Errorf("%s: no %q in\n%q", args, w, coloured)
			}
			w = regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(w, "")
			if !strings.Contains(plain, w) || strings.Contains(plain, "\x1b") {
				t.Errorf("%s with NO_COLOR: want %q without a colour in\n%q", args, w, plain)
			}
		}
		if dumb := shown("TERM=dumb", strings.Fields(args)...); strings.Contains(dumb, "\x1b") {
			t.Errorf("%s: colours on a dumb terminal: %q", args, dumb)
		}
	}
}
