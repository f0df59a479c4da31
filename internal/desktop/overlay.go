package desktop

import (
	"bytes"
	"io/fs"
)

// overlay is a file system in which one file has other content.
type overlay struct {
	fs.FS
	name string
	data func() []byte // the content at the time
}

// Open implements [fs.FS].
func (o overlay) Open(name string) (fs.File, error) {
	written, err := o.FS.Open(name)
	if err != nil || name != o.name {
		return written, err
	}
	return file{bytes.NewReader(o.data()), written}, nil
}

// file is the open file with its other content.
type file struct {
	*bytes.Reader
	written fs.File
}

// Close implements [fs.File].
func (f file) Close() error { return f.written.Close() }

// Stat implements [fs.File].
func (f file) Stat() (fs.FileInfo, error) {
	info, err := f.written.Stat()
	return resized{info, f.Reader.Size()}, err
}

// resized is what is known of the file, with the size of its other content.
type resized struct {
	fs.FileInfo
	size int64
}

// Size implements [fs.FileInfo].
func (r resized) Size() int64 { return r.size }
