package vault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// makeDir creates the folder, and closes one of ours that others may read.
func makeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return diskError("make the folder", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return diskError("look at the folder", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(dir, 0o700); err != nil { // #nosec G302 -- a folder needs its x
			return diskError("close the folder to others", err)
		}
	}
	return nil
}

// probeDir returns nil when a file can be made in the folder.
func probeDir(dir string) error {
	if err := makeDir(dir); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, fileName+".tmp-*")
	if err != nil {
		return diskError("write", err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// writeFile puts data in place of the file, whole and durable: a temporary file
// in the same folder, fsync, rename, fsync of the folder.
func writeFile(dir, path string, data []byte) (err error) {
	if err := makeDir(dir); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, fileName+".tmp-*") // with mode 0600
	if err != nil {
		return diskError("write", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if _, err := f.Write(data); err != nil {
		return diskError("write", err)
	}
	if err := f.Sync(); err != nil {
		return diskError("write", err)
	}
	if err := f.Close(); err != nil {
		return diskError("write", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return diskError("replace", err)
	}
	if err := syncDir(dir); err != nil {
		return diskError("write the folder", err)
	}
	sweep(dir)
	return nil
}

// sweep removes what writes that were killed have left; their content is sealed.
func sweep(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, fileName+".tmp-*"))
	for _, path := range left {
		_ = os.Remove(path)
	}
}

// diskError sorts what the disk says.
func diskError(what string, err error) error {
	kind := ErrDisk
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EFBIG), quotaExceeded(err):
		kind = ErrDiskFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EEXIST):
		kind = ErrReadOnly
	}
	return fmt.Errorf("vault: %s: %w: %w", what, kind, err)
}
