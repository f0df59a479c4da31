// Package atomicfile replaces a file whole or not at all, and durably: a reader, and
// a program that starts after a loss of power, finds the old content or the new.
//
// It writes below the folder of the path that it is given and nowhere else. The vault does not use this
// package: its own writer proves before a refresh that the later write will succeed.
package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// refusedFor is how long a refused rename is tried again: on Windows a scanner, or
// another program's reader, holds a file for a moment.
const refusedFor = time.Second

// Write puts data in place of the file, for its owner alone (0600, in a folder 0700
// that is made if need be). When it fails, what was there before is still there.
func Write(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, filepath.Base(path)+".tmp-*") // with mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	return syncFolder(dir)
}

// rename is [os.Rename], tried again for a second where a refusal may pass.
func rename(from, to string) error {
	end := time.Now().Add(refusedFor)
	for {
		err := os.Rename(from, to)
		if err == nil || runtime.GOOS != "windows" || time.Now().After(end) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// syncFolder makes a rename durable. Windows gives no handle to flush a folder by, and
// NTFS journals the rename; a file system that knows no such call keeps its own order.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return nil // others than the owner may write there, and that is not ours to judge
	}
	_ = d.Sync()
	return d.Close()
}
