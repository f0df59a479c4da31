//go:build unix

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// wasClosed reports whether standard output is what Go's runtime opens in place of a closed
// stream: /dev/null for reading and writing, each time anew. Shells open it for writing
// alone. Where standard error is such a /dev/null too, the parent has opened it and wants
// no output. Where standard input is one as well, all three were closed, unless they stem
// from one opening.
func wasClosed(stdin, stdout, stderr *os.File) bool {
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
	return is(stdout) && (!is(stderr) || is(stdin) && !sameOpening(stdout, stderr))
}

// sameOpening reports whether two files stem from one open(2): such share their flags.
func sameOpening(a, b *os.File) bool {
	before, err := unix.FcntlInt(a.Fd(), unix.F_GETFL, 0)
	if err != nil {
		return false
	}
	_, err = unix.FcntlInt(a.Fd(), unix.F_SETFL, before^unix.O_APPEND)
	after, got := unix.FcntlInt(b.Fd(), unix.F_GETFL, 0)
	_, _ = unix.FcntlInt(a.Fd(), unix.F_SETFL, before)
	return err == nil && got == nil && (after^before)&unix.O_APPEND != 0
}
