package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
)

// lockRetry is how often another process's lock is tried again; neither flock nor LockFileEx can wait with a context.
const lockRetry = 10 * time.Millisecond

// locker is a lock over goroutines and processes. Its file is one of its own and is never removed: the vault's file
// is replaced at every write, and a lock on a replaced or removed file excludes nobody.
type locker struct {
	folder *folder
	mine   chan struct{} // the lock within this process: a file's is per handle
	held   atomic.Bool   // whether a caller within this process has the file's lock
	try    func(*flock.Flock) (bool, error)
}

func newLocker(f *folder) *locker {
	return &locker{folder: f, mine: make(chan struct{}, 1), try: (*flock.Flock).TryLock}
}

// errHeld means that somebody else has the lock now.
var errHeld = errors.New("vault: lock: another program holds it")

// local takes the lock within this process alone.
func (l *locker) local(ctx context.Context) (func(), error) {
	select {
	case l.mine <- struct{}{}:
		return func() { <-l.mine }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("vault: lock: %w", ctx.Err())
	}
}

// acquire waits for the lock until ctx ends.
func (l *locker) acquire(ctx context.Context) (func(), error) {
	free, err := l.local(ctx)
	if err != nil {
		return nil, err
	}
	for {
		release, err := l.once(free)
		if !errors.Is(err, errHeld) {
			return release, err
		}
		select {
		case <-time.After(lockRetry):
		case <-ctx.Done():
			free()
			return nil, fmt.Errorf("%w: %w", err, ctx.Err())
		}
	}
}

// now takes the lock if nobody has it, and returns errHeld otherwise.
func (l *locker) now() (func(), error) {
	select {
	case l.mine <- struct{}{}:
	default:
		return nil, errHeld
	}
	free := func() { <-l.mine }
	release, err := l.once(free)
	if errors.Is(err, errHeld) {
		free()
	}
	return release, err
}

// once tries the file's lock. It calls free unless the lock is held by somebody else.
func (l *locker) once(free func()) (func(), error) {
	f, err := l.file()
	var ok bool
	if err == nil {
		ok, err = l.try(f)
	}
	if noLocks(err) {
		if l.folder.first("lock_elsewhere") {
			l.folder.log.Warn("vault.lock_elsewhere", "path", l.folder.dir, "err", err)
		}
		if f, err = l.elsewhere(); err == nil {
			ok, err = l.try(f)
		}
	}
	switch {
	case err == nil && ok:
		l.held.Store(true)
		return func() {
			l.held.Store(false)
			_ = f.Unlock()
			free()
		}, nil
	case err == nil:
		_ = f.Close()
		return nil, errHeld
	case !errors.Is(err, ErrNoLock):
		err = diskError("lock", err)
	}
	free()
	return nil, err
}

// file is the lock's file in the folder. Something else of that name, which would block
// whoever opens it or lead elsewhere, is removed.
func (l *locker) file() (*flock.Flock, error) {
	path := filepath.Join(l.folder.dir, lockName)
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	return flock.New(path, flock.SetPermissions(0o600)), nil
}

// elsewhere is the lock's file where the folder's file system has no locks: in a folder of this user's below the
// system's temporary one, which every program of theirs on this computer finds whatever its environment. Other
// computers that share the vault's folder are not kept out by it.
func (l *locker) elsewhere() (*flock.Flock, error) {
	dir, err := lockFolder()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoLock, err)
	}
	sum := sha256.Sum256([]byte(l.folder.dir))
	return flock.New(filepath.Join(dir, hex.EncodeToString(sum[:8])+".lock"), flock.SetPermissions(0o600)), nil
}
