//go:build unix

package logfile_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"app.latchkey/internal/logfile"
)

// A log that is a fifo would hold up the program that writes into it, with a spent
// refresh token in its hands. The program goes on without a log.
func TestALogThatIsNoFileIsNotOpened(t *testing.T) {
	for name, put := range map[string]func(path string) error{
		"a fifo":           func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"a folder":         func(path string) error { return os.Mkdir(path, 0o700) },
		"a link to a fifo": func(path string) error { return linkedFifo(path) },
		"a link to a line": func(path string) error { return os.Symlink("/dev/tty", path) },
	} {
		dir := t.TempDir()
		if err := put(filepath.Join(dir, "x.log")); err != nil {
			t.Fatal(err)
		}
		log, file := logfile.Open(dir, "x", "info")
		if err := log.Handler().Handle(t.Context(), record("refresh.completed")); err == nil {
			t.Errorf("%s: a line was written", name)
		}
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	}
}

func record(event string) slog.Record { return slog.NewRecord(time.Now(), slog.LevelInfo, event, 0) }

func linkedFifo(path string) error {
	if err := syscall.Mkfifo(path+".fifo", 0o600); err != nil {
		return err
	}
	return os.Symlink(path+".fifo", path)
}
