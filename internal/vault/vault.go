// Package vault keeps one sealed blob: envelope encryption with the key in the system's keychain, or wrapped by a
// passphrase, and the ciphertext in a file.
//
// It promises that nothing readable ever reaches the disk, that a write is whole and durable or has not happened,
// that a file which cannot be read stays where it is until a person signs in and is never overwritten, that an older
// copy of the file is worth nothing after an account was taken away, and that it never steps down by itself from one
// store to a weaker one: no keychain is an error that names the choices. What it does not do: protect the running
// process's memory, hide how large the blob is, or notice that an older file was put back while the key is still the
// same.
//
// It touches its own folder, one item of the system's keychain, and where the folder's file system has no locks a
// folder of its own below /tmp. It uses no network, and knows nothing of what the blob means.
package vault

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
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
	// Cost is of a new passphrase; zero is what RFC 9106 recommends, and what every program leaves it at.
	Cost    Cost
	Early   *Early        // a connection to the keychain that was begun already; nil for none
	Timeout time.Duration // of each keychain call; 10 s when zero
	Log     *slog.Logger
	Now     func() time.Time
}

const (
	fileName       = "vault"
	nextSuffix     = ".next"
	nextName       = fileName + nextSuffix // the next write, before it takes the file's place
	tmpPrefix      = fileName + ".tmp-"    // what a killed program leaves of it is never read
	keyName        = "vault.key"           // the keys of a vault that a passphrase protects
	lockName       = "vault.lock"
	defaultTimeout = 10 * time.Second
	minPassphrase  = 8 // characters
)

// Vault is one sealed blob. Its methods may be called from any goroutine; callers that read and then write hold
// [Vault.Lock] meanwhile.
type Vault struct {
	conf Config
	ring ring
	lock *locker

	ahead atomic.Pointer[chan bool] // the proof that was begun, until it is asked for

	folder *folder

	mu         sync.Mutex
	kind       Kind
	passphrase secret.Secret
	wrapping   *wrapping // what the passphrase gave last
	key        *sealKey  // the key of the file as last read or written
	source     string    // the file that was read last
	turn       turn      // of that file
	reserved   *os.File  // room for the next write, while the lock is held
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
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	c.Service = cmp.Or(c.Service, "latchkey")
	f := newFolder(c.Dir, c.Log)
	return &Vault{
		conf: c, kind: c.Kind, passphrase: c.Passphrase, folder: f, ring: newRing(c), lock: newLocker(f),
	}
}

// Kind returns what the vault seals with now.
func (v *Vault) Kind() Kind {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.kind
}

// Lock waits until no other process and no other goroutine holds it.
func (v *Vault) Lock(ctx context.Context) (func(), error) {
	if v.Kind() == Memory {
		return v.lock.local(ctx)
	}
	return v.lockFile(ctx)
}

func (v *Vault) lockFile(ctx context.Context) (func(), error) {
	root, err := v.folder.make()
	if err != nil {
		return nil, err
	}
	_ = root.Close()
	release, err := v.lock.acquire(ctx)
	if err != nil {
		return nil, err
	}
	return func() {
		v.mu.Lock()
		v.unreserve()
		v.mu.Unlock()
		release()
	}, nil
}

// Probe writes an item into the keychain, reads it back and removes it.
func (v *Vault) Probe(ctx context.Context) error { return v.ring.probe(ctx) }

func (v *Vault) stored() bool {
	_, err := os.Lstat(filepath.Join(v.folder.dir, fileName))
	return err == nil
}
