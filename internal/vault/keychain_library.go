//go:build !linux

package vault

import (
	"context"
	"errors"
	"fmt"

	"github.com/99designs/keyring"
)

// data reads the item.
func (r ring) data(ctx context.Context) (data []byte, err error) {
	err = r.call(ctx, func(k keyring.Keyring) error {
		found, err := k.Get(r.item)
		if errors.Is(err, keyring.ErrKeyNotFound) {
			return ErrKeyLost
		}
		data = found.Data
		return err
	})
	if err != nil {
		return nil, err // data may still be written to
	}
	return data, nil
}

// set stores the item.
func (r ring) set(ctx context.Context, i item) error {
	return r.call(ctx, func(k keyring.Keyring) error { return k.Set(keyring.Item(i)) })
}

// drop removes the item.
func (r ring) drop(ctx context.Context) error {
	return r.call(ctx, func(k keyring.Keyring) error {
		err := k.Remove(r.item)
		if errors.Is(err, keyring.ErrKeyNotFound) {
			return nil
		}
		return err
	})
}

// call runs f with the keychain open. Exactly one backend is allowed: without that the library would silently fall
// back to a file.
func (r ring) call(ctx context.Context, f func(keyring.Keyring) error) error {
	ctx, stop := context.WithTimeoutCause(ctx, r.conf.Timeout, ErrKeychainTimeout)
	defer stop()
	return r.limited(ctx, func() error {
		k, err := keyring.Open(keyring.Config{
			AllowedBackends:                []keyring.BackendType{keyring.BackendType(r.backend())},
			ServiceName:                    r.conf.Service,
			WinCredPrefix:                  r.conf.Service,
			KeychainTrustApplication:       true,
			KeychainSynchronizable:         false,
			KeychainAccessibleWhenUnlocked: true,
		})
		if errors.Is(err, keyring.ErrNoAvailImpl) {
			return fmt.Errorf("%w: %w", ErrKeychainAbsent, err)
		}
		if err != nil {
			return err
		}
		return f(k)
	})
}

// itemOf is empty: a person has one data folder on this system, whose item the
// uninstaller finds by its name.
func itemOf(string) string { return "" }
