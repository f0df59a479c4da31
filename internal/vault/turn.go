package vault

import (
	"context"
	"errors"
)

// At the sign-out of an account the vault passes from one key to the next, so that an
// older copy of its file opens no more. Each step leaves a vault that opens:
//
//  1. the keeper holds both keys; the file is still under the old one
//  2. the file is written under the new key, with "turn":"drop" in its header
//  3. the keeper holds the new key alone
//
// Whoever reads a file that says "drop" and finds both keys does step 3. When step 1 fails the file is
// written under the old key with "turn":"due", and the next write begins anew: a keychain that refuses
// an item must not prevent a sign-out.
type turn string

const (
	turnDue  turn = "due"  // the old key still seals
	turnDrop turn = "drop" // the keeper may still hold the old key
)

// keeper holds the keys of a vault, the newest last: an item of the system's keychain, or a file under a passphrase.
// load returns ErrKeyLost when it has none; store replaces what it holds.
type keeper interface {
	load(context.Context) ([]*sealKey, error)
	store(context.Context, []*sealKey) error
	drop(context.Context) error
}

// keeper returns where the keys of a kind are held.
func (v *Vault) keeper(kind Kind, item string) keeper {
	if kind == File {
		return keyFile{v}
	}
	return v.ring.at(item)
}

// freshKey is a new key of the vault's kind.
func (v *Vault) freshKey() *sealKey {
	if v.kind == File {
		return newKey(File, "")
	}
	return newKey(Keychain, itemOf(v.folder.dir))
}

// writeAnew takes the three steps. v.mu and the lock are held.
func (v *Vault) writeAnew(ctx context.Context, plain []byte) error {
	old, next := v.key, v.freshKey()
	both := []*sealKey{next}
	if old != nil && old.kind == v.kind {
		both = []*sealKey{old, next}
	}
	if err := v.keeper(next.kind, next.item).store(ctx, both); err != nil {
		if len(both) == 1 || old.legacy {
			return err
		}
		v.conf.Log.Warn("vault.turn_put_off", "err", err)
		return v.write(old, turnDue, plain)
	}
	if err := v.write(next, turnDrop, plain); err != nil {
		return err
	}
	if err := v.finish(ctx, next); err != nil {
		v.conf.Log.Warn("vault.turn_put_off", "err", err)
	}
	return nil
}

// finish leaves key alone with its keeper. An item of version 0.1.0, which had one
// name for all folders, is removed when it holds the older key.
func (v *Vault) finish(ctx context.Context, key *sealKey) error {
	keep := v.keeper(key.kind, key.item)
	keys, err := keep.load(ctx)
	if err != nil || len(keys) < 2 {
		return err
	}
	if key.kind == Keychain && key.item != "" {
		first := v.ring.at("")
		held, err := first.load(ctx)
		if err == nil && has(held, keys[0].id) != nil {
			err = first.drop(ctx)
		}
		if err != nil && !errors.Is(err, ErrKeyLost) {
			return err
		}
	}
	return keep.store(ctx, []*sealKey{key})
}

// has returns the key of that name.
func has(keys []*sealKey, id string) *sealKey {
	for _, k := range keys {
		if k.id == id {
			return k
		}
	}
	return nil
}
