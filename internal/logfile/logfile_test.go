package logfile_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"app.latchkey/internal/logfile"
	"app.latchkey/internal/secret"
)

func TestNoSecretIsWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	log, file, err := logfile.Open(dir, "latchkey", "debug")
	if err != nil {
		t.Fatal(err)
	}
	const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"
	log.Info("signin.completed",
		"access_token", "hush1", "client_secret", "hush2", "state", "hush3", "code", "hush4", "s", secret.New("hush5"),
		"err", errors.New("GET /callback?code=hush6&state=hush7 "+jwt), "text", jwt, slog.Group("inner", "refresh_token", "hush8"), "tokens", "done")
	log.With("password", "hush9").Debug("x")
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "latchkey.log"))
	if err != nil {
		t.Fatal(err)
	}
	for _, trace := range []string{"hush", "eyJ"} {
		if strings.Contains(string(got), trace) {
			t.Errorf("%q stands in the log:\n%s", trace, got)
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
	log, file, err := logfile.Open(dir, "x", "warn")
	if err != nil {
		t.Fatal(err)
	}
	log.Info("quiet")
	log.Warn("loud")
	_ = file.Close()
	got, _ := os.ReadFile(filepath.Join(dir, "x.log"))
	if strings.Contains(string(got), "quiet") || !strings.Contains(string(got), "loud") {
		t.Errorf("%s", got)
	}
}
