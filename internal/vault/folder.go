package vault

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"app.latchkey/internal/ownfolder"
)

// folder is the vault's folder. Everything in it is reached through an [os.Root], so that no link leads out of it; on
// Windows that also opens files so that they do not stand in the way of another program's rename.
type folder struct {
	dir string
	log *slog.Logger
	// What a file system may refuse; tests put refusals in their place.
	chmod  func(path string, mode os.FileMode) error
	rename func(root *os.Root, from, to string) error

	met sync.Map // what has been logged, once each
}

func newFolder(dir string, log *slog.Logger) *folder {
	return &folder{dir: dir, log: log, chmod: os.Chmod, rename: (*os.Root).Rename}
}

// refusedFor is how long a refused rename is tried again. On Windows a scanner or
// another program's reader holds a file for a moment.
const refusedFor = time.Second

// look opens the folder as it is; nil when there is none.
func (f *folder) look() (*os.Root, error) {
	root, err := os.OpenRoot(f.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if info, statErr := os.Stat(f.dir); err != nil && statErr == nil && !info.IsDir() {
		err = diskError("open the folder", syscall.ENOTDIR)
	} else if err != nil {
		err = readError(err)
	}
	return root, err
}

// make opens the folder, and creates it when it is not there. One that others may read is closed to them; where the
// file system has no modes, such as on a network share, the content is sealed all the same.
func (f *folder) make() (*os.Root, error) {
	if err := ownfolder.Check(f.dir); err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return nil, diskError("make the folder", err)
	}
	if info, err := os.Stat(f.dir); err == nil && info.Mode().Perm()&0o077 != 0 {
		if err := f.chmod(f.dir, 0o700); err != nil { // #nosec G302 -- a folder needs its x
			if f.first("folder_open") {
				f.log.Warn("vault.folder_open", "path", f.dir, "err", err)
			}
		}
	}
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return nil, diskError("open the folder", err)
	}
	return root, nil
}

// first reports whether something is met for the first time, and is to be logged.
func (f *folder) first(what string) bool {
	_, again := f.met.LoadOrStore(what, true)
	return !again
}

// read returns a file of the folder. What is no file, or larger than a vault can be, is
// [ErrDamaged] and was not read: a fifo or a device would never end.
func read(root *os.Root, name string) ([]byte, error) {
	info, err := root.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is no file", ErrDamaged, name)
	}
	f, err := root.OpenFile(name, os.O_RDONLY|nonBlocking, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, readError(err)
	}
	defer func() { _ = f.Close() }()
	if info, err = f.Stat(); err != nil {
		return nil, readError(err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, fmt.Errorf("%w: %s is no file of at most %d bytes", ErrDamaged, name, maxFile)
	}
	data := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead)) // ReadFrom then needs no larger one
	_, err = data.ReadFrom(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, readError(err)
	case data.Len() > maxFile:
		return nil, fmt.Errorf("%w: %s has more than %d bytes", ErrDamaged, name, maxFile)
	}
	return data.Bytes(), nil
}

// create makes a file that nobody else may read, in place of one of that name.
func create(root *os.Root, name string) (*os.File, error) {
	if err := remove(root, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, diskError("replace", err)
	}
	return createNew(root, name)
}

// createNew makes a file that nobody else may read.
func createNew(root *os.Root, name string) (*os.File, error) {
	f, err := root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, diskError("write", err)
	}
	return f, nil
}

// fill makes data the content of a file of that name, durably: of the one that is given, else of a new one.
func (f *folder) fill(root *os.Root, name string, file *os.File, data []byte) (err error) {
	if file == nil {
		if file, err = create(root, name); err != nil {
			return err
		}
	}
	_, err = file.WriteAt(data, 0)
	if err == nil {
		err = file.Truncate(int64(len(data)))
	}
	if err == nil {
		err = f.synced(file)
	}
	if err = errors.Join(err, file.Close()); err != nil {
		_ = remove(root, name)
		return diskError("write", err)
	}
	return nil
}

// synced makes a file durable, as far as the file system offers that.
func (f *folder) synced(file *os.File) error {
	err := file.Sync()
	if unsupported(err) {
		if f.first("no_sync") {
			f.log.Warn("vault.no_sync", "path", f.dir, "err", err)
		}
		return nil
	}
	return err
}

// replace writes data beside a file and then puts it in its place.
func (f *folder) replace(beside, name string, data []byte) error {
	root, err := f.make()
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	if err := f.fill(root, beside, nil, data); err != nil {
		return err
	}
	return f.move(root, beside, name)
}

// move renames a file of the folder durably.
func (f *folder) move(root *os.Root, from, to string) error {
	if err := f.put(root, from, to); err != nil {
		return err
	}
	return f.syncFolder(root)
}

// put renames a file of the folder. A rename that is refused is tried again for about a second.
func (f *folder) put(root *os.Root, from, to string) error {
	end := time.Now().Add(refusedFor)
	for wait := 5 * time.Millisecond; ; wait *= 2 {
		err := f.rename(root, from, to)
		if err == nil {
			return nil
		}
		left := time.Until(end)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.EROFS) || inTheWay(err) || left <= 0 {
			return diskError("replace", err)
		}
		time.Sleep(min(wait, left))
	}
}

// unsupported reports whether the file system does not know what it was asked for.
func unsupported(err error) bool {
	return err != nil && (errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) || noLocks(err))
}

// names lists the files of the folder whose names begin so. It is no pattern: a
// person's home may have any characters in its name.
func names(root *os.Root, prefix string) []string {
	dir, err := root.Open(".")
	if err != nil {
		return nil
	}
	defer func() { _ = dir.Close() }()
	all, _ := dir.Readdirnames(-1)
	return slices.DeleteFunc(all, func(name string) bool { return !strings.HasPrefix(name, prefix) })
}

// diskError sorts what the disk says to a write.
func diskError(what string, err error) error {
	kind := ErrDisk
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EFBIG), quotaExceeded(err):
		kind = ErrDiskFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR):
		kind = ErrReadOnly
	case inTheWay(err):
		kind = ErrInTheWay
	}
	return fmt.Errorf("vault: %s: %w: %w", what, kind, err)
}

// inTheWay reports whether a write failed because a folder stands there.
func inTheWay(err error) bool {
	return errors.Is(err, syscall.EEXIST) || errors.Is(err, syscall.EISDIR) || errors.Is(err, syscall.ENOTEMPTY)
}

// readError sorts what the disk says to a read.
func readError(err error) error {
	kind := ErrDisk
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ENOTDIR) {
		kind = ErrUnreadable
	}
	return fmt.Errorf("vault: read: %w: %w", kind, err)
}
