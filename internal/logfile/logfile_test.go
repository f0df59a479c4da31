package logfile_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/logfile"
	"app.latchkey/internal/secret"
)

func TestNoSecretIsWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	var terminal strings.Builder
	inFile, file := logfile.Open(dir, "latchkey", "debug")
	if _, err := os.Stat(dir); err == nil {
		t.Error("a folder is made before there is anything to write")
	}
	log := logfile.Both(inFile, logfile.Text(&terminal, "debug"))
	const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"
	log.Info("signin.completed",
		"access_token", "hush1", "client_secret", "hush2", "state", "hush3", "code", "hush4", "s", secret.New("hush5"),
		"err", errors.New("GET /callback?code=hush6&state=hush7 "+jwt), "text", jwt,
		slog.Group("inner", "refresh_token", "hush8"), "tokens", "done")
	log.With("password", "hush9").Debug("x")
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "latchkey.log"))
	if err != nil {
		t.Fatal(err)
	}
	for _, trace := range []string{"hush", "eyJ"} {
		if strings.Contains(string(got)+terminal.String(), trace) {
			t.Errorf("%q stands in the log:\n%s\n%s", trace, got, terminal.String())
		}
	}
	for _, kept := range []string{`"msg":"signin.completed"`, `"tokens":"done"`} {
		if !strings.Contains(string(got), kept) {
			t.Errorf("%s does not stand in the log:\n%s", kept, got)
		}
	}
	if runtime.GOOS != "windows" {
		for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "latchkey.log"): 0o600} {
			if info, _ := os.Stat(path); info.Mode().Perm() != want {
				t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), want)
			}
		}
	}
}

func TestTheLevel(t *testing.T) {
	dir := t.TempDir()
	log, file := logfile.Open(dir, "x", "warn")
	log.Info("quiet")
	log.Warn("loud")
	_ = file.Close()
	got, _ := os.ReadFile(filepath.Join(dir, "x.log"))
	if strings.Contains(string(got), "quiet") || !strings.Contains(string(got), "loud") {
		t.Errorf("%s", got)
	}
}

// A log that cannot be written stops nobody, and lands nowhere else.
func TestAFolderThatCannotBeMade(t *testing.T) {
	t.Chdir(t.TempDir())
	lost, _ := logfile.Open("logs", "x", "info")
	lost.Error("event.lost")
	if _, err := os.Stat("logs"); err == nil {
		t.Error("a log was written into the working folder")
	}
	inTheWay := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(inTheWay, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	log, file := logfile.Open(filepath.Join(inTheWay, "logs"), "x", "info")
	log.Error("event.lost")
	if err := file.Close(); err != nil {
		t.Error(err)
	}
}

func TestItRotates(t *testing.T) {
	dir := t.TempDir()
	log, file := logfile.Open(dir, "x", "info")
	long := strings.Repeat("x", 1<<20)
	for range 25 {
		log.Info("event", "text", long)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	var entries []os.DirEntry
	for range 1000 { // the old ones are removed in the background
		if entries, _ = os.ReadDir(dir); len(entries) == 3 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d files stay, want 3: %v", len(entries), entries)
}

// What a provider or a certificate says cannot move the cursor of whoever reads the
// log, or turn its words around.
func TestTextFromOutsideIsCleaned(t *testing.T) {
	const hostile = "CN=\x1b[2J\u009b31m\u202eevil\u200b"
	dir := t.TempDir()
	file, closer := logfile.Open(dir, "out", "info")
	var terminal strings.Builder
	for _, log := range []*slog.Logger{file, logfile.Text(&terminal, "info")} {
		log.Warn("discovery.failed", "err", errors.New(hostile), "members", []string{hostile},
			slog.Group("g", "k", hostile))
	}
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "out.log"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(data), terminal.String()} {
		if strings.ContainsAny(text, "\x1b\u009b\u202e\u200b") {
			t.Errorf("%q", text)
		}
	}
	var line map[string]any
	if json.Unmarshal(data, &line) != nil || line["err"] != hostile {
		t.Errorf("the line's value has changed: %s", data)
	}
}
