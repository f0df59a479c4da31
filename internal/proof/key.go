package proof

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/secret"
)

// Place is where a key's private half is.
type Place string

// The places.
const (
	TPM      Place = "tpm"            // a TPM 2.0, on Linux
	Platform Place = "platform"       // Windows' Platform Crypto Provider, which uses the TPM
	Enclave  Place = "secure-enclave" // on macOS
	Software Place = "software"       // in the sealed blob itself
	File     Place = "file"           // in a key file of the settings
)

// Name is what a person calls the place.
func (p Place) Name() string {
	switch p {
	case TPM, Platform:
		return "TPM"
	case Enclave:
		return "Secure Enclave"
	}
	return string(p)
}

// Hardware reports whether the private half cannot be copied off the computer.
func (p Place) Hardware() bool { return p == TPM || p == Platform || p == Enclave }

// signLimit is how long a signature may take. A busy TPM takes a second.
const signLimit = 15 * time.Second

// Key signs. Its methods may be called at the same time.
type Key struct {
	signer crypto.Signer
	place  Place
	blob   secret.Secret
	alg    jose.SignatureAlgorithm
	cert   []byte // SHA-256 of the certificate beside a key file's key
}

// New wraps a signer whose public half is ECDSA on P-256, or RSA of at least 2,048 bits. blob is what the vault keeps
// of the key, in the form that [Blob] writes. A signer that is an io.Closer is closed with the key.
func New(signer crypto.Signer, place Place, blob secret.Secret) (*Key, error) {
	k := &Key{signer: signer, place: place, blob: blob}
	switch public := signer.Public().(type) {
	case *ecdsa.PublicKey:
		if public.Curve != elliptic.P256() {
			return nil, fmt.Errorf("%w: its curve is %s, not P-256", ErrAlgorithm, public.Curve.Params().Name)
		}
		k.alg = jose.ES256
	case *rsa.PublicKey:
		if public.N.BitLen() < 2048 {
			return nil, fmt.Errorf("%w: RSA of %d bits is too short, 2048 are needed", ErrAlgorithm, public.N.BitLen())
		}
		k.alg = jose.RS256
	default:
		return nil, fmt.Errorf("%w: it is neither EC P-256 nor RSA", ErrAlgorithm)
	}
	return k, nil
}

// Place says where the private half is.
func (k *Key) Place() Place { return k.place }

// Blob is what the vault keeps to open the key again: of a software key the private half, of a TPM's key its wrapped
// form, elsewhere the key's name. It is absent for a key file.
func (k *Key) Blob() secret.Secret { return k.blob }

// Algorithm is the key's own: ES256 or RS256. An RSA key can sign by PS256 as well.
func (k *Key) Algorithm() jose.SignatureAlgorithm { return k.alg }

// JWK is the public half (RFC 7517).
func (k *Key) JWK() jose.JSONWebKey { return jose.JSONWebKey{Key: k.signer.Public()} }

// Thumbprint is that of RFC 7638 with SHA-256, in base64url: dpop_jkt, and the jkt of a bound token's cnf.
func (k *Key) Thumbprint() string {
	jwk := k.JWK()
	sum, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return "" // New let no key through that has none
	}
	return base64.RawURLEncoding.EncodeToString(sum)
}

// Close frees what the hardware holds for the key. The key can be opened again.
func (k *Key) Close() error {
	if c, ok := k.signer.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// sign returns a JWS signature over the payload (RFC 7518 §3.3 to §3.5). Hardware that
// does not answer holds nobody for longer than signLimit.
func (k *Key) sign(ctx context.Context, payload []byte, alg jose.SignatureAlgorithm) ([]byte, error) {
	if !k.place.Hardware() {
		return k.signNow(payload, alg)
	}
	ctx, stop := context.WithTimeout(ctx, signLimit)
	defer stop()
	type result struct {
		signature []byte
		err       error
	}
	done := make(chan result, 1)
	go func() { // ends when the hardware answers
		signature, err := k.signNow(payload, alg)
		done <- result{signature, err}
	}()
	select {
	case r := <-done:
		return r.signature, r.err
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: the %s did not answer: %w", ErrSign, k.place.Name(), ctx.Err())
	}
}

func (k *Key) signNow(payload []byte, alg jose.SignatureAlgorithm) ([]byte, error) {
	digest := sha256.Sum256(payload)
	var opts crypto.SignerOpts = crypto.SHA256
	switch {
	case alg == k.alg:
	case alg == jose.PS256 && k.alg == jose.RS256:
		opts = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256}
	default:
		return nil, fmt.Errorf("%w: %s", ErrAlgorithm, alg)
	}
	signature, err := k.signer.Sign(rand.Reader, digest[:], opts)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSign, err)
	}
	if alg == jose.ES256 {
		return fixed(signature)
	}
	return signature, nil
}

// fixed turns an ECDSA signature's ASN.1 into two numbers of 32 bytes (RFC 7518 §3.4).
func fixed(der []byte) ([]byte, error) {
	var rs struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(der, &rs)
	if err != nil || len(rest) > 0 || rs.R.Sign() <= 0 || rs.S.Sign() <= 0 || rs.R.BitLen() > 256 ||
		rs.S.BitLen() > 256 {
		return nil, fmt.Errorf("%w: its signature has no ECDSA form", ErrSign)
	}
	out := make([]byte, 64)
	rs.R.FillBytes(out[:32])
	rs.S.FillBytes(out[32:])
	return out, nil
}

// Blob writes what the vault keeps of a key: its place, a colon, and the data in base64url.
func Blob(place Place, data []byte) secret.Secret {
	return secret.New(string(place) + ":" + base64.RawURLEncoding.EncodeToString(data))
}

// ReadBlob takes apart what [Blob] wrote. It fails with [ErrBlob].
func ReadBlob(blob secret.Secret) (Place, []byte, error) {
	place, text, found := strings.Cut(blob.Reveal(), ":")
	data, err := base64.RawURLEncoding.DecodeString(text)
	switch p := Place(place); {
	case !found, err != nil, len(data) == 0:
	case p.Hardware(), p == Software:
		return p, data, nil
	}
	return "", nil, ErrBlob
}
