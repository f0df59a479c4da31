package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// errOutput means that the result could not be written to standard output: it is
// closed, its disk is full, or the program that read it has ended.
var errOutput = errors.New("the result could not be written to standard output")

// output is standard output. It keeps the first write that failed, so that no command
// ends with exit code 0 whose result has reached nobody.
type output struct {
	to    io.Writer
	watch *watch // without it a write to a reader that has ended would end the program
	err   error
}

// Write implements [io.Writer].
func (o *output) Write(p []byte) (int, error) {
	o.watch.wait()
	n, err := o.to.Write(p)
	if err == nil {
		return n, nil
	}
	err = fmt.Errorf("%w: %w", errOutput, cause(err))
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// cause leaves the file's name out: whoever closed standard output knows none.
func cause(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// closed refuses every write.
type closed struct{}

// Write implements [io.Writer].
func (closed) Write([]byte) (int, error) { return 0, os.ErrClosed }

// standardOutput is where results go. Go opens /dev/null in place of a standard output
// that was closed before the program began, and writes to it would all succeed.
func standardOutput() io.Writer {
	if wasClosed(os.Stdin, os.Stdout, os.Stderr) {
		return closed{}
	}
	return os.Stdout
}

// fullStop ends a sentence that has no end yet.
func fullStop(s string) string {
	if strings.HasSuffix(s, "?") || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// sentence makes words fit to begin a sentence.
func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
