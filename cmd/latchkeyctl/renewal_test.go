package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/program"
	"app.latchkey/internal/robot"
	"app.latchkey/test/idp"
)

// shell is a person's computer for the command line, with its vault.
type shell struct {
	t    *testing.T
	home string
}

// newShell signs Ada in at the provider.
func newShell(t *testing.T, issuer string) *shell {
	t.Helper()
	s := &shell{t: t, home: t.TempDir()}
	for name, value := range map[string]string{
		"HOME": s.home, "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": "", "XDG_RUNTIME_DIR": s.home,
		"DBUS_SESSION_BUS_ADDRESS": "", "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/none",
		"LATCHKEY_ISSUER": issuer, "LATCHKEY_CLIENT_ID": idp.ClientID, "LATCHKEY_STORE": "file",
		"LATCHKEY_STORE_PASSPHRASE": "correct horse battery",
	} {
		t.Setenv(name, value)
	}
	s.signIn()
	return s
}

// signIn signs in with a browser that is asked nothing.
func (s *shell) signIn(args ...string) {
	s.t.Helper()
	reader, writer := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		visitEach(s.t, reader)
	}()
	code := run(s.t.Context(), append([]string{"signin", "--no-browser"}, args...), strings.NewReader(""), io.Discard,
		writer)
	_ = writer.Close()
	<-done
	if code != exitDone {
		s.t.Fatalf("signin exits %d", code)
	}
}

// visitEach visits the addresses that the command prints.
func visitEach(t *testing.T, words io.Reader) {
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
	defer stop()
	buffer := make([]byte, 64<<10)
	for {
		n, err := words.Read(buffer)
		for _, line := range strings.Split(string(buffer[:n]), "\n") {
			if strings.HasPrefix(line, "http") && strings.Contains(line, "response_type") {
				if _, err := robot.New(nil).Visit(ctx, strings.TrimSpace(line)); err != nil {
					t.Error(err)
				}
			}
		}
		if err != nil {
			return
		}
	}
}

// run runs the command and demands its exit code.
func (s *shell) run(code int, args ...string) (stdout, stderr string) {
	s.t.Helper()
	var out, words bytes.Buffer
	if got := run(s.t.Context(), args, strings.NewReader(""), &out, &words); got != code {
		s.t.Fatalf("%s exits %d, want %d\n%s", strings.Join(args, " "), got, code, &words)
	}
	return strings.TrimSpace(out.String()), words.String()
}

// logged is what the command line has logged.
func (s *shell) logged() string {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.home, ".local", "share", program.AppID, "logs", "latchkeyctl.log"))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(data)
}

func refuse(status int, code string) func(int, http.ResponseWriter, func() []byte) bool {
	return func(_ int, w http.ResponseWriter, _ func() []byte) bool {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": code})
		return true
	}
}

func TestTokenRenewGivesAnother(t *testing.T) {
	p := idp.Start(t, idp.Config{Lifetime: time.Hour})
	s := newShell(t, p.Issuer)
	first, _ := s.run(exitDone, "token")
	same, _ := s.run(exitDone, "token")
	next, _ := s.run(exitDone, "token", "--renew")
	after, _ := s.run(exitDone, "token")
	if first != same || next == first || next == "" || after != next {
		t.Errorf("%d refreshes; the tokens are %v %v %v alike", p.Refreshes(), first == same, first == next,
			next == after)
	}
	if other, _ := s.run(exitDone, "token", "--renew", "--account", "ada@acme.example"); other == next {
		t.Error("the named account's token was not renewed")
	}
}

// The answers of a provider to a refresh, and what the command line prints and returns for each.
func TestRefusalsOfARefresh(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(int, http.ResponseWriter, func() []byte) bool
		code   int
		words  string
		again  int // the exit code of status afterwards
	}{
		"invalid_grant with 403": {refuse(403, "invalid_grant"), exitNobody, "has ended your session", exitNobody},
		"invalid_token":          {refuse(400, "invalid_token"), exitNobody, "has ended your session", exitNobody},
		"interaction_required": {
			refuse(400, "interaction_required"), exitNobody, "wants to ask you something", exitNobody,
		},
		"invalid_client": {
			refuse(401, "invalid_client"), exitFailed, "did not renew your session", exitDone,
		},
		"temporarily_unavailable": {
			refuse(400, "temporarily_unavailable"), exitFailed, "did not renew your session", exitDone,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShell(t, idp.Start(t, idp.Config{Lifetime: time.Hour, Answer: c.answer}).Issuer)
			out, words := s.run(c.code, "token", "--renew")
			if out != "" || !strings.Contains(words, c.words) {
				t.Errorf("%q, %q", out, words)
			}
			s.run(c.again, "status")
		})
	}
}

// The answer is lost twice; a provider with a grace period gives the successor.
func TestALostAnswerIsAskedForAgain(t *testing.T) {
	p := idp.Start(t, idp.Config{
		Lifetime: time.Hour, Grace: time.Minute, Answer: func(n int, w http.ResponseWriter, spend func() []byte) bool {
			if n > 2 {
				return false
			}
			spend()
			w.WriteHeader(http.StatusBadGateway)
			return true
		},
	})
	s := newShell(t, p.Issuer)
	first, _ := s.run(exitDone, "token")
	if next, _ := s.run(exitDone, "token", "--renew"); next == first || next == "" {
		t.Error("no new token")
	}
}

// A program ends while the answer is on its way. The next program knows the reason for which the session was lost, and
// so does the one after it.
func TestALostAnswerIsNamedByTheNextProcess(t *testing.T) {
	asked := make(chan struct{})
	p := idp.Start(t, idp.Config{
		Lifetime: time.Hour, Answer: func(n int, w http.ResponseWriter, spend func() []byte) bool {
			if n > 1 {
				return false
			}
			spend()
			close(asked)
			panic(http.ErrAbortHandler)
		},
	})
	s := newShell(t, p.Issuer)
	_, words := s.run(exitNobody, "token", "--renew")
	<-asked
	for range 2 {
		if !strings.Contains(words, "network broke off") || strings.Contains(words, "somewhere else") {
			t.Errorf("%s", words)
		}
		_, words = s.run(exitNobody, "status")
	}
}

// A full disk ends no session.
func TestNoTokenIsSpentThatCannotBeStored(t *testing.T) {
	p := idp.Start(t, idp.Config{Lifetime: time.Hour})
	s := newShell(t, p.Issuer)
	cmd := exec.Command("sh", "-c", "ulimit -f 0; exec latchkeyctl token --renew")
	var words bytes.Buffer
	cmd.Stderr = &words
	out, err := cmd.Output()
	if cmd.ProcessState.ExitCode() != exitFailed || len(out) > 0 || words.Len() == 0 {
		t.Errorf("%v: %q, %q", err, out, &words)
	}
	if n := p.Refreshes(); n != 0 {
		t.Errorf("%d refresh tokens were spent", n)
	}
	if next, _ := s.run(exitDone, "token", "--renew"); next == "" || p.Reused() != 0 {
		t.Error("the session is lost")
	}
}

func TestASessionWithoutARefreshTokenSaysSo(t *testing.T) {
	s := newShell(t, idp.Start(t, idp.Config{Lifetime: time.Hour, NoRefresh: true}).Issuer)
	if out, _ := s.run(exitDone, "status"); !strings.Contains(out, "cannot renew itself") {
		t.Error(out)
	}
	out, words := s.run(exitNobody, "token", "--renew")
	if out != "" || !strings.Contains(words, "cannot renew itself") {
		t.Errorf("%q %q", out, words)
	}
	if out, _ := s.run(exitDone, "token"); out == "" {
		t.Error("the token at hand is good to its end")
	}
}

// A sign-in that fails is logged once.
func TestAFailedSignInIsLoggedOnce(t *testing.T) {
	s := newShell(t, idp.Start(t, idp.Config{Lifetime: time.Hour}).Issuer)
	s.run(exitCancelled, "signin", "--no-browser", "--timeout", "50ms")
	if n := strings.Count(s.logged(), "failed"); n != 1 {
		t.Errorf("logged %d times:\n%s", n, s.logged())
	}
	t.Setenv("LATCHKEY_ISSUER", "http://127.0.0.1:1")
	s.run(exitFailed, "signin", "--no-browser")
	if n := strings.Count(s.logged(), "failed"); n != 2 {
		t.Errorf("logged %d times:\n%s", n, s.logged())
	}
}
