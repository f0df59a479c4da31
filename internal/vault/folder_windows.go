package vault

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// nonBlocking is not needed: a pipe is no file of a folder on Windows.
const nonBlocking = 0

// syncFolder does nothing: Windows gives no handle to flush a folder by, and NTFS
// journals the rename.
func (*folder) syncFolder(*os.Root) error { return nil }

func quotaExceeded(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}

// noLocks reports whether a file system has no locks.
func noLocks(err error) bool {
	return errors.Is(err, windows.ERROR_NOT_SUPPORTED) || errors.Is(err, windows.ERROR_INVALID_FUNCTION)
}

// open knows nothing here: a person's local data folder is theirs by its own access
// list.
func open(*os.Root, string) bool { return false }

// lockFolder is the user's own temporary folder.
func lockFolder() (string, error) { return os.TempDir(), nil }
