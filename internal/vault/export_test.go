package vault

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// ItemName is the name of the keychain's item of a vault.
func ItemName(c Config) string { return newRing(c).at(itemOf(c.Dir)).item }

// RefuseLocks makes the folder's file system one without locks.
func (v *Vault) RefuseLocks(err error) {
	v.lock.try = func(f *flock.Flock) (bool, error) {
		if f.Path() == v.folder.dir+"/"+lockName {
			return false, err
		}
		return f.TryLock()
	}
}

// Free reports whether nobody has the lock now.
func (v *Vault) Free() bool {
	release, err := v.lock.now()
	if err == nil {
		release()
	}
	return err == nil
}

// RefuseModes makes the folder's file system one without modes.
func (v *Vault) RefuseModes(err error) {
	v.folder.chmod = func(string, os.FileMode) error { return err }
}

// RefuseRenames refuses renames onto the vault's file for a while.
func (v *Vault) RefuseRenames(err error, d time.Duration) {
	end := time.Now().Add(d)
	v.folder.rename = func(root *os.Root, from, to string) error {
		if to == fileName && time.Now().Before(end) {
			return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
		}
		return root.Rename(from, to)
	}
}

// OnRename runs f before each rename onto the vault's file, which does not happen when f fails.
func (v *Vault) OnRename(f func() error) {
	v.folder.rename = func(root *os.Root, from, to string) error {
		if to == fileName {
			if err := f(); err != nil {
				return err
			}
		}
		return root.Rename(from, to)
	}
}

// TurnUpTo changes the vault's key up to a step, as a program does that is killed after that step. After 1 both keys
// are kept, after 2 a part of the new file is written, after 3 the whole of it, after 4 it is in its place, after 5 the
// old key is dropped.
func (v *Vault) TurnUpTo(ctx context.Context, step int, plain []byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	old, next := v.key, v.freshKey()
	keep := v.keeper(next.kind, next.item)
	if step < 1 {
		return nil
	}
	if err := keep.store(ctx, []*sealKey{old, next}); err != nil || step < 2 {
		return err
	}
	if step == 2 || step == 3 {
		data, err := next.seal(plain, turnDrop)
		if err != nil {
			return err
		}
		if step == 2 {
			data = data[:len(data)-1]
		}
		return os.WriteFile(filepath.Join(v.folder.dir, nextName), data, 0o600)
	}
	if err := v.write(next, turnDrop, plain); err != nil || step < 5 {
		return err
	}
	return v.finish(ctx, next)
}
