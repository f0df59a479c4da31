package vault

import (
	"context"
	"crypto/rand"
	"fmt"
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

const (
	kdfName = "argon2id"
	// RFC 9106 §4, second recommendation: 64 MiB, 3 passes, 4 lanes.
	kdfTime, kdfMemory, kdfThreads = 3, 64 << 10, 4
	// The most that a file may ask for: a crafted one must not take the machine.
	maxTime, maxMemory = 16, 1 << 20
	saltSize           = 16
)

func (p *kdfParams) sound() bool {
	return p != nil && p.Name == kdfName && p.Time >= 1 && p.Time <= maxTime && p.Threads >= 1 &&
		p.Memory >= 8*uint32(p.Threads) && p.Memory <= maxMemory && len(p.Salt) >= 8 && len(p.Salt) <= 64
}

// derive spends Argon2id's time and memory. It cannot be interrupted; a caller
// that has given up already is spared.
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

// wrap makes a new key and seals it under the passphrase.
func wrap(ctx context.Context, passphrase secret.Secret) (*sealKey, error) {
	if err := strong(passphrase); err != nil {
		return nil, err
	}
	k := newKey(File)
	k.kdf = &kdfParams{Name: kdfName, Time: kdfTime, Memory: kdfMemory, Threads: kdfThreads, Salt: make([]byte, saltSize)}
	_, _ = rand.Read(k.kdf.Salt)
	kek, err := k.kdf.derive(ctx, passphrase)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, 12)
	_, _ = rand.Read(nonce)
	k.wrapped = gcm(kek).Seal(nonce, nonce, k.key[:], []byte(k.id))
	return k, nil
}

// unwrap opens the key of a file. Errors: ErrPassphraseNeeded, ErrWrongPassphrase.
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
	k := &sealKey{kind: File, id: h.KeyID, kdf: h.KDF, wrapped: h.Wrapped}
	copy(k.key[:], raw)
	return k, nil
}
