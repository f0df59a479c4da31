package logfile_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"app.latchkey/internal/logfile"
	"app.latchkey/test/ownrun"
)

// listen plays journald.
func listen(t *testing.T) *net.UnixConn {
	t.Helper()
	const path = "/run/systemd/journal/socket"
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// entry reads one entry of the journal's native protocol: a datagram, or the file that a datagram brings.
func entry(t *testing.T, l *net.UnixConn) (fields map[string]string, whole string) {
	t.Helper()
	data, oob := make([]byte, 1<<20), make([]byte, 64)
	n, m, _, _, err := l.ReadMsgUnix(data, oob)
	if err != nil {
		t.Fatal(err)
	}
	data = data[:n]
	if m > 0 {
		messages, err := syscall.ParseSocketControlMessage(oob[:m])
		if err != nil {
			t.Fatal(err)
		}
		fds, err := syscall.ParseUnixRights(&messages[0])
		if err != nil {
			t.Fatal(err)
		}
		f := os.NewFile(uintptr(fds[0]), "entry")
		defer func() { _ = f.Close() }()
		if data, err = io.ReadAll(io.NewSectionReader(f, 0, 1<<26)); err != nil {
			t.Fatal(err)
		}
	}
	fields = map[string]string{}
	for rest := data; len(rest) > 0; {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		name, value, simple := bytes.Cut(line, []byte("="))
		if !simple {
			size := binary.LittleEndian.Uint64(after)
			value, after = after[8:8+size], after[8+size+1:]
		}
		if _, twice := fields[string(name)]; twice {
			t.Errorf("the field %s stands twice", name)
		}
		fields[string(name)], rest = string(value), after
	}
	return fields, string(data)
}

func TestTheJournalGetsEachMemberAsAField(t *testing.T) {
	if !ownrun.In(t) {
		return
	}
	l, dir := listen(t), t.TempDir()
	log, closer := logfile.OpenAs(logfile.Options{Dir: dir, Name: "latchkey", Level: "debug", To: "system"})
	const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"
	log.Warn("signin.failed", "err", errors.New("first\nPRIORITY=0\nsecond \x1b[2J\u202e GET /cb?code=hush1 "+jwt),
		"issuer", "https://id.example", "access_token", "hush2", "MESSAGE=x\nPRIORITY", "a", "_pid", "7", "n", 3,
		"members", []string{jwt})
	got, whole := entry(t, l)
	for name, want := range map[string]string{
		"PRIORITY": "4", "LATCHKEY_EVENT": "signin.failed", "LATCHKEY_ISSUER": "https://id.example", "LATCHKEY_N": "3",
		"LATCHKEY_ACCESS_TOKEN": "[redacted]", "LATCHKEY_MESSAGE_X_PRIORITY": "a", "LATCHKEY__PID": "7",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	if !strings.HasPrefix(got["LATCHKEY_ERR"], "first\nPRIORITY=0\nsecond ") || got["CODE_FILE"] != "" {
		t.Errorf("%q", got)
	}
	if m := got["MESSAGE"]; !strings.HasPrefix(m, "signin.failed err=") ||
		!strings.Contains(m, "issuer=https://id.example") ||
		strings.Contains(m, "\n") {
		t.Errorf("%q", m)
	}
	for _, trace := range []string{"hush", "eyJ", "\x1b", "\u202e"} {
		if strings.Contains(whole, trace) {
			t.Errorf("%q stands in the journal: %q", trace, whole)
		}
	}
	for level, priority := range map[slog.Level]string{slog.LevelDebug: "7", slog.LevelInfo: "6",
		slog.LevelError: "3"} {
		log.With("version", "1").Log(t.Context(), level, "app.started")
		if got, _ := entry(t, l); got["PRIORITY"] != priority || got["LATCHKEY_VERSION"] != "1" ||
			got["MESSAGE"] != "app.started version=1" || !strings.HasSuffix(got["SYSLOG_IDENTIFIER"], ".test") {
			t.Errorf("%s: %q", level, got)
		}
	}
	large := strings.Repeat("x", 5<<20) // no datagram is so large: a file comes instead
	log.Error("app.problem", "err", large)
	if got, _ := entry(t, l); got["LATCHKEY_ERR"] != large || got["LATCHKEY_EVENT"] != "app.problem" {
		t.Errorf("%d bytes of %d arrived", len(got["LATCHKEY_ERR"]), len(large))
	}
	if err := closer.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("a file was written too: %v", left)
	}
}

// Both are written, and the level holds for both.
func TestTheJournalBesideTheFile(t *testing.T) {
	if !ownrun.In(t) {
		return
	}
	l, dir := listen(t), t.TempDir()
	log, closer := logfile.OpenAs(logfile.Options{Dir: dir, Name: "latchkey", Level: "warn", To: "both"})
	log.Info("quiet")
	log.Warn("loud")
	if got, _ := entry(t, l); got["LATCHKEY_EVENT"] != "loud" {
		t.Errorf("%q", got)
	}
	if err := closer.Close(); err != nil {
		t.Error(err)
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "latchkey.log")); !strings.Contains(string(data), `"msg":"loud"`) ||
		strings.Contains(string(data), "quiet") {
		t.Errorf("%s", data)
	}
}

// Where there is no journal the file has the lines, and says why.
func TestWithoutAJournalTheFileHasTheLines(t *testing.T) {
	if !ownrun.In(t) {
		return
	}
	for _, to := range []string{"system", "both"} {
		dir := t.TempDir()
		o := logfile.Options{Dir: dir, Name: "latchkey", Level: "info", To: to}
		log, closer := logfile.OpenAs(o)
		log.Info("app.started")
		if err := closer.Close(); err != nil {
			t.Error(err)
		}
		data, _ := os.ReadFile(filepath.Join(dir, "latchkey.log"))
		if !strings.Contains(string(data), `"msg":"log.not_to_system"`) ||
			!strings.Contains(string(data), `"msg":"app.started"`) ||
			logfile.System(o) == nil {
			t.Errorf("%s: %s", to, data)
		}
	}
	listen(t)
	if err := logfile.System(logfile.Options{}); err != nil {
		t.Error(err)
	}
}
