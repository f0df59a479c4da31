//go:build windows || darwin

package logfile

import (
	"bytes"
	"context"
	"log/slog"
	"sync"

	"app.latchkey/internal/cleantext"
)

// lines hands each record to a log that takes whole lines with a level. The line is the one that the file has.
type lines struct {
	rendered
	most int // characters that the log takes
	put  func(slog.Level, string) error
}

func newLines(level string, most int, put func(slog.Level, string) error) *lines {
	var buf bytes.Buffer
	json := slog.NewJSONHandler(cleantext.JSONLines(&buf), options(level))
	return &lines{rendered{json, &sync.Mutex{}, &buf}, most, put}
}

// Handle implements [slog.Handler].
func (l *lines) Handle(ctx context.Context, r slog.Record) error {
	line, err := l.line(ctx, r)
	if err != nil {
		return err
	}
	if runes := []rune(line); len(runes) > l.most {
		line = string(runes[:l.most]) + "…"
	}
	return l.put(r.Level, line)
}

// WithAttrs implements [slog.Handler].
func (l *lines) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &lines{l.with(l.Handler.WithAttrs(attrs)), l.most, l.put}
}

// WithGroup implements [slog.Handler].
func (l *lines) WithGroup(name string) slog.Handler {
	return &lines{l.with(l.Handler.WithGroup(name)), l.most, l.put}
}
