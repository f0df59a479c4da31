package proof

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"fmt"

	"app.latchkey/internal/secret"
)

// NewSoftware makes an ES256 key whose blob holds the private half (PKCS #8). Whoever can open the vault can copy it.
func NewSoftware() (*Key, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("proof: make a key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("proof: encode the key: %w", err)
	}
	return New(private, Software, Blob(Software, der))
}

// OpenSoftware opens a key that [NewSoftware] made. It fails with [ErrBlob].
func OpenSoftware(blob secret.Secret) (*Key, error) {
	place, der, err := ReadBlob(blob)
	if err != nil || place != Software {
		return nil, ErrBlob
	}
	private, err := x509.ParsePKCS8PrivateKey(der)
	ec, ok := private.(*ecdsa.PrivateKey)
	if err != nil || !ok || ec.Curve != elliptic.P256() {
		return nil, ErrBlob
	}
	return New(ec, Software, blob)
}
