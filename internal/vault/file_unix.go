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
