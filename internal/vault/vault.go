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
	"crypto/rand"
	"encoding/base64"
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

// Errors of the keychain and of the passphrase; each is a state of its own.
var (
	ErrKeychainAbsent    = errors.New("vault: this system has no keychain that answers")
	ErrKeychainLocked    = errors.New("vault: the keychain is locked")
	ErrKeychainDismissed = errors.New("vault: the keychain's question was dismissed")
	ErrKeychainTimeout   = errors.New("vault: the keychain did not answer in time")
	ErrKeychain          = errors.New("vault: the keychain failed")

	ErrPassphraseNeeded = errors.New("vault: a passphrase is needed")
	ErrWrongPassphrase  = errors.New("vault: the passphrase is wrong")
	ErrWeakPassphrase   = errors.New("vault: the passphrase is too short")

	ErrReadOnly = errors.New("vault: the data folder cannot be written")
	ErrDiskFull = errors.New("vault: the disk is full")
	ErrDisk     = errors.New("vault: the disk failed")
	ErrKind     = errors.New("vault: the store is none of keychain, file and memory")
)

// Reasons for which a file is set aside.
var (
	ErrDamaged  = errors.New("vault: the file is damaged")
	ErrNewer    = errors.New("vault: the file was written by a newer version")
	ErrKeyLost  = errors.New("vault: the key is no longer in the keychain")
	ErrWrongKey = errors.New("vault: the file was sealed with another key")
)

// SetAsideError tells that a file could not be read and was renamed. Load returns
// it once; the vault is empty from then on.
type SetAsideError struct {
	Path   string // where the file is now
	Reason error  // ErrDamaged, ErrNewer, ErrKeyLost or ErrWrongKey
}

// Error names the reason and the new name.
func (e *SetAsideError) Error() string { return fmt.Sprintf("%v; it is kept as %s", e.Reason, e.Path) }

// Unwrap returns the reason.
func (e *SetAsideError) Unwrap() error { return e.Reason }

// SetAside returns where the file is now.
func (e *SetAsideError) SetAside() string { return e.Path }

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

func (v *Vault) load(ctx context.Context) ([]byte, error) {
	data, err := os.ReadFile(v.path())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, diskError("read", err)
	}
	h, sealed, err := parse(data)
	if err != nil {
		return nil, v.setAside(err)
	}
	key, err := v.open(ctx, h)
	if errors.Is(err, ErrKeyLost) || errors.Is(err, ErrWrongKey) || errors.Is(err, ErrDamaged) {
		return nil, v.setAside(err)
	}
	if err != nil {
		return nil, err
	}
	plain, err := key.unseal(h, sealed)
	if err != nil {
		return nil, v.setAside(err)
	}
	v.key = key
	return plain, nil
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
	data, err := key.seal(plain)
	if err != nil {
		return err
	}
	if err := writeFile(v.conf.Dir, v.path(), data); err != nil {
		return err
	}
	v.key = key
	return nil
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
	if _, err := os.Stat(v.path()); err == nil && v.key == nil {
		if _, err := v.load(ctx); err != nil {
			var aside *SetAsideError
			if !errors.As(err, &aside) {
				return err
			}
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

// Unlock takes the passphrase of a file. A wrong one changes nothing.
func (v *Vault) Unlock(ctx context.Context, passphrase secret.Secret) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	before := v.passphrase
	v.passphrase = passphrase
	if _, err := os.Stat(v.path()); errors.Is(err, os.ErrNotExist) {
		if err := strong(passphrase); err != nil {
			v.passphrase = before
			return err
		}
		return nil
	}
	if _, err := v.load(ctx); errors.Is(err, ErrWrongPassphrase) {
		v.passphrase = before
		return err
	}
	return nil // whatever else is wrong, Load says it
}

// UnlockKeychain lets the system ask the person to unlock the keychain.
func (v *Vault) UnlockKeychain(ctx context.Context) error { return v.ring.unlock(ctx) }

// Change seals with another kind, or another passphrase, from now on. What is
// stored is sealed anew at once; when that fails nothing has changed. Memory keeps
// what is stored on disk as it is and forgets the rest at the end.
func (v *Vault) Change(ctx context.Context, kind Kind, passphrase secret.Secret) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if kind == File {
		if err := strong(passphrase); err != nil {
			return err
		}
	}
	var plain []byte
	if v.kind == Memory {
		plain = v.memory
	} else {
		var err error
		var aside *SetAsideError
		plain, err = v.load(ctx)
		if err != nil && kind != Memory && !errors.As(err, &aside) && v.stored() {
			return err
		}
	}
	old := struct {
		kind Kind
		pass secret.Secret
		key  *sealKey
	}{v.kind, v.passphrase, v.key}
	v.kind, v.passphrase, v.key = kind, passphrase, nil
	if kind == Memory {
		v.memory = plain
		return nil
	}
	key, err := v.sealWith(ctx)
	if err == nil && plain != nil {
		var data []byte
		if data, err = key.seal(plain); err == nil {
			err = writeFile(v.conf.Dir, v.path(), data)
		}
	}
	if err != nil {
		v.kind, v.passphrase, v.key = old.kind, old.pass, old.key
		return err
	}
	v.key = key
	return nil
}

// SetAside renames a file whose content makes no sense to the caller.
func (v *Vault) SetAside(reason error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.setAside(reason)
}

// Lock waits until no other process and no other goroutine holds it.
func (v *Vault) Lock(ctx context.Context) (func(), error) {
	if v.Kind() == Memory {
		return v.lock.local(ctx)
	}
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

// setAside gives the file a name that no file has yet.
func (v *Vault) setAside(reason error) error {
	base := v.path() + "." + v.conf.Now().UTC().Format("20060102T150405Z") + ".unreadable"
	to := base
	for n := 2; ; n++ {
		// A hard link fails where the name is taken, and loses nothing when it does.
		err := os.Link(v.path(), to)
		if errors.Is(err, os.ErrExist) && n < 100 {
			to = fmt.Sprintf("%s.%d", base, n)
			continue
		}
		if err != nil {
			if err = os.Rename(v.path(), to); err != nil {
				return errors.Join(reason, diskError("set aside", err))
			}
		} else if err = os.Remove(v.path()); err != nil {
			return errors.Join(reason, diskError("set aside", err))
		}
		break
	}
	v.key = nil
	v.conf.Log.Warn("vault.set_aside", "path", to, "reason", reason)
	return &SetAsideError{Path: to, Reason: reason}
}

// newKeyID names a key without telling anything of it.
func newKeyID() string {
	b := make([]byte, 9)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
