package vault

import (
	"bytes"
	"errors"
	"os"
	"testing"
)

// FuzzParse parses files that a stranger has written. A file that is accepted is complete and within the limits, and a
// key of the vault does not open it.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"testdata/passphrase.v1.vault", "testdata/keychain.v1.vault"} {
		golden, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(golden)
	}
	f.Add([]byte("{\"latchkey\":\"vault\",\"v\":2}\n"))
	f.Add(
		[]byte(`{"latchkey":"vault","v":1,"alg":"A256GCM","seal":"file","kid":"k","nonce":"AAAAAAAAAAAAAAAA"}` + "\nx"))
	key := newKey(Keychain, "")
	f.Fuzz(func(t *testing.T, data []byte) {
		h, sealed, err := parse(data)
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewer) {
				t.Errorf("%v is neither ErrDamaged nor ErrNewer", err)
			}
			return
		}
		if !bytes.Equal(append(bytes.Clone(h.line), sealed...), data) {
			t.Error("header and content are not the whole file")
		}
		if h.legacy() && !h.KDF.sound() {
			t.Errorf("a greedy key derivation was accepted: %+v", h.KDF)
		}
		if _, err := key.unseal(h, sealed); !errors.Is(err, ErrDamaged) {
			t.Errorf("opened by a key that never sealed it: %v", err)
		}
	})
}

// FuzzItem reads what another program may have put into our place in the keychain.
func FuzzItem(f *testing.F) {
	f.Add(asItem([]*sealKey{newKey(Keychain, "")}))
	f.Add(asItem([]*sealKey{newKey(Keychain, ""), newKey(Keychain, "")}))
	f.Add([]byte("v1..AA"))
	f.Add([]byte("v2.id.key"))
	f.Fuzz(func(t *testing.T, data []byte) {
		keys, err := fromItem(data, Keychain, "")
		if err != nil {
			if !errors.Is(err, ErrKeychain) {
				t.Errorf("%v is no ErrKeychain", err)
			}
			return
		}
		again, err := fromItem(asItem(keys), Keychain, "")
		if err != nil || len(again) != len(keys) || again[0].id != keys[0].id || again[0].key != keys[0].key {
			t.Errorf("%q reads as another key: %v", data, err)
		}
	})
}
