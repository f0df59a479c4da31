// Package logfile writes structured log lines into a file that rotates, and to the system's own log where that is set:
// journald, Windows' event log, or the unified log of macOS.
//
// A line is one JSON object with a stable event name as its message; docs/logs.md lists them. Text from
// outside is made fit for whatever shows the file, by [cleantext.JSON] and [cleantext.Text]. As the
// last line of defence, values whose names are those of secrets, and texts of a token's shape, are
// replaced before they are written; the first line of defence is that no package logs a secret. It
// touches its own folder and the system's log and nothing else, and that only when there is something to write.
package logfile

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"gopkg.in/natefinch/lumberjack.v2"

	"app.latchkey/internal/cleantext"
	"app.latchkey/internal/ownfolder"
)

// Open returns a logger that writes to dir/name.log, at most three files of 5 MiB
// each, readable by their owner alone. level is error, warn, info or debug. The
// window and the command line use a name each, and the file is made by the first
// line: a command that has nothing to tell touches no disk. The caller closes it.
//
// Several command lines may write at once, each line in one piece. One that is
// rotated away under another goes on in the older file; where the system forbids
// that (Windows) the line is lost, and the program goes on.
func Open(dir, name, level string) (*slog.Logger, io.Closer) {
	f := &file{dir: dir, to: &lumberjack.Logger{Filename: filepath.Join(dir, name+".log"), MaxSize: 5, MaxBackups: 2}}
	return slog.New(slog.NewJSONHandler(cleantext.JSONLines(f), options(level))), f
}

// Text returns a logger of readable lines for a terminal, as careful with secrets.
func Text(w io.Writer, level string) *slog.Logger {
	return slog.New(slog.NewTextHandler(cleantext.Lines(w), options(level)))
}

// Both returns a logger to two places.
func Both(a, b *slog.Logger) *slog.Logger {
	return slog.New(slog.NewMultiHandler(a.Handler(), b.Handler()))
}

// file is the log's file, whose folder nobody else may read.
type file struct {
	dir  string
	to   *lumberjack.Logger
	made sync.Once
	err  error
}

// Write implements [io.Writer].
func (f *file) Write(line []byte) (int, error) {
	f.made.Do(func() {
		if !filepath.IsAbs(f.dir) { // no home is known: not into whatever folder this runs in
			f.err = fmt.Errorf("logfile: %q is no place for a log", f.dir)
			return
		}
		if f.err = ownfolder.Check(f.dir); f.err == nil {
			f.err = os.MkdirAll(f.dir, 0o700)
		}
		// Whoever opens a fifo for writing waits until somebody reads it.
		if info, err := os.Stat(f.to.Filename); err == nil && !info.Mode().IsRegular() {
			f.err = fmt.Errorf("logfile: %s is no file", f.to.Filename)
		}
	})
	if f.err != nil {
		return 0, f.err
	}
	return f.to.Write(line)
}

// Close implements [io.Closer].
func (f *file) Close() error { return f.to.Close() }

func options(level string) *slog.HandlerOptions {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	return &slog.HandlerOptions{Level: l, ReplaceAttr: redact}
}

var (
	secretName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(
			`(?i)(token|secret|passphrase|password|verifier|authorization|cookie|^code$|^state$|^nonce$)`)
	})
	jwtShape = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]*)?`)
	})
	queryShape = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(
			`([?&](code|state|id_token_hint|access_token|refresh_token|client_secret|code_verifier)=)[^&\s"]+`)
	})
)

// redact replaces what must not be in a log.
func redact(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
		return a
	}
	switch v := a.Value.Any().(type) {
	case string:
		a.Value = slog.StringValue(scrub(v))
	case error:
		a.Value = slog.StringValue(scrub(v.Error()))
	case []string:
		out := make([]string, len(v))
		for i, one := range v {
			out[i] = scrub(one)
		}
		a.Value = slog.AnyValue(out)
	}
	// "tokens" tells how a revocation went, in one of four words.
	if secretName().MatchString(a.Key) && a.Key != "tokens" && a.Value.String() != "" {
		a.Value = slog.StringValue("[redacted]")
	}
	return a
}

func scrub(s string) string {
	if !strings.Contains(s, "eyJ") && !strings.Contains(s, "=") {
		return s
	}
	return queryShape().ReplaceAllString(jwtShape().ReplaceAllString(s, "[redacted]"), "$1[redacted]")
}
