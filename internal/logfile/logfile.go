// Package logfile writes structured log lines into a file that rotates.
//
// A line is one JSON object with a stable event name as its message. As the last
// line of defence, values whose names are those of secrets, and texts of a token's
// shape, are replaced before they are written; the first line of defence is that
// nobody logs them. It touches its own folder and nothing else.
package logfile

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"gopkg.in/natefinch/lumberjack.v2"
)

// Open returns a logger that writes to dir/name.log, at most three files of 5 MiB
// each, readable by their owner alone. level is error, warn, info or debug. The
// window and the command line use a name each: two processes must not rotate one
// file. The caller closes it.
func Open(dir, name, level string) (*slog.Logger, io.Closer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, err
	}
	file := &lumberjack.Logger{Filename: filepath.Join(dir, name+".log"), MaxSize: 5, MaxBackups: 2}
	return slog.New(handler(file, level)), file, nil
}

func handler(w io.Writer, level string) slog.Handler {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	return slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l, ReplaceAttr: redact})
}

var (
	secretName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)(token|secret|passphrase|password|verifier|authorization|cookie|^code$|^state$|^nonce$)`)
	})
	jwtShape = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]*)?`)
	})
	queryShape = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`([?&](code|state|id_token_hint|access_token|refresh_token|client_secret|code_verifier)=)[^&\s"]+`)
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
