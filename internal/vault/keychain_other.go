//go:build !linux

package vault

import (
	"context"

	"github.com/99designs/keyring"
)

// unlock has nothing to do: Credential Manager is open while its user is signed in, and macOS asks the person at the
// next call.
func (r ring) unlock(context.Context) error { return nil }

func (r ring) data(ctx context.Context) ([]byte, error) { return r.library(ctx) }

func (r ring) set(ctx context.Context, item keyring.Item) error { return r.librarySet(ctx, item) }

func (r ring) drop(ctx context.Context) error { return r.libraryDrop(ctx) }

// itemOf is empty: a person has one data folder on this system, whose item the uninstaller finds by its name.
func itemOf(string) string { return "" }

// Early is a connection to the keychain that is begun before it is needed. This system needs none.
type Early struct{}

// Begin does nothing.
func Begin() *Early { return nil }

// Close does nothing.
func (e *Early) Close() {}
