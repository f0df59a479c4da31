package logfile

import (
	"io"
	"log/slog"

	"golang.org/x/sys/windows/svc/eventlog"
)

// maxEvent is the longest text that Windows takes of one event, in characters, with room for the ellipsis.
const maxEvent = 15000

// The event IDs, by level. An application that registers the source with EventCreate.exe has the IDs from 1 to 1000.
const (
	idInfo    = 1
	idWarning = 2
	idError   = 3
)

// systemLog returns a handler that writes to the Application log of Windows, each event with the file's line as text.
func systemLog(o Options) (slog.Handler, io.Closer, error) {
	log, err := eventlog.Open(o.App)
	if err != nil {
		return nil, nil, err
	}
	return newLines(o.Level, maxEvent, func(level slog.Level, line string) error {
		switch {
		case level >= slog.LevelError:
			return log.Error(idError, line)
		case level >= slog.LevelWarn:
			return log.Warning(idWarning, line)
		}
		return log.Info(idInfo, line)
	}), log, nil
}
