//go:build unix

package provider

import (
	"os"
	"syscall"
)

// administrators returns nil when only root can have written the file.
func administrators(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid != 0 || info.Mode().Perm()&0o022 != 0 {
		return notAdministrators(path)
	}
	return nil
}
