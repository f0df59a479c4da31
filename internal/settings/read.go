package settings

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"syscall"
)

// absent reports whether a file is simply not there. A link to a missing file counts as present, so
// that the broken link is reported.
func absent(path string, err error) bool {
	if err == nil {
		return false
	}
	_, missing := os.Lstat(path)
	return errors.Is(missing, os.ErrNotExist) || errors.Is(missing, syscall.ENOTDIR)
}

// keepClosed warns of a file that holds a secret and that others can read.
func (l *loader) keepClosed(path, secret string) {
	info, err := os.Stat(path)
	if err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		l.warn("%s holds %s and others can read it: chmod 600 %s", path, secret, path)
	}
}

// maxFile bounds what is read of a file of settings.
const maxFile = 1 << 20

// readSmall reads a file of at most 1 MiB.
func readSmall(path string) ([]byte, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", path) // a pipe would be waited for
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, errors.Unwrap(err))
	}
	defer func() { _ = f.Close() }()
	return readOpen(f)
}

// readOpen reads a file that is open already: what was looked at is what is read.
func readOpen(f *os.File) ([]byte, error) {
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", f.Name())
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot read %s: %w", f.Name(), errors.Unwrap(err))
	case len(data) > maxFile:
		return nil, fmt.Errorf("%s is larger than 1 MiB", f.Name())
	}
	return data, nil
}
