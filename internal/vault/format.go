package vault

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// The file is one line of JSON, the header, and then the ciphertext with its
// 16-byte tag. The header line, its newline included, is the additional data of
// AES-256-GCM: whoever changes a byte of it changes the tag.
//
//	{"latchkey":"vault","v":1,"alg":"A256GCM","seal":"keychain","kid":"…","nonce":"…"}
//
// A passphrase's file also has "kdf", with Argon2id's parameters and salt, and
// "wrapped", the key under the key that the passphrase gives.
const (
	formatName    = "vault"
	formatVersion = 1
	algorithm     = "A256GCM"
	maxHeader     = 4 << 10  // bytes
	maxFile       = 64 << 20 // bytes: a thousand accounts with 64 KiB of tokens each
	keySize       = 32       // bytes
)

// header is the file's first line.
type header struct {
	Latchkey  string     `json:"latchkey"`
	Version   int        `json:"v"`
	Algorithm string     `json:"alg"`
	Seal      Kind       `json:"seal"`
	KeyID     string     `json:"kid"`
	KDF       *kdfParams `json:"kdf,omitempty"`
	Wrapped   []byte     `json:"wrapped,omitempty"` // nonce and sealed key
	Nonce     []byte     `json:"nonce"`

	line []byte // as it stands in the file
}

// parse takes a file apart. Errors: ErrDamaged or ErrNewer.
func parse(data []byte) (header, []byte, error) {
	line, sealed, ok := bytes.Cut(data, []byte("\n"))
	if !ok || len(line) > maxHeader || len(data) > maxFile {
		return header{}, nil, fmt.Errorf("%w: no header", ErrDamaged)
	}
	var h header
	if err := json.Unmarshal(line, &h); err != nil {
		// A newer version may have changed any member but these two.
		var head struct {
			Latchkey string `json:"latchkey"`
			Version  int    `json:"v"`
		}
		if json.Unmarshal(line, &head) == nil && head.Latchkey == formatName && head.Version > formatVersion {
			return header{}, nil, ErrNewer
		}
		return header{}, nil, fmt.Errorf("%w: the header is no header", ErrDamaged)
	}
	switch {
	case h.Latchkey != formatName || h.Version < 1:
		return header{}, nil, fmt.Errorf("%w: the header is no header", ErrDamaged)
	case h.Version > formatVersion:
		return header{}, nil, ErrNewer
	case h.Algorithm != algorithm || len(h.Nonce) != 12 || h.KeyID == "":
		return header{}, nil, fmt.Errorf("%w: the header does not fit its version", ErrDamaged)
	case h.Seal == File && !h.KDF.sound(), h.Seal != File && h.Seal != Keychain:
		return header{}, nil, fmt.Errorf("%w: the header does not fit its version", ErrDamaged)
	}
	h.line = data[:len(line)+1]
	return h, sealed, nil
}

// sealKey is a key with what its files' headers say of it.
type sealKey struct {
	kind    Kind
	id      string
	key     [keySize]byte
	kdf     *kdfParams
	wrapped []byte
}

// newKey returns a random key.
func newKey(kind Kind) *sealKey {
	k := &sealKey{kind: kind, id: newKeyID()}
	_, _ = rand.Read(k.key[:])
	return k
}

// seal returns a whole file. The nonce is random: 2^32 writes with one key stay
// far from a repeat (NIST SP 800-38D §8.3).
func (k *sealKey) seal(plain []byte) ([]byte, error) {
	h := header{
		Latchkey: formatName, Version: formatVersion, Algorithm: algorithm,
		Seal: k.kind, KeyID: k.id, KDF: k.kdf, Wrapped: k.wrapped, Nonce: make([]byte, 12),
	}
	_, _ = rand.Read(h.Nonce)
	line, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("vault: seal: %w", err)
	}
	line = append(line, '\n')
	return append(line, gcm(k.key[:]).Seal(nil, h.Nonce, plain, line)...), nil
}

// unseal returns what seal was given. Errors: ErrDamaged.
func (k *sealKey) unseal(h header, sealed []byte) ([]byte, error) {
	plain, err := gcm(k.key[:]).Open(nil, h.Nonce, sealed, h.line)
	if err != nil {
		return nil, fmt.Errorf("%w: the content was changed", ErrDamaged)
	}
	return plain, nil
}

// gcm returns AES-256-GCM; it fails for a key of another length alone, which
// there is none of.
func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}

// item is a key as the keychain keeps it: ASCII, and far below the 2,560 bytes
// that Windows allows: "v1.<id>.<key>".
func (k *sealKey) item() []byte {
	return []byte("v1." + k.id + "." + base64.RawURLEncoding.EncodeToString(k.key[:]))
}

// fromItem reads what item wrote.
func fromItem(data []byte) (*sealKey, error) {
	parts := bytes.Split(data, []byte("."))
	if len(parts) != 3 || string(parts[0]) != "v1" || len(parts[1]) == 0 {
		return nil, fmt.Errorf("%w: its item is not one of ours", ErrKeychain)
	}
	raw, err := base64.RawURLEncoding.DecodeString(string(parts[2]))
	if err != nil || len(raw) != keySize {
		return nil, fmt.Errorf("%w: its item is not one of ours", ErrKeychain)
	}
	k := &sealKey{kind: Keychain, id: string(parts[1])}
	copy(k.key[:], raw)
	return k, nil
}

// newKeyID names a key without telling anything of it.
func newKeyID() string {
	b := make([]byte, 9)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
