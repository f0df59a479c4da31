//go:build unix

package managed

import (
	"os"
	"path/filepath"
	"syscall"
)

// Administrators returns nil when only root can have written the file, or have put another in its place.
func Administrators(f *os.File) error {
	folder, err := os.Stat(filepath.Dir(f.Name()))
	if err != nil {
		return err
	}
	file, err := f.Stat()
	if err != nil {
		return err
	}
	for _, info := range []os.FileInfo{file, folder} {
		owner, ok := info.Sys().(*syscall.Stat_t)
		if !ok || owner.Uid != 0 || info.Mode().Perm()&0o022 != 0 {
			return errNotAdministrators
		}
	}
	return nil
}
