package logfile

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"

	slogjournal "github.com/systemd/slog-journal"

	"app.latchkey/internal/cleantext"
)

// journal is where journald takes entries (https://systemd.io/JOURNAL_NATIVE_PROTOCOL).
const journal = "/run/systemd/journal/socket"

// systemLog returns a handler that writes to journald, with each member of a line as a field of its own.
func systemLog(o Options) (slog.Handler, io.Closer, error) {
	conn, err := net.Dial("unixgram", journal) // the library passes over a journal that is not there
	if err != nil {
		return nil, nil, err
	}
	if err := conn.Close(); err != nil {
		return nil, nil, err
	}
	inner, err := slogjournal.NewHandler(&slogjournal.Options{
		Level: options(o.Level).Level, ReplaceAttr: entry, ReplaceGroup: fieldName,
	})
	if err != nil {
		return nil, nil, err
	}
	var buf bytes.Buffer
	text := slog.NewTextHandler(cleantext.Lines(&buf), &slog.HandlerOptions{
		Level: options(o.Level).Level, ReplaceAttr: membersAlone,
	})
	return &journald{inner, rendered{text, &sync.Mutex{}, &buf}}, io.NopCloser(nil), nil
}

// membersAlone leaves out of a line what the journal keeps anyway.
func membersAlone(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey || a.Key == slog.MessageKey) {
		return slog.Attr{}
	}
	return redact(groups, a)
}

// entry makes one field of a line's member. What an attribute is called cannot take the place of a field that journald
// or other programs give a meaning.
func entry(groups []string, a slog.Attr) slog.Attr {
	a = redact(groups, a)
	text := a.Value.String()
	if a.Value.Kind() == slog.KindAny {
		text = scrub(text)
	}
	return slog.String(fieldName(a.Key), cleantext.Text(text))
}

// fieldName is a member's name as a field: LATCHKEY_ and the name in capitals.
func fieldName(name string) string {
	field := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(name))
	return "LATCHKEY_" + field[:min(len(field), 50)] // journald takes 64 characters
}

// journald writes an event with its members as people read them, and each of them as a field.
type journald struct {
	fields slog.Handler
	text   rendered
}

// Enabled implements [slog.Handler].
func (j *journald) Enabled(ctx context.Context, level slog.Level) bool {
	return j.fields.Enabled(ctx, level)
}

// Handle implements [slog.Handler].
func (j *journald) Handle(ctx context.Context, r slog.Record) error {
	members, err := j.text.line(ctx, r)
	if err != nil {
		return err
	}
	message := cleantext.Text(strings.TrimSpace(scrub(r.Message) + " " + members))
	out := slog.NewRecord(r.Time, r.Level, message, 0) // without the line of the source
	out.AddAttrs(slog.String("event", r.Message))
	r.Attrs(func(a slog.Attr) bool { out.AddAttrs(a); return true })
	return j.fields.Handle(ctx, out)
}

// WithAttrs implements [slog.Handler].
func (j *journald) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &journald{j.fields.WithAttrs(attrs), j.text.with(j.text.WithAttrs(attrs))}
}

// WithGroup implements [slog.Handler].
func (j *journald) WithGroup(name string) slog.Handler {
	return &journald{j.fields.WithGroup(name), j.text.with(j.text.WithGroup(name))}
}
