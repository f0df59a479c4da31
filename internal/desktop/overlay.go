package desktop

import (
	"bytes"
	"io/fs"
	"path"
	"time"
)

// overlay is a file system with one file of its own.
type overlay struct {
	fs.FS
	name string
	data func() []byte // what it holds at the time
}

// Open implements fs.FS.
func (o overlay) Open(name string) (fs.File, error) {
	if name != o.name {
		return o.FS.Open(name)
	}
	return &file{Reader: bytes.NewReader(o.data()), name: path.Base(name)}, nil
}

// file is an open file of the overlay, and what is known of it.
type file struct {
	*bytes.Reader
	name string
}

// Stat implements fs.File.
func (f *file) Stat() (fs.FileInfo, error) { return f, nil }

// Close implements fs.File.
func (f *file) Close() error { return nil }

// Name implements fs.FileInfo.
func (f *file) Name() string { return f.name }

// Mode implements fs.FileInfo.
func (f *file) Mode() fs.FileMode { return 0o444 }

// ModTime implements fs.FileInfo.
func (f *file) ModTime() time.Time { return time.Time{} }

// IsDir implements fs.FileInfo.
func (f *file) IsDir() bool { return false }

// Sys implements fs.FileInfo.
func (f *file) Sys() any { return nil }
