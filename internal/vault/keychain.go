package vault

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
)

// ring is the one item of ours in the system's keychain.
type ring struct {
	conf   Config
	busy   chan struct{} // at most one call is under way, a hanging one included
	item   string
	suffix string // of the item's name, which tells several folders' items apart
}

// item is what the keychain holds. Its form is that of github.com/99designs/keyring, on every system.
type item struct {
	Key         string
	Data        []byte
	Label       string
	Description string

	KeychainNotTrustApplication bool
	KeychainNotSynchronizable   bool
}

// maxItem is the length of an item's suffix, in bytes.
const maxItem = 64

func newRing(c Config) ring {
	// On the Secret Service all applications share the collection, and an item is
	// found by its name alone: the application's own stands in it.
	return ring{conf: c, busy: make(chan struct{}, 1), item: c.Service + " vault key"}
}

// at is the ring of one vault's item. Version 0.1.0 had one item for all folders,
// which has no suffix.
func (r ring) at(suffix string) ring {
	if suffix != "" {
		r.item, r.suffix = r.item+" "+suffix, suffix
	}
	return r
}

// load returns the keys. Errors: ErrKeyLost when the keychain answers and has none,
// or the keychain's states.
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
	item := item{
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

// probe makes a round trip with an item of its own.
func (r ring) probe(ctx context.Context) error {
	r.item = r.conf.Service + " self-test"
	if err := r.store(ctx, []*sealKey{newKey(Keychain, "")}); err != nil {
		return err
	}
	return r.drop(ctx)
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

// sort gives the keychain's errors a kind.
func (r ring) sort(err error) error {
	for _, known := range []error{
		nil, ErrKeyLost, ErrKeychainLocked, ErrKeychainDismissed, ErrKeychainAbsent, ErrNoCollection, ErrKeychain,
	} {
		if errors.Is(err, known) {
			return err
		}
	}
	return fmt.Errorf("%w: %w", ErrKeychain, err)
}

func (r ring) backend() string { return cmp.Or(r.conf.Backend, defaultBackend) }
