package vault

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
)

// The file is one line of JSON, the header, and then the ciphertext with its
// 16-byte tag. The header line, its newline included, is the additional data of
// AES-256-GCM: whoever changes a byte of it changes the tag.
//
//	{"latchkey":"vault","v":2,"alg":"A256GCM","seal":"keychain","kid":"…","item":"…","nonce":"…"}
//
// In version 1 a passphrase's file also had "kdf", with Argon2id's parameters and salt,
// and "wrapped", the key under the key that the passphrase gives. Since version 2 both
// are in the key file beside it: see [keyFile].
const (
	formatName    = "vault"
	formatVersion = 2
	algorithm     = "A256GCM"
	maxHeader     = 4 << 10  // bytes
	maxFile       = 64 << 20 // bytes, read or written: a thousand accounts with 64 KiB of tokens each
	keySize       = 32       // bytes
)

// header is the first line of a vault's file, and of the file of its keys.
type header struct {
	Latchkey  string     `json:"latchkey"`
	Version   int        `json:"v"`
	Algorithm string     `json:"alg"`
	Seal      Kind       `json:"seal,omitempty"` // a vault's file alone has it, and the next three
	KeyID     string     `json:"kid,omitempty"`
	Item      string     `json:"item,omitempty"` // which of the keychain's items has the key
	Turn      turn       `json:"turn,omitempty"`
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
	case h.legacy() && !h.KDF.sound(), h.Seal != File && h.Seal != Keychain, len(h.Item) > maxItem:
		return header{}, nil, fmt.Errorf("%w: the header does not fit its version", ErrDamaged)
	}
	h.line = data[:len(line)+1]
	return h, sealed, nil
}

// legacy reports whether the file has its own key in it, under a passphrase.
func (h header) legacy() bool { return h.Seal == File && h.Version == 1 }

// sealKey is a key with what its files' headers say of it.
type sealKey struct {
	kind   Kind
	id     string
	item   string // which of the keychain's items has it
	key    [keySize]byte
	legacy bool // from the header of a file of version 1
}

// newKey returns a random key.
func newKey(kind Kind, item string) *sealKey {
	k := &sealKey{kind: kind, id: rand.Text(), item: item}
	_, _ = rand.Read(k.key[:])
	return k
}

// seal returns a whole file. The nonce is random: 2^32 writes with one key stay far from a repeat (NIST SP 800-38D
// §8.3). What could not be read back is [ErrTooLarge].
func (k *sealKey) seal(plain []byte, t turn) ([]byte, error) {
	h := header{
		Latchkey: formatName, Version: formatVersion, Algorithm: algorithm,
		Seal: k.kind, KeyID: k.id, Item: k.item, Turn: t, Nonce: make([]byte, 12),
	}
	_, _ = rand.Read(h.Nonce)
	line, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("vault: seal: %w", err)
	}
	line = append(line, '\n')
	aead := gcm(k.key[:])
	size := len(line) + len(plain) + aead.Overhead()
	if size > maxFile {
		return nil, fmt.Errorf("%w: %d bytes, and %d are the most", ErrTooLarge, size, maxFile)
	}
	data := append(make([]byte, 0, size), line...)
	data = aead.Seal(data, h.Nonce, plain, line)
	return data, k.opens(data, plain)
}

// opens makes sure that a sealed file gives back what was sealed, before it takes the place of a good one.
func (k *sealKey) opens(data, plain []byte) error {
	h, sealed, err := parse(data)
	if err != nil {
		return fmt.Errorf("vault: seal: what was sealed does not open: %w", err)
	}
	again, err := k.unseal(h, sealed)
	if err != nil || !bytes.Equal(again, plain) {
		return fmt.Errorf("vault: seal: %w: what was sealed does not open", ErrDamaged)
	}
	return nil
}

// unseal returns what seal was given. Errors: ErrDamaged.
func (k *sealKey) unseal(h header, sealed []byte) ([]byte, error) {
	plain, err := gcm(k.key[:]).Open(nil, h.Nonce, sealed, h.line)
	if err != nil {
		return nil, fmt.Errorf("%w: the content was changed", ErrDamaged)
	}
	return plain, nil
}

// gcm returns AES-256-GCM; it fails for a key of another length alone, which there is none of.
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

// asItem is keys as a keychain keeps them: ASCII, and far below the 2,560 bytes that Windows allows: "v1.<id>.<key>",
// and while the vault passes from one key to the next "v2.<id>.<key>.<id>.<key>".
func asItem(keys []*sealKey) []byte {
	out := []byte("v" + strconv.Itoa(len(keys)))
	for _, k := range keys {
		out = append(out, "."+k.id+"."+base64.RawURLEncoding.EncodeToString(k.key[:])...)
	}
	return out
}

// fromItem reads what asItem wrote.
func fromItem(data []byte, kind Kind, item string) ([]*sealKey, error) {
	parts := bytes.Split(data, []byte("."))
	n := (len(parts) - 1) / 2
	if len(parts) != 1+2*n || n < 1 || n > 2 || string(parts[0]) != "v"+strconv.Itoa(n) {
		return nil, fmt.Errorf("%w: its item is not one of ours", ErrKeychain)
	}
	var keys []*sealKey
	for i := 1; i < len(parts); i += 2 {
		raw, err := base64.RawURLEncoding.DecodeString(string(parts[i+1]))
		if err != nil || len(raw) != keySize || len(parts[i]) == 0 {
			return nil, fmt.Errorf("%w: its item is not one of ours", ErrKeychain)
		}
		k := &sealKey{kind: kind, id: string(parts[i]), item: item}
		copy(k.key[:], raw)
		keys = append(keys, k)
	}
	return keys, nil
}
