package vault

import (
	"context"
)

// Inspection is what a look at the vault found. Nothing was changed by it.
type Inspection struct {
	Stored bool // there is a file
	Kind   Kind // that the file is sealed with
	Open   bool // others than its owner can read the file or its folder
	Err    error
}

// Inspect looks whether the stored file could be opened now. Unlike [Vault.Load] it keeps no key. Err: [ErrDamaged],
// [ErrNewer], [ErrKeyLost], [ErrWrongKey], those of the passphrase, of the keychain, or of the disk.
func (v *Vault) Inspect(ctx context.Context) Inspection {
	v.mu.Lock()
	defer v.mu.Unlock()
	root, err := v.folder.look()
	if root == nil {
		return Inspection{Stored: err != nil, Err: err}
	}
	defer func() { _ = root.Close() }()
	seen, err := v.read(ctx)
	if err == nil && seen.source == "" {
		return Inspection{}
	}
	out := Inspection{Stored: true, Open: open(root, fileName) || open(root, "."), Err: err}
	if seen.key != nil {
		out.Kind = seen.key.kind
	}
	return out
}
