package logfile

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
)

// Options say where lines go.
type Options struct {
	Dir, Name string // the file Dir/Name.log
	Level     string // error, warn, info or debug
	To        string // file, system or both
	App       string // the source in Windows' event log, such as "Latchkey"
	Bundle    string // the subsystem in the unified log of macOS, such as "app.latchkey.latchkey"
}

// OpenAs returns a logger as [Open] does, to where the options say. Where the system's log cannot be reached the
// lines go into the file, and the first of them says so: none is lost in silence.
func OpenAs(o Options) (*slog.Logger, io.Closer) {
	file, closer := Open(o.Dir, o.Name, o.Level)
	if o.To != "system" && o.To != "both" {
		return file, closer
	}
	handler, end, err := systemLog(o)
	switch {
	case err != nil:
		file.Warn("log.not_to_system", "err", err)
		return file, closer
	case o.To == "system":
		return slog.New(handler), end
	}
	return Both(file, slog.New(handler)), both{closer, end}
}

// System returns nil when lines reach the system's log, else why not. It writes none.
func System(o Options) error {
	_, end, err := systemLog(o)
	if err != nil {
		return err
	}
	return end.Close()
}

// both closes two logs.
type both struct{ a, b io.Closer }

// Close implements [io.Closer].
func (c both) Close() error {
	return errors.Join(c.a.Close(), c.b.Close())
}

// rendered makes text of records.
type rendered struct {
	slog.Handler // writes into buf
	mu           *sync.Mutex
	buf          *bytes.Buffer
}

// line is a record as text, without its end.
func (t rendered) line(ctx context.Context, r slog.Record) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf.Reset()
	err := t.Handle(ctx, r)
	return string(bytes.TrimSuffix(t.buf.Bytes(), []byte("\n"))), err
}

// with is the same with another handler, which writes into the same buffer.
func (t rendered) with(h slog.Handler) rendered { return rendered{h, t.mu, t.buf} }
