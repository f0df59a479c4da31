package vault

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"app.latchkey/internal/secret"
)

// kdfParams are Argon2id's parameters (RFC 9106).
type kdfParams struct {
	Name    string `json:"name"`
	Time    uint32 `json:"t"` // passes
	Memory  uint32 `json:"m"` // KiB
	Threads uint8  `json:"p"`
	Salt    []byte `json:"salt"`
}

// Cost is what Argon2id spends on the key of a new passphrase. It is written into the key file, and read from there.
type Cost struct {
	Time    uint32 // passes
	Memory  uint32 // KiB
	Threads uint8
}

const (
	kdfName = "argon2id"
	// RFC 9106 §4, second recommendation: 64 MiB, 3 passes, 4 lanes.
	kdfTime, kdfMemory, kdfThreads = 3, 64 << 10, 4
	// The most that a file may ask for: twice the memory and twice the work of our own,
	// so that a crafted file costs less than a second and 128 MiB.
	maxMemory, maxWork, maxThreads = 2 * kdfMemory, 2 * kdfTime * kdfMemory, 16
	saltSize                       = 16
)

func (p *kdfParams) sound() bool {
	return p != nil && p.Name == kdfName && p.Time >= 1 && p.Threads >= 1 && p.Threads <= maxThreads &&
		p.Memory >= 8*uint32(p.Threads) && p.Memory <= maxMemory && uint64(p.Time)*uint64(p.Memory) <= maxWork &&
		len(p.Salt) >= 8 && len(p.Salt) <= 64
}

// derive spends Argon2id's time and memory. It cannot be interrupted; a caller that has given up already is spared.
func (p *kdfParams) derive(ctx context.Context, passphrase secret.Secret) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return argon2.IDKey([]byte(passphrase.Reveal()), p.Salt, p.Time, p.Memory, p.Threads, keySize), nil
}

// strong refuses what is guessed at once.
func strong(passphrase secret.Secret) error {
	if utf8.RuneCountInString(passphrase.Reveal()) < minPassphrase {
		return fmt.Errorf("%w: at least %d characters", ErrWeakPassphrase, minPassphrase)
	}
	return nil
}

// unwrap opens the key of a file of version 1. Errors: ErrPassphraseNeeded, ErrWrongPassphrase, ErrDamaged.
func unwrap(ctx context.Context, h header, passphrase secret.Secret) (*sealKey, error) {
	if passphrase.IsZero() {
		return nil, ErrPassphraseNeeded
	}
	if len(h.Wrapped) < 12 {
		return nil, fmt.Errorf("%w: no wrapped key", ErrDamaged)
	}
	kek, err := h.KDF.derive(ctx, passphrase)
	if err != nil {
		return nil, err
	}
	raw, err := gcm(kek).Open(nil, h.Wrapped[:12], h.Wrapped[12:], []byte(h.KeyID))
	if err != nil {
		return nil, ErrWrongPassphrase
	}
	if len(raw) != keySize {
		return nil, fmt.Errorf("%w: a key of another length", ErrDamaged)
	}
	k := &sealKey{kind: File, id: h.KeyID, legacy: true}
	copy(k.key[:], raw)
	return k, nil
}

// keyFile keeps the keys of a vault that a passphrase protects, in a file of their own: as with a keychain, an old
// vault file is worth nothing once its key is no longer kept. The file is one line of JSON and then the item of
// [asItem], sealed under the key that the passphrase gives; the line is the additional data.
type keyFile struct{ v *Vault }

const keyFormat = "key"

// wrapping is the key that a passphrase gives. It is kept: making it takes its time.
type wrapping struct {
	passphrase secret.Secret
	kdf        *kdfParams
	kek        []byte
}

// load reads the keys. Errors: ErrKeyLost when there is no file, ErrPassphraseNeeded,
// ErrWrongPassphrase, ErrDamaged, ErrNewer, and those of the disk.
func (k keyFile) load(ctx context.Context) ([]*sealKey, error) {
	root, err := k.v.folder.look()
	if err != nil {
		return nil, err
	}
	if root == nil {
		return nil, ErrKeyLost
	}
	defer func() { _ = root.Close() }()
	data, err := read(root, keyName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrKeyLost
	}
	if err != nil {
		return nil, err
	}
	line, sealed, _ := bytes.Cut(data, []byte("\n"))
	var h header
	switch err := json.Unmarshal(line, &h); {
	case err != nil || h.Latchkey != keyFormat:
		return nil, fmt.Errorf("%w: the key file has no header", ErrDamaged)
	case h.Version > 1:
		return nil, ErrNewer
	case h.Algorithm != algorithm || len(h.Nonce) != 12 || !h.KDF.sound():
		return nil, fmt.Errorf("%w: the key file's header does not fit its version", ErrDamaged)
	case k.v.passphrase.IsZero():
		return nil, ErrPassphraseNeeded
	}
	w, err := k.v.wrappingOf(ctx, h.KDF)
	if err != nil {
		return nil, err
	}
	item, err := gcm(w.kek).Open(nil, h.Nonce, sealed, line)
	if err != nil {
		return nil, ErrWrongPassphrase
	}
	k.v.wrapping = w
	return fromItem(item, File, "")
}

// wrappingOf returns the key that the passphrase gives with these parameters.
func (v *Vault) wrappingOf(ctx context.Context, kdf *kdfParams) (*wrapping, error) {
	w := v.wrapping
	if w != nil && w.passphrase.Equal(v.passphrase) && bytes.Equal(w.kdf.Salt, kdf.Salt) && w.kdf.Time == kdf.Time &&
		w.kdf.Memory == kdf.Memory && w.kdf.Threads == kdf.Threads {
		return w, nil
	}
	kek, err := kdf.derive(ctx, v.passphrase)
	if err != nil {
		return nil, err
	}
	return &wrapping{v.passphrase, kdf, kek}, nil
}

// store replaces the keys. A new passphrase gets a new salt.
func (k keyFile) store(ctx context.Context, keys []*sealKey) error {
	v := k.v
	if v.passphrase.IsZero() {
		return ErrPassphraseNeeded
	}
	if err := strong(v.passphrase); err != nil {
		return err
	}
	w := v.wrapping
	if w == nil || !w.passphrase.Equal(v.passphrase) {
		cost := cmp.Or(v.conf.Cost, Cost{kdfTime, kdfMemory, kdfThreads})
		kdf := &kdfParams{
			Name: kdfName, Time: cost.Time, Memory: cost.Memory, Threads: cost.Threads, Salt: make([]byte, saltSize),
		}
		_, _ = rand.Read(kdf.Salt)
		var err error
		if w, err = v.wrappingOf(ctx, kdf); err != nil {
			return err
		}
	}
	h := header{Latchkey: keyFormat, Version: 1, Algorithm: algorithm, KDF: w.kdf, Nonce: make([]byte, 12)}
	_, _ = rand.Read(h.Nonce)
	line, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("vault: seal the keys: %w", err)
	}
	data := append(bytes.Clone(line), '\n')
	if err := v.folder.replace(keyName+nextSuffix, keyName,
		gcm(w.kek).Seal(data, h.Nonce, asItem(keys), line)); err != nil {
		return err
	}
	v.wrapping = w
	return nil
}

// drop removes the keys.
func (k keyFile) drop(context.Context) error {
	root, err := k.v.folder.look()
	if root == nil {
		return err
	}
	defer func() { _ = root.Close() }()
	if err := remove(root, keyName); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return diskError("remove the keys", err)
	}
	return nil
}
