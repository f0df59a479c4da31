package vault

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// slack is how much larger the next write may be than the file is now, in bytes: new
// tokens are about as long as the old ones.
const slack = 64 << 10

// Save seals the blob and makes it durable. When it fails, what was there before is still there; after [ErrKept] the
// blob lies beside it, and is what [Vault.Load] returns. The caller holds the lock.
func (v *Vault) Save(ctx context.Context, plain []byte) error { return v.save(ctx, plain, false) }

// SaveAnew is [Vault.Save] under a new key: with it every older copy of the file is worth nothing. It is for a write
// that takes an account away.
func (v *Vault) SaveAnew(ctx context.Context, plain []byte) error { return v.save(ctx, plain, true) }

func (v *Vault) save(ctx context.Context, plain []byte, anew bool) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.kind == Memory {
		v.memory = bytes.Clone(plain)
		return nil
	}
	if err := v.settle(); err != nil {
		return err
	}
	if anew || v.turn == turnDue || v.key != nil && v.key.legacy {
		return v.writeAnew(ctx, plain)
	}
	key, err := v.sealWith(ctx)
	if err != nil {
		return err
	}
	next := turn("")
	if v.turn == turnDrop && v.finish(ctx, key) != nil {
		next = turnDrop
	}
	err = v.write(key, next, plain)
	if errors.Is(err, fs.ErrNotExist) { // the folder was removed or emptied, and with it a key that lies in it
		return v.writeAnew(ctx, plain)
	}
	return err
}

// write puts the sealed blob in place of the file, into the room that was reserved for
// it if there is any. v.mu is held.
func (v *Vault) write(key *sealKey, t turn, plain []byte) error {
	data, err := key.seal(plain, t)
	if err != nil {
		return err
	}
	root, err := v.folder.make()
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	file := v.reserved
	v.reserved = nil
	if err := v.folder.fill(root, nextName, file, data); err != nil {
		return err
	}
	if err := v.folder.move(root, nextName, fileName); errors.Is(err, fs.ErrNotExist) {
		return err
	} else if err != nil {
		return fmt.Errorf("%w, and what was to be stored lies beside it: %w", ErrKept, err)
	}
	v.key, v.turn, v.source = key, t, fileName
	for _, left := range names(root, tmpPrefix) { // by a program that was killed, or version 0.1.0
		_ = remove(root, left)
	}
	return nil
}

// settle makes the file that was read the vault's own, when it was another one. v.mu and the lock are held.
func (v *Vault) settle() error {
	from := v.source
	if from == "" || from == fileName {
		return nil
	}
	root, err := v.folder.make()
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	if from != nextName {
		if _, err := v.putAway(root, fileName, fileName); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		v.conf.Log.Info("vault.came_back", "path", from)
	}
	if err := v.folder.move(root, from, fileName); err != nil {
		return err
	}
	v.source = fileName
	return nil
}

// sealWith returns the key to seal with: the one at hand when it is of the kind that is set, else its keeper's, else
// a new one. A key is never replaced while a file exists that it may open.
func (v *Vault) sealWith(ctx context.Context) (*sealKey, error) {
	if v.key != nil && v.key.kind == v.kind {
		return v.key, nil
	}
	if v.kind != Keychain && v.kind != File {
		return nil, fmt.Errorf("%w: %q", ErrKind, v.kind)
	}
	fresh := v.freshKey()
	keep := v.keeper(fresh.kind, fresh.item)
	keys, err := keep.load(ctx)
	lost := errors.Is(err, ErrKeyLost)
	if v.kind == File { // of which nothing can be opened any more, or there is nothing to open
		lost = lost || hopeless(err) || errors.Is(err, ErrWrongPassphrase) && !v.stored()
	}
	if lost {
		if err := keep.store(ctx, []*sealKey{fresh}); err != nil {
			return nil, err
		}
		keys, err = keep.load(ctx) // another program may have been as fast
	}
	if err != nil {
		return nil, err
	}
	return keys[len(keys)-1], nil
}

// Reserve keeps room for the next [Vault.Save] until the lock is released: a refresh token that can be used once must
// not be used before there is space for its successor. The caller holds the lock, and has saved since.
func (v *Vault) Reserve(context.Context) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.kind == Memory {
		return nil
	}
	root, err := v.folder.make()
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	size := 0
	if info, err := root.Stat(fileName); err == nil {
		size = int(info.Size())
	}
	return v.reserve(root, size+slack)
}

// noise is random: a file system that compresses data or leaves holes would reserve no space for anything else.
func noise(size int) []byte {
	out := make([]byte, size)
	_, _ = rand.Read(out)
	return out
}

// reserve makes a file of that many bytes for the next write.
func (v *Vault) reserve(root *os.Root, size int) error {
	v.unreserve()
	file, err := create(root, nextName)
	if err != nil {
		return err
	}
	_, err = file.Write(noise(size))
	if err == nil {
		err = v.folder.synced(file)
	}
	if err != nil {
		_ = file.Close()
		_ = remove(root, nextName)
		return diskError("write", err)
	}
	v.reserved = file
	return nil
}

// unreserve gives the room back that was not used. v.mu is held.
func (v *Vault) unreserve() {
	if v.reserved == nil {
		return
	}
	_ = v.reserved.Close()
	v.reserved = nil
	if root, err := v.folder.look(); err == nil && root != nil {
		_ = remove(root, nextName)
		_ = root.Close()
	}
}
