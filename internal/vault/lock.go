package vault

import (
	"context"
	"fmt"
	"time"

	"github.com/gofrs/flock"
)

// lockRetry is how often another process's lock is tried again; neither flock nor
// LockFileEx can wait with a context.
const lockRetry = 10 * time.Millisecond

// locker is a lock over goroutines and processes. Its file is one of its own and
// is never removed: the vault's file is replaced at every write, and a lock on a
// replaced or removed file excludes nobody.
type locker struct {
	path string
	mine chan struct{} // the lock within this process: a file's is per handle
}

func newLocker(path string) *locker { return &locker{path: path, mine: make(chan struct{}, 1)} }

// local takes the lock within this process alone.
func (l *locker) local(ctx context.Context) (func(), error) {
	select {
	case l.mine <- struct{}{}:
		return func() { <-l.mine }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("vault: lock: %w", ctx.Err())
	}
}

func (l *locker) acquire(ctx context.Context) (func(), error) {
	free, err := l.local(ctx)
	if err != nil {
		return nil, err
	}
	f := flock.New(l.path, flock.SetPermissions(0o600))
	ok, err := f.TryLockContext(ctx, lockRetry)
	if err != nil || !ok {
		free()
		if ctx.Err() != nil {
			return nil, fmt.Errorf("vault: lock: another program holds it: %w", ctx.Err())
		}
		return nil, diskError("lock", err)
	}
	return func() {
		_ = f.Unlock()
		free()
	}, nil
}
