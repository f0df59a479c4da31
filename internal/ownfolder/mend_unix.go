//go:build unix

package ownfolder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Loose returns the change that takes the permissions in forbid from others, and with
// owner gives the owner their own; false when the mode is well, or when what stands at the
// path is not this user's own file or folder. It changes nothing.
func Loose(path string, forbid fs.FileMode, owner bool) (Change, bool) {
	info, err := os.Lstat(path)
	if err != nil || !own(info) {
		return Change{}, false
	}
	from := info.Mode().Perm()
	// A group of the owner's own, which has the owner's number on most systems, is nobody else.
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Gid == stat.Uid && from&forbid == 0o020 {
		forbid = 0
	}
	to := from &^ forbid
	if owner && info.IsDir() {
		to |= 0o700
	} else if owner {
		to |= 0o600
	}
	return Change{path, from, to}, from != to
}

// own reports whether info is of a folder, or of a file with no second name, that belongs
// to this user. A link is neither: where it leads may be anybody's.
func own(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid() && (info.IsDir() || info.Mode().IsRegular() && stat.Nlink == 1)
}

// errChanged means that something else stands at the path by now.
var errChanged = errors.New("ownfolder: it is no longer what it was")

// still returns an error unless info is of what the change was found for.
func (c Change) still(info fs.FileInfo, err error) error {
	if err == nil && (!own(info) || info.Mode().Perm() != c.From) {
		return errChanged
	}
	return err
}

// Make gives the file its new mode, unless something else has come to its path meanwhile.
func (c Change) Make() error {
	f, err := os.OpenFile(c.Path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrPermission) {
		return c.makeUnread()
	}
	if err != nil {
		return fmt.Errorf("ownfolder: %w", err)
	}
	defer func() { _ = f.Close() }()
	if err := c.still(f.Stat()); err != nil {
		return err
	}
	return f.Chmod(c.To)
}

// makeUnread changes what its owner cannot open, through the folder above it: no link leads out of that.
func (c Change) makeUnread() error {
	root, err := os.OpenRoot(filepath.Dir(c.Path))
	if err != nil {
		return fmt.Errorf("ownfolder: %w", err)
	}
	defer func() { _ = root.Close() }()
	if err := c.still(root.Lstat(filepath.Base(c.Path))); err != nil {
		return err
	}
	return root.Chmod(filepath.Base(c.Path), c.To)
}
