package ownfolder

import (
	"fmt"
	"io/fs"
	"os"
)

// Change is a mode to be changed.
type Change struct {
	Path     string
	From, To fs.FileMode // permission bits
}

// String says it in words.
func (c Change) String() string {
	return fmt.Sprintf("%s: mode %04o becomes %04o", c.Path, c.From, c.To)
}

// Names are the names in a folder that is no link; none when it cannot be read.
func Names(dir string) []string {
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
		return nil
	}
	entries, _ := os.ReadDir(dir)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}
