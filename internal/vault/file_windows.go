package vault

import (
	"errors"

	"golang.org/x/sys/windows"
)

// syncDir does nothing: Windows gives no handle to flush a folder by, and NTFS
// journals the rename.
func syncDir(string) error { return nil }

func quotaExceeded(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}

// readable knows nothing here: a person's local data folder is theirs by its own
// access list.
func readable(string) bool { return false }
