//go:build unix

package vault

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// nonBlocking keeps the opening of a fifo from waiting for a writer.
const nonBlocking = syscall.O_NONBLOCK

// syncFolder makes a rename durable.
func (f *folder) syncFolder(root *os.Root) error {
	dir, err := root.Open(".")
	if err == nil {
		err = errors.Join(f.synced(dir), dir.Close())
	}
	if err != nil {
		return diskError("write the folder", err)
	}
	return nil
}

func remove(root *os.Root, name string) error { return root.Remove(name) }

func quotaExceeded(err error) bool { return errors.Is(err, syscall.EDQUOT) }

// noLocks reports whether a file system has no locks, or cannot reach who keeps them.
func noLocks(err error) bool {
	return errors.Is(err, syscall.ENOLCK) || errors.Is(err, syscall.ENOTSUP) || errors.Is(err, syscall.EOPNOTSUPP) ||
		errors.Is(err, syscall.ENOSYS)
}

// open reports whether others than the owner may read the file.
func open(root *os.Root, name string) bool {
	info, err := root.Stat(name)
	return err == nil && info.Mode().Perm()&0o077 != 0
}

// lockFolder is a folder below /tmp that nobody but this user can write.
func lockFolder() (string, error) {
	dir := "/tmp/latchkey-" + strconv.Itoa(os.Geteuid())
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || int(stat.Uid) != os.Geteuid() || info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s is not this user's alone", dir)
	}
	return dir, nil
}
