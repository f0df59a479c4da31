package desktop

import (
	"bytes"
	"io/fs"
	"regexp"
	"strings"
	"time"
)

// joinedStyles is the one file that stands for the plain style sheets of the page.
const joinedStyles = "styles/joined.css"

// plainLink is a link to a style sheet for every medium, on its line of the page.
const plainLink = `  <link rel="stylesheet" href="([^"]+)">\n`

// devConnect is the part of the page's policy that live reload needs, and nothing else:
// a program that is handed out may connect nowhere from its page.
const devConnect = " connect-src 'self' ws://127.0.0.1:34115 ws://localhost:34115;"

// served is what the webview is given.
func served(assets fs.FS) fs.FS {
	one, err := joined(assets, "frontend")
	if err != nil {
		return assets // slower, and whole
	}
	return one
}

// joined serves the frontend with its style sheets as one: each file costs a round trip
// between the webview and Go before the first paint, and twenty cost a fifth of the
// start (docs/performance.md). A sheet that has a medium of its own stays by itself, behind
// the others. It is done when the program runs, so nothing has to be built.
func joined(assets fs.FS, root string) (fs.FS, error) {
	page, err := fs.ReadFile(assets, root+"/index.html")
	if err != nil {
		return nil, err
	}
	link := regexp.MustCompile(plainLink)
	var styles bytes.Buffer
	for _, m := range link.FindAllSubmatch(page, -1) {
		text, err := fs.ReadFile(assets, root+"/"+string(m[1]))
		if err != nil {
			return nil, err
		}
		styles.Write(text)
	}
	if !devBuild {
		page = bytes.Replace(page, []byte(devConnect), nil, 1)
	}
	first := true
	page = link.ReplaceAllFunc(page, func([]byte) []byte {
		if !first {
			return nil
		}
		first = false
		return []byte(`  <link rel="stylesheet" href="` + joinedStyles + `">` + "\n")
	})
	return overlay{assets, map[string][]byte{root + "/index.html": page, root + "/" + joinedStyles: styles.Bytes()}},
		nil
}

// overlay is a file system with some files of its own.
type overlay struct {
	fs.FS
	own map[string][]byte
}

// Open implements fs.FS.
func (o overlay) Open(name string) (fs.File, error) {
	data, ok := o.own[name]
	if !ok {
		return o.FS.Open(name)
	}
	return &file{Reader: bytes.NewReader(data), name: name[strings.LastIndexByte(name, '/')+1:]}, nil
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
