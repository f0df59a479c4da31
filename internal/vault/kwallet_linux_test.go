package vault_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/99designs/keyring"

	"app.latchkey/internal/vault"
	"app.latchkey/test/bus"
)

// KWallet by its own interface keeps the key as the keychain library kept it, under the name of this Plasma's daemon
// and of the one before.
func TestKWallet(t *testing.T) {
	for _, daemon := range []string{"kwalletd5", "kwalletd6"} {
		t.Run(daemon, func(t *testing.T) {
			b := bus.Start(t, t.TempDir())
			t.Setenv("DBUS_SESSION_BUS_ADDRESS", b.Address)
			conf := vault.Config{
				Dir: t.TempDir(), Kind: vault.Keychain, Service: "latchkey-test", Backend: "kwallet", Timeout: time.Minute,
			}
			if err := vault.New(conf).Ready(t.Context()); !errors.Is(err, vault.ErrKeychainAbsent) {
				t.Errorf("without a KWallet: %v, want ErrKeychainAbsent", err)
			}
			w := b.Wallet(t, daemon)
			if err := vault.New(conf).Probe(t.Context()); err != nil {
				t.Errorf("what the doctor does: %v", err)
			}
			if left := w.Entry("latchkey-test", "latchkey-test", "latchkey-test self-test"); len(left) > 0 {
				t.Errorf("it leaves %q", left)
			}
			v := saved(t, conf)
			if err := v.SaveAnew(t.Context(), blob); err != nil {
				t.Errorf("at a sign-out: %v", err)
			}
			if got, err := vault.New(conf).Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
				t.Errorf("%q %v", got, err)
			}
			var kept keyring.Item
			if err := json.Unmarshal(w.Entry("latchkey-test", "latchkey-test", itemName(conf)), &kept); err != nil ||
				kept.Key != itemName(conf) || !bytes.HasPrefix(kept.Data, []byte("v1.")) {
				t.Errorf("the library would not know it: %+v %v", kept, err)
			}
			w.Refuse(true)
			if _, err := vault.New(conf).Load(t.Context()); !errors.Is(err, vault.ErrKeychainDismissed) {
				t.Errorf("%v, want ErrKeychainDismissed", err)
			}
			w.Refuse(false)
			if got, err := vault.New(conf).Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
				t.Errorf("after a refusal: %q %v", got, err)
			}
		})
	}
}
