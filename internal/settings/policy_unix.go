//go:build unix

package settings

import (
	"os"
	"path/filepath"
	"syscall"
)

// changeable says how others than this user and root can change a file, or put another
// in its place; it is empty when they cannot. A group of the owner's own, which has the
// owner's number on most systems, is nobody else.
func changeable(path string) string {
	for _, at := range []string{path, filepath.Dir(path)} {
		info, err := os.Stat(at)
		if err != nil {
			continue
		}
		owner, ok := info.Sys().(*syscall.Stat_t)
		mode := info.Mode()
		switch {
		case ok && owner.Uid != 0 && int(owner.Uid) != os.Geteuid():
			return "chown " + at + " to yourself"
		case mode&os.ModeSticky != 0:
		case mode.Perm()&0o002 != 0, ok && mode.Perm()&0o020 != 0 && owner.Gid != owner.Uid:
			return "chmod go-w " + at
		}
	}
	return ""
}

// programData is a folder of Windows alone.
func programData() string { return "" }
