package vault

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
)

// Load returns the blob, or nil when there is none. A file is opened with what it
// says it is sealed with, whatever the settings say; the next Save seals it as
// they say. Errors: those of the keychain and the passphrase, or *SetAsideError.
func (v *Vault) Load(ctx context.Context) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.kind == Memory {
		return v.memory, nil
	}
	return v.load(ctx)
}

// load reads the file, and sets aside one that cannot be read. v.mu is held.
func (v *Vault) load(ctx context.Context) ([]byte, error) {
	if err := v.untold; err != nil {
		v.untold = nil
		return nil, err
	}
	for tries := 0; ; tries++ {
		plain, key, err := v.read(ctx)
		if err == nil && key != nil {
			v.key = key
		}
		if !hopeless(err) {
			return plain, err
		}
		aside := v.setAside(err)
		if !errors.Is(aside, errMoved) || tries == 3 {
			return nil, aside
		}
	}
}

// hopeless reports whether a file can never be read as things are.
func hopeless(err error) bool {
	return errors.Is(err, ErrDamaged) || errors.Is(err, ErrNewer) || errors.Is(err, ErrKeyLost) || errors.Is(err, ErrWrongKey)
}

// read opens the file and changes nothing. v.mu is held. The key is nil when there
// is no file.
func (v *Vault) read(ctx context.Context) ([]byte, *sealKey, error) {
	data, err := os.ReadFile(v.path())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, diskError("read", err)
	}
	v.seen = sha256.Sum256(data)
	h, sealed, err := parse(data)
	if err != nil {
		return nil, nil, err
	}
	key, err := v.open(ctx, h)
	if err != nil {
		return nil, nil, err
	}
	plain, err := key.unseal(h, sealed)
	return plain, key, err
}

// open finds the key of a file.
func (v *Vault) open(ctx context.Context, h header) (*sealKey, error) {
	if v.key != nil && v.key.id == h.KeyID && v.key.kind == h.Seal {
		return v.key, nil
	}
	if h.Seal == File {
		return unwrap(ctx, h, v.passphrase)
	}
	stored, err := v.ring.get(ctx)
	if err != nil {
		return nil, err // ErrKeyLost when the keychain answers and has none
	}
	if stored.id != h.KeyID {
		return nil, ErrWrongKey
	}
	return stored, nil
}
