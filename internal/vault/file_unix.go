//go:build unix

package vault

import (
	"errors"
	"os"
	"syscall"
)

// syncDir makes a rename durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func quotaExceeded(err error) bool { return errors.Is(err, syscall.EDQUOT) }

// readable reports whether others than the owner may read the file.
func readable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().Perm()&0o077 != 0
}
