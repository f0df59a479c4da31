package vault

import (
	"context"

	"github.com/99designs/keyring"
)

const defaultBackend = keyring.WinCredBackend

// unlock has nothing to do: Credential Manager is open while its user is signed in.
func (r ring) unlock(context.Context) error { return nil }

// data reads the item.
func (r ring) data(ctx context.Context) ([]byte, error) { return r.library(ctx) }

// set stores the item.
func (r ring) set(ctx context.Context, item keyring.Item) error { return r.librarySet(ctx, item) }

// drop removes the item.
func (r ring) drop(ctx context.Context) error { return r.libraryDrop(ctx) }

// itemOf is empty: a person has one data folder on this system, whose item the
// uninstaller finds by its name.
func itemOf(string) string { return "" }
