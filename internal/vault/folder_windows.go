package vault

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// nonBlocking is not needed: a pipe is no file of a folder on Windows.
const nonBlocking = 0

// syncFolder does nothing: Windows gives no handle to flush a folder by, and NTFS journals the rename.
func (*folder) syncFolder(*os.Root) error { return nil }

// remove deletes a file of the folder. Go deletes it by a call that Wine 8 does not implement, and does without only
// where a system says that it does not support the call; the names are our own.
func remove(root *os.Root, name string) error {
	err := root.Remove(name)
	if errors.Is(err, windows.ERROR_INVALID_FUNCTION) {
		return os.Remove(filepath.Join(root.Name(), name))
	}
	return err
}

func quotaExceeded(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}

// noLocks reports whether a file system has no locks.
func noLocks(err error) bool {
	return errors.Is(err, windows.ERROR_NOT_SUPPORTED) || errors.Is(err, windows.ERROR_INVALID_FUNCTION)
}

// open knows nothing here: a person's local data folder is theirs by its own access list.
func open(*os.Root, string) bool { return false }

// lockFolder is the user's own temporary folder.
func lockFolder() (string, error) { return os.TempDir(), nil }
