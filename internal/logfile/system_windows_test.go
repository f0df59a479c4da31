package logfile_test

import (
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/logfile"
)

// The event log takes each level, and a line that is longer than it takes is cut.
func TestTheEventLogTakesLines(t *testing.T) {
	dir := t.TempDir()
	o := logfile.Options{Dir: dir, Name: "latchkey", Level: "debug", To: "system", App: "Latchkey"}
	log, closer := logfile.OpenAs(o)
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		for _, text := range []string{"short", strings.Repeat("x", 1<<20), "zero \x00 and 𝄞"} {
			r := slog.NewRecord(time.Now(), level, "app.problem", 0)
			r.AddAttrs(slog.String("err", text))
			if err := log.Handler().Handle(t.Context(), r); err != nil {
				t.Errorf("%s of %d: %v", level, len(text), err)
			}
		}
	}
	if err := closer.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("a file was written: %v", left)
	}
	if err := logfile.System(o); err != nil {
		t.Error(err)
	}
}
