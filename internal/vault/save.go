package vault

import (
	"context"
	"errors"
	"fmt"
)

// Save seals the blob and makes it durable. When it fails, what was there before
// is still there.
func (v *Vault) Save(ctx context.Context, plain []byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.kind == Memory {
		v.memory = append([]byte(nil), plain...)
		return nil
	}
	key, err := v.sealWith(ctx)
	if err != nil {
		return err
	}
	if err := v.write(key, plain); err != nil {
		return err
	}
	v.key = key
	return nil
}

// write puts the sealed blob in place of the file.
func (v *Vault) write(key *sealKey, plain []byte) error {
	data, err := key.seal(plain)
	if err != nil {
		return err
	}
	return writeFile(v.conf.Dir, v.path(), data)
}

// sealWith returns the key to seal with: the one at hand when it is of the kind
// that is set, else a new one. A key in the keychain is never replaced while a
// file exists that it may open.
func (v *Vault) sealWith(ctx context.Context) (*sealKey, error) {
	if v.key != nil && v.key.kind == v.kind {
		return v.key, nil
	}
	switch v.kind {
	case Keychain:
		key, err := v.ring.get(ctx)
		if errors.Is(err, ErrKeyLost) {
			return v.ring.create(ctx)
		}
		return key, err
	case File:
		if v.passphrase.IsZero() {
			return nil, ErrPassphraseNeeded
		}
		return wrap(ctx, v.passphrase)
	}
	return nil, fmt.Errorf("%w: %q", ErrKind, v.kind)
}

// Ready returns nil when Save could seal and write now. Where a key must be made
// first it holds the lock meanwhile: two programs that begin at the same time must
// not make two, of which one keychain keeps the later.
func (v *Vault) Ready(ctx context.Context) error {
	if v.Kind() != Memory {
		release, err := v.lockFile(ctx)
		if err != nil {
			return err
		}
		defer release()
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.kind == Memory {
		return nil
	}
	if v.stored() && v.key == nil {
		_, err := v.load(ctx)
		var aside *SetAsideError
		if errors.As(err, &aside) {
			v.untold, err = err, nil
		}
		if err != nil {
			return err
		}
	}
	key, err := v.sealWith(ctx)
	if err != nil {
		return err
	}
	if err := probeDir(v.conf.Dir); err != nil {
		return err
	}
	v.key = key
	return nil
}
