// Package keep reads and writes the small JSON files of the demo's services.
//
// A file is written whole or not at all, with mode 0600. A file that cannot be read is renamed and the service begins
// with an empty state, so that the demo always starts. The package touches the disk and nothing else.
package keep

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Load reads path into v and reports whether a good file was there. sound decides whether the content can be used. A
// file that is no JSON, or that sound refuses, is renamed to path.unreadable.
func Load(path string, v any, sound func() bool) (bool, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return false, fmt.Errorf("demoidp: %w", err)
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("demoidp: %w", err)
	}
	if json.Unmarshal(data, v) == nil && sound() {
		return true, nil
	}
	if err := os.Rename(path, path+".unreadable"); err != nil {
		return false, fmt.Errorf("demoidp: %w", err)
	}
	return false, nil
}

// Save writes v to path and waits until it is on disk.
func Save(path string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("demoidp: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".tmp-*")
	if err != nil {
		return fmt.Errorf("demoidp: %w", err)
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("demoidp: %w", err)
	}
	return nil
}
