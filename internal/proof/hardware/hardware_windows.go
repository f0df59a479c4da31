package hardware

import (
	"crypto/rand"
	"errors"

	"app.latchkey/internal/proof"
	"app.latchkey/internal/secret"
)

const native = proof.Platform

// keyPrefix begins the names of our keys among the person's, which certutil -csp lists.
const keyPrefix = "Latchkey DPoP "

func (m Maker) create() (*proof.Key, error) {
	name := keyPrefix + rand.Text()
	key, err := createKey(name)
	if err != nil {
		return nil, err
	}
	return proof.New(key, proof.Platform, proof.Blob(proof.Platform, []byte(name)))
}

func (m Maker) open(name []byte, blob secret.Secret) (*proof.Key, error) {
	key, err := openKey(string(name))
	if err != nil {
		return nil, err
	}
	return proof.New(key, proof.Platform, blob)
}

// forget removes the key; that it is gone already is as good.
func (m Maker) forget(name []byte) error {
	key, err := openKey(string(name))
	if errors.Is(err, proof.ErrForeignKey) {
		return nil
	}
	if err != nil {
		return err
	}
	return key.remove()
}
