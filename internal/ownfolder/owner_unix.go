//go:build unix

package ownfolder

import (
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// root reports whether this program runs as root.
func root() bool { return os.Geteuid() == 0 }

// foreign returns an error when info is of a folder that is not root's.
func foreign(dir string, info os.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || stat.Uid == 0 {
		return nil
	}
	owner := strconv.FormatUint(uint64(stat.Uid), 10)
	if u, err := user.LookupId(owner); err == nil {
		owner = u.Username
	}
	return &ForeignError{Dir: dir, Owner: owner}
}
