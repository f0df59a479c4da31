package vault

import (
	"context"
	"errors"
	"os"
)

// Inspection is what a look at the vault found. Nothing was changed by it.
type Inspection struct {
	Stored bool // there is a file
	Kind   Kind // that the file is sealed with
	Open   bool // others than its owner can read the file or its folder
	Err    error
}

// Inspect looks whether the stored file could be opened now. Unlike Load it sets
// nothing aside and keeps no key. Err: ErrDamaged, ErrNewer, ErrKeyLost,
// ErrWrongKey, those of the passphrase, of the keychain, or of the disk.
func (v *Vault) Inspect(ctx context.Context) Inspection {
	v.mu.Lock()
	defer v.mu.Unlock()
	data, err := os.ReadFile(v.path())
	if errors.Is(err, os.ErrNotExist) {
		return Inspection{}
	}
	found := Inspection{Stored: true, Open: readable(v.path()) || readable(v.conf.Dir)}
	if err != nil {
		found.Err = diskError("read", err)
		return found
	}
	h, sealed, err := parse(data)
	if err != nil {
		found.Err = err
		return found
	}
	found.Kind = h.Seal
	key, err := v.open(ctx, h)
	if err == nil {
		_, err = key.unseal(h, sealed)
	}
	found.Err = err
	return found
}

// Writable returns nil when a file can be made in the vault's folder, which is
// created if it is not there. Errors match ErrReadOnly, ErrDiskFull or ErrDisk.
func (v *Vault) Writable() error { return probeDir(v.conf.Dir) }
