package vault

import (
	"context"

	"github.com/99designs/keyring"
)

const defaultBackend = keyring.WinCredBackend

// state has nothing to ask: Credential Manager is open while its user is signed in.
func (r ring) state(context.Context) error { return nil }

// unlock has nothing to do, for the same reason.
func (r ring) unlock(context.Context) error { return nil }

// data reads the item.
func (r ring) data(ctx context.Context) ([]byte, error) { return r.library(ctx) }
