//go:build unix

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// wasClosed reports whether f is what Go's runtime opens in place of a closed standard
// stream: /dev/null for reading and writing. Shells open it for writing alone. A parent
// that gives such a /dev/null to standard error too wants no word of us.
func wasClosed(f, stderr *os.File) bool {
	null, err := os.Stat(os.DevNull)
	if err != nil {
		return false
	}
	is := func(f *os.File) bool {
		info, err := f.Stat()
		if err != nil || !os.SameFile(info, null) {
			return false
		}
		flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
		return err == nil && flags&unix.O_ACCMODE == unix.O_RDWR
	}
	return is(f) && !is(stderr)
}
