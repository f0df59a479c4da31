package vault

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
)

// Load returns the blob, or nil when there is none. A file is opened with what it says it is sealed with, whatever
// the settings say; the next [Vault.Save] seals it as they say. Errors: those of the keychain, the passphrase and the
// disk, or [*UnreadableError], after which the file is where it was.
func (v *Vault) Load(ctx context.Context) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.kind == Memory {
		return v.memory, nil
	}
	return v.load(ctx)
}

// load reads the vault and keeps its key. v.mu is held.
func (v *Vault) load(ctx context.Context) ([]byte, error) {
	if err := v.untold; err != nil {
		v.untold = nil
		return nil, err
	}
	found, err := v.read(ctx)
	if hopeless(err) {
		return nil, &UnreadableError{err}
	}
	if err != nil {
		return nil, err
	}
	v.key, v.source, v.turn = found.key, found.source, found.turn
	if found.turn == turnDrop && found.keys > 1 {
		v.finishLater(ctx, found.key)
	}
	return found.plain, nil
}

// finishLater takes the last step of a turn that was cut short, unless another
// program has the lock: it is about to take it itself.
func (v *Vault) finishLater(ctx context.Context, key *sealKey) {
	if !v.lock.held.Load() {
		release, err := v.lock.now()
		if err != nil {
			return
		}
		defer release()
	}
	if err := v.finish(ctx, key); err != nil {
		v.conf.Log.Warn("vault.turn_put_off", "err", err)
	}
}

// hopeless reports whether a file can never be read as things are.
func hopeless(err error) bool {
	return isAny(err, ErrDamaged, ErrNewer, ErrKeyLost, ErrWrongKey)
}

// found is a vault that was opened. All of it is zero when there is none.
type found struct {
	plain  []byte
	key    *sealKey
	source string // the file's name
	turn   turn
	keys   int // with its keeper; 0 when that was not asked
}

// read opens the vault and changes nothing. v.mu is held. A vault that another program
// has written under another key meanwhile is read again.
func (v *Vault) read(ctx context.Context) (found, error) {
	root, err := v.folder.look()
	if root == nil {
		return found{}, err
	}
	defer func() { _ = root.Close() }()
	for tries := 0; ; tries++ {
		before, _ := root.Lstat(fileName)
		out, err := v.choose(ctx, root)
		if !hopeless(err) || tries == 3 {
			return out, err
		}
		if after, _ := root.Lstat(fileName); os.SameFile(before, after) || before == nil && after == nil {
			return out, err
		}
	}
}

// choose opens the file that is the vault now: one that was written and could not be put in its place, else the
// vault's own, else one that was set aside and whose key is here again.
func (v *Vault) choose(ctx context.Context, root *os.Root) (found, error) {
	if out, err := v.open(ctx, root, nextName); err == nil {
		return out, nil
	}
	out, err := v.open(ctx, root, fileName)
	missing := errors.Is(err, fs.ErrNotExist)
	if !missing && !hopeless(err) {
		return out, err
	}
	for _, name := range asides(root) {
		back, err := v.open(ctx, root, name)
		if err == nil {
			return back, nil
		}
		if !hopeless(err) {
			break // the keychain or the passphrase is not to be had now
		}
	}
	if missing {
		return found{}, nil
	}
	return found{}, err
}

// asides are files that were set aside, the latest first and no more than a few.
func asides(root *os.Root) []string {
	all := slices.DeleteFunc(names(root, fileName+"."), func(name string) bool { return !isAside(name) })
	slices.Sort(all)
	slices.Reverse(all)
	return all[:min(len(all), 5)]
}

// open opens one file of the folder.
func (v *Vault) open(ctx context.Context, root *os.Root, name string) (found, error) {
	data, err := read(root, name)
	if err != nil {
		return found{}, err
	}
	h, sealed, err := parse(data)
	if err != nil {
		return found{}, err
	}
	key, n, err := v.keyOf(ctx, h)
	if err != nil {
		return found{}, err
	}
	plain, err := key.unseal(h, sealed)
	return found{plain, key, name, h.Turn, n}, err
}

// keyOf finds the key of a file, and tells how many keys its keeper holds if that was asked.
func (v *Vault) keyOf(ctx context.Context, h header) (*sealKey, int, error) {
	if k := v.key; k != nil && k.id == h.KeyID && k.kind == h.Seal && k.item == h.Item {
		return k, 0, nil
	}
	keys, err := v.keeper(h.Seal, h.Item).load(ctx)
	if h.legacy() && errors.Is(err, ErrKeyLost) {
		key, err := unwrap(ctx, h, v.passphrase)
		return key, 0, err
	}
	if err != nil {
		return nil, 0, err // ErrKeyLost when the keeper answers and has none
	}
	key := has(keys, h.KeyID)
	if key == nil {
		return nil, 0, ErrWrongKey
	}
	return key, len(keys), nil
}
