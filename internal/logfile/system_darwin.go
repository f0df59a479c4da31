//go:build cgo

package logfile

/*
#include <os/log.h>
#include <stdlib.h>

static os_log_t openLog(const char *subsystem, const char *category) {
	return os_log_create(subsystem, category);
}

static void putLine(os_log_t log, unsigned char type, const char *line) {
	os_log_with_type(log, (os_log_type_t)type, "%{public}s", line);
}
*/
import "C"

import (
	"io"
	"log/slog"
	"unsafe"
)

// maxUnified is how much of one line the unified log keeps, in bytes.
const maxUnified = 1000

// systemLog returns a handler that writes to the unified log of macOS (os_log), each line as in the file.
func systemLog(o Options) (slog.Handler, io.Closer, error) {
	subsystem, category := C.CString(o.Bundle), C.CString(o.Name)
	defer C.free(unsafe.Pointer(subsystem))
	defer C.free(unsafe.Pointer(category))
	log := C.openLog(subsystem, category) // the system keeps it as long as the program runs
	return newLines(o.Level, maxUnified, func(level slog.Level, line string) error {
		kind := C.uchar(C.OS_LOG_TYPE_DEFAULT)
		switch {
		case level >= slog.LevelError:
			kind = C.OS_LOG_TYPE_ERROR
		case level < slog.LevelInfo:
			kind = C.OS_LOG_TYPE_DEBUG
		}
		text := C.CString(line)
		defer C.free(unsafe.Pointer(text))
		C.putLine(log, kind, text)
		return nil
	}), io.NopCloser(nil), nil
}
