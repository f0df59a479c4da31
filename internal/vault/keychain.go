package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/99designs/keyring"

	"app.latchkey/internal/nobus"
)

// ring is the one item of ours in the system's keychain.
type ring struct {
	conf   Config
	busy   chan struct{} // at most one call is under way, a hanging one included
	item   string
	suffix string // of the item's name, which tells several folders' items apart
}

// maxItem is the length of an item's suffix, in bytes.
const maxItem = 64

func newRing(c Config) ring {
	// On the Secret Service all applications share the collection, and an item is
	// found by its name alone: the application's own stands in it.
	return ring{conf: c, busy: make(chan struct{}, 1), item: c.Service + " vault key"}
}

// at is the ring of one vault's item. Version 0.1.0 had one item for all folders, which has no suffix.
func (r ring) at(suffix string) ring {
	if suffix != "" {
		r.item, r.suffix = r.item+" "+suffix, suffix
	}
	return r
}

// load returns the keys. Errors: ErrKeyLost when the keychain answers and has none, or the keychain's states.
func (r ring) load(ctx context.Context) ([]*sealKey, error) {
	data, err := r.data(ctx)
	if err != nil {
		return nil, err
	}
	return fromItem(data, Keychain, r.suffix)
}

// store replaces the keys, and reads them back: a keychain that does not keep what it
// was given must not get the only key.
func (r ring) store(ctx context.Context, keys []*sealKey) error {
	item := keyring.Item{
		Key: r.item, Data: asItem(keys), Label: r.item, Description: "opens the sessions that " + r.conf.Service +
			" keeps",
	}
	if err := r.set(ctx, item); err != nil {
		return err
	}
	again, err := r.data(ctx)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, item.Data) {
		return fmt.Errorf("%w: it gave back something else than it was given", ErrKeychain)
	}
	return nil
}

// library reads the item by the keychain library.
func (r ring) library(ctx context.Context) (data []byte, err error) {
	err = r.call(ctx, func(k keyring.Keyring) error {
		item, err := k.Get(r.item)
		if errors.Is(err, keyring.ErrKeyNotFound) {
			return ErrKeyLost
		}
		data = item.Data
		return err
	})
	if err != nil {
		return nil, err // data may still be written to
	}
	return data, nil
}

// librarySet stores the item by the keychain library.
func (r ring) librarySet(ctx context.Context, item keyring.Item) error {
	return r.call(ctx, func(k keyring.Keyring) error { return k.Set(item) })
}

// libraryDrop removes the item by the keychain library.
func (r ring) libraryDrop(ctx context.Context) error {
	return r.call(ctx, func(k keyring.Keyring) error {
		err := k.Remove(r.item)
		if errors.Is(err, keyring.ErrKeyNotFound) {
			return nil
		}
		return err
	})
}

// probe makes a round trip with an item of its own.
func (r ring) probe(ctx context.Context) error {
	r.item = r.conf.Service + " self-test"
	if err := r.store(ctx, []*sealKey{newKey(Keychain, "")}); err != nil {
		return err
	}
	return r.drop(ctx)
}

// call runs f with the keychain open.
func (r ring) call(ctx context.Context, f func(keyring.Keyring) error) error {
	ctx, stop := context.WithTimeoutCause(ctx, r.conf.Timeout, ErrKeychainTimeout)
	defer stop()
	return r.limited(ctx, func() error {
		k, err := keyring.Open(r.settings())
		if err != nil {
			return err
		}
		return f(k)
	})
}

// limited runs f off the caller's path, as long as ctx allows. A keychain that
// hangs keeps its goroutine until it answers; no second one is started meanwhile.
func (r ring) limited(ctx context.Context, f func() error) error {
	select {
	case r.busy <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	done := make(chan error, 1)
	go func() {
		defer func() { <-r.busy }()
		done <- f()
	}()
	select {
	case err := <-done:
		return r.sort(err)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// sort gives the library's errors a kind.
func (r ring) sort(err error) error {
	if isAny(err, nil, ErrKeyLost, ErrKeychainLocked, ErrKeychainDismissed, ErrKeychainAbsent, ErrNoCollection,
		ErrKeychain) {
		return err
	}
	if errors.Is(err, keyring.ErrNoAvailImpl) {
		return fmt.Errorf("%w: %w", ErrKeychainAbsent, err)
	}
	return fmt.Errorf("%w: %w", ErrKeychain, err)
}

// settings allow exactly one backend: without it the library would silently fall back to a file.
func (r ring) settings() keyring.Config {
	return keyring.Config{
		AllowedBackends:                []keyring.BackendType{r.backend()},
		ServiceName:                    r.conf.Service,
		KWalletAppID:                   r.conf.Service,
		KWalletFolder:                  r.conf.Service,
		WinCredPrefix:                  r.conf.Service,
		KeychainTrustApplication:       true,
		KeychainSynchronizable:         false,
		KeychainAccessibleWhenUnlocked: true,
	}
}

func (r ring) backend() keyring.BackendType {
	switch {
	case r.conf.Backend != "":
		return keyring.BackendType(r.conf.Backend)
	case runtime.GOOS == "darwin":
		return keyring.KeychainBackend
	case runtime.GOOS == "windows":
		return keyring.WinCredBackend
	}
	return keyring.SecretServiceBackend
}

// By now the keychain library is initialised, without a bus of its own making.
var _ = nobus.Restore()
