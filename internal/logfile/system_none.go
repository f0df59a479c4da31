//go:build !linux && !windows && !(darwin && cgo)

package logfile

import (
	"errors"
	"io"
	"log/slog"
)

// systemLog says that this build cannot reach a log of the system.
func systemLog(Options) (slog.Handler, io.Closer, error) {
	return nil, nil, errors.New("this build of the program has no way to the system's log")
}
