package vault

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"sync"
)

// Names of the files of a proof that must not stand in the way of [nextName]. [Vault.Save] removes what a killed
// program has left of them.
const (
	copyName = tmpPrefix + "copy"
	roomName = tmpPrefix + "room"
)

// Ready returns nil when [Vault.Save] could seal and write now. It holds the lock meanwhile: two programs that begin
// at the same time must not make two keys, of which one keychain keeps the later. A proof that [Vault.ProveAhead] has
// begun is waited for, and counts once when it succeeded.
func (v *Vault) Ready(ctx context.Context) error {
	return v.rehearse(ctx, v.provenAhead(ctx), func() error {
		if _, err := v.load(ctx); err != nil && !hopeless(err) {
			return err
		}
		_, err := v.sealWith(ctx)
		return err
	})
}

// Writable returns nil when the vault's folder can be locked and written as a sign-in does. Errors match
// [ErrReadOnly], [ErrInTheWay], [ErrDiskFull], [ErrDisk] or [ErrNoLock].
func (v *Vault) Writable(ctx context.Context) error {
	return v.rehearse(ctx, false, func() error { return nil })
}

// rehearse does what comes before a write, and unless that is proven all of the write but the content.
func (v *Vault) rehearse(ctx context.Context, proven bool, before func() error) error {
	if v.Kind() == Memory {
		return nil
	}
	release, err := v.lockFile(ctx)
	if err != nil {
		return err
	}
	defer release()
	v.mu.Lock()
	defer v.mu.Unlock()
	if err = before(); err == nil {
		err = v.settle()
	}
	if err == nil && !proven {
		err = v.folder.prove()
	}
	return err
}

// ProveAhead begins the proof of the write that the next [Vault.Ready] needs, so that the proof runs while the caller
// reads the vault and asks the provider. It waits for the lock until ctx ends, and touches nothing that was stored but
// to write the same once more. The returned func waits until the proof has ended.
func (v *Vault) ProveAhead(ctx context.Context) (wait func()) {
	if v.Kind() == Memory {
		return func() {}
	}
	done := make(chan bool, 1)
	v.ahead.Store(&done)
	var running sync.WaitGroup
	running.Go(func() {
		release, err := v.lockApart(ctx)
		if err == nil {
			err = v.folder.prove()
			release()
		}
		done <- err == nil // Ready proves anew what failed, and says why
	})
	return running.Wait
}

// provenAhead waits for a proof that was begun and reports whether it succeeded.
func (v *Vault) provenAhead(ctx context.Context) bool {
	done := v.ahead.Swap(nil)
	if done == nil {
		return false
	}
	select {
	case ok := <-*done:
		return ok
	case <-ctx.Done():
		return false
	}
}

// lockApart takes the lock beside callers of this process who read without it.
func (v *Vault) lockApart(ctx context.Context) (func(), error) {
	root, err := v.folder.make()
	if err != nil {
		return nil, err
	}
	_ = root.Close()
	release, err := v.lock.acquire(ctx)
	if err == nil {
		v.lock.held.Store(false) // by none of those who ask
	}
	return release, err
}

// prove does all of a write but the content: what is stored is written once more, with its rename, and so is room for
// another write. The syncs of both files and of the folder run side by side, since a file system makes several durable
// at the cost of one. The rename itself need not be durable: the file is the same before it and after it. The caller
// holds the lock.
func (f *folder) prove() error {
	root, err := f.make()
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	data, err := read(root, fileName)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !hopeless(err) {
		return err
	}
	name, room, err := f.room(root)
	if err != nil {
		return err
	}
	defer func() { _ = remove(root, name) }()
	var filled, synced, copied error
	var beside sync.WaitGroup
	beside.Go(func() { filled = f.fill(root, name, room, noise(slack)) })
	beside.Go(func() { synced = f.syncFolder(root) })
	if data != nil {
		copied = f.fill(root, copyName, nil, data)
	}
	beside.Wait()
	if err = cmp.Or(filled, copied, synced); err == nil && data != nil {
		err = f.put(root, copyName, fileName)
	}
	if err != nil {
		_ = remove(root, copyName)
	}
	return err
}

// room makes the file that is filled to show that there is space. It is the next write's own, unless a file stands
// there: that may be a write which could not be put in its place, and which nobody has read yet.
func (f *folder) room(root *os.Root) (name string, file *os.File, err error) {
	switch info, err := root.Lstat(nextName); {
	case err != nil:
		file, err = createNew(root, nextName)
		return nextName, file, err
	case info.Mode().IsRegular():
		file, err = create(root, roomName)
		return roomName, file, err
	}
	file, err = create(root, nextName)
	return nextName, file, err
}
