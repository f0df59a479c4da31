// Package vault keeps one sealed blob: envelope encryption with the key in the
// system's keychain, or wrapped by a passphrase, and the ciphertext in a file.
//
// It promises that nothing readable ever reaches the disk, that a write is whole
// and durable or has not happened, that a file which cannot be read is set aside
// and never overwritten, and that it never steps down by itself from one store to
// a weaker one: no keychain is an error that names the choices. What it does not
// do: protect the running process's memory, hide how large the blob is, or notice
// that an older file was put back in place of a newer one.
//
// It touches its own folder and one item of the system's keychain. It uses no
// network, and knows nothing of what the blob means.
package vault

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"app.latchkey/internal/secret"
)

// Kind says what a vault is sealed with.
type Kind string

// Kinds of vaults.
const (
	Keychain Kind = "keychain" // key in the system's keychain
	File     Kind = "file"     // key wrapped by a passphrase
	Memory   Kind = "memory"   // nothing is kept when the program ends
)

// Config describes a vault. Dir is created when needed, with mode 0700.
type Config struct {
	Dir        string
	Kind       Kind
	Service    string        // names the keychain's item; one for each application
	Backend    string        // of the keychain; empty for the platform's own
	Passphrase secret.Secret // for File; may come later by Unlock
	Timeout    time.Duration // of each keychain call; 10 s when zero
	Log        *slog.Logger
	Now        func() time.Time
}

const (
	fileName       = "vault"
	lockName       = "vault.lock"
	defaultTimeout = 10 * time.Second
	minPassphrase  = 8 // characters
)

// Vault is one sealed blob. Its methods may be called from any goroutine; callers
// that read and then write hold Lock meanwhile.
type Vault struct {
	conf Config
	ring ring
	lock *locker

	mu         sync.Mutex
	kind       Kind
	passphrase secret.Secret
	key        *sealKey // the key of the file as last read or written
	memory     []byte
	untold     error // a file was set aside, which the next Load tells
}

// New returns a vault. It does nothing yet.
func New(c Config) *Vault {
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Service == "" {
		c.Service = "latchkey"
	}
	return &Vault{
		conf: c, kind: c.Kind, passphrase: c.Passphrase,
		ring: newRing(c), lock: newLocker(filepath.Join(c.Dir, lockName)),
	}
}

// Kind returns what the vault seals with now.
func (v *Vault) Kind() Kind {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.kind
}

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
	plain, key, err := v.read(ctx)
	for _, reason := range []error{ErrDamaged, ErrNewer, ErrKeyLost, ErrWrongKey} {
		if errors.Is(err, reason) {
			return nil, v.setAside(err)
		}
	}
	if err == nil && key != nil {
		v.key = key
	}
	return plain, err
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

// Ready returns nil when Save could seal and write now.
func (v *Vault) Ready(ctx context.Context) error {
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

// Lock waits until no other process and no other goroutine holds it.
func (v *Vault) Lock(ctx context.Context) (func(), error) {
	if v.Kind() == Memory {
		return v.lock.local(ctx)
	}
	return v.lockFile(ctx)
}

func (v *Vault) lockFile(ctx context.Context) (func(), error) {
	if err := makeDir(v.conf.Dir); err != nil {
		return nil, err
	}
	return v.lock.acquire(ctx)
}

// Probe writes an item into the keychain, reads it back and removes it.
func (v *Vault) Probe(ctx context.Context) error { return v.ring.probe(ctx) }

func (v *Vault) path() string { return filepath.Join(v.conf.Dir, fileName) }

func (v *Vault) stored() bool {
	_, err := os.Stat(v.path())
	return err == nil
}
