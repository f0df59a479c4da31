package proof

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"

	"app.latchkey/internal/secret"
)

// ParseKey reads the one private key in a PEM text: PKCS #8, SEC 1 or PKCS #1; EC P-256 or RSA of at least 2,048
// bits. A certificate in the same text that belongs to the key is named in assertions (x5t#S256), as Entra wants it;
// the others are skipped. It fails with [ErrKeyFile], and never quotes the text.
func ParseKey(text []byte) (*Key, error) {
	var key *Key
	var certs []*x509.Certificate
	for rest := bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type == "CERTIFICATE" {
			if cert, err := x509.ParseCertificate(block.Bytes); err == nil {
				certs = append(certs, cert)
			}
			continue
		}
		signer, err := parsePrivate(block)
		if err != nil {
			return nil, err
		}
		if signer == nil {
			continue
		}
		if key != nil {
			return nil, fmt.Errorf("%w: it holds several private keys; leave one in it", ErrKeyFile)
		}
		if key, err = New(signer, File, secret.Secret{}); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrKeyFile, err)
		}
	}
	if key == nil {
		return nil, fmt.Errorf("%w: it holds no private key in PEM (PKCS #8, SEC 1 or PKCS #1)", ErrKeyFile)
	}
	for _, cert := range certs {
		if public, ok := cert.PublicKey.(interface{ Equal(crypto.PublicKey) bool }); ok &&
			public.Equal(key.signer.Public()) {
			sum := sha256.Sum256(cert.Raw)
			key.cert = sum[:]
		}
	}
	return key, nil
}

// parsePrivate returns nil for a block that is no private key, such as EC PARAMETERS.
func parsePrivate(block *pem.Block) (crypto.Signer, error) {
	var key any
	var err error
	switch {
	case block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "":
		return nil, fmt.Errorf("%w: it is encrypted; decrypt it with openssl pkcs8 -in KEY -out NEW,"+
			" and keep NEW to yourself (mode 600)", ErrKeyFile)
	case block.Type == "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case block.Type == "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case block.Type == "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	default:
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: its %s cannot be read", ErrKeyFile, block.Type)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("%w: its key signs nothing", ErrKeyFile)
	}
	return signer, nil
}
