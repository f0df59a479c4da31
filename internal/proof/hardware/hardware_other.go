//go:build !linux && !windows && !(darwin && cgo)

package hardware

import (
	"errors"

	"app.latchkey/internal/proof"
	"app.latchkey/internal/secret"
)

const native = proof.Enclave // macOS without cgo knows its keys, and cannot use them

var errBuild = errors.New("this program was built without a way to it")

func (Maker) create() (*proof.Key, error) { return nil, unusable("none is used here", errBuild) }

func (Maker) open([]byte, secret.Secret) (*proof.Key, error) {
	return nil, unusable("its key cannot be used", errBuild)
}

func (Maker) forget([]byte) error { return unusable("its key cannot be removed", errBuild) }
