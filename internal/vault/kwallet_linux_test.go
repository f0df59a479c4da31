package vault_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/99designs/keyring"

	"app.latchkey/internal/vault"
	"app.latchkey/test/bus"
)

// KWallet keeps the key, and a person who closes its question is not told that the key is lost. The test runs in a
// child of its own: the keychain library connects to the bus that the environment names when it is imported.
func TestKWallet(t *testing.T) {
	if os.Getenv("VAULT_TEST_KWALLET") == "" {
		b := bus.Start(t, t.TempDir())
		cmd := exec.Command(os.Args[0], "-test.run=^TestKWallet$", "-test.v", "-test.timeout=5m")
		cmd.Env = append(os.Environ(), "DBUS_SESSION_BUS_ADDRESS="+b.Address, "VAULT_TEST_KWALLET=1")
		out, err := cmd.CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("--- PASS: TestKWallet")) {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	b := &bus.Bus{Address: os.Getenv("DBUS_SESSION_BUS_ADDRESS")}
	conf := vault.Config{
		Dir: t.TempDir(), Kind: vault.Keychain, Service: "latchkey-test", Backend: "kwallet", Timeout: time.Minute,
	}
	w := b.Wallet(t, "kwalletd5")
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
		t.Errorf("%+v %v", kept, err)
	}
	w.Refuse(true)
	if _, err := vault.New(conf).Load(t.Context()); !errors.Is(err, vault.ErrKeychainDismissed) {
		t.Errorf("%v, want ErrKeychainDismissed", err)
	}
	w.Refuse(false)
	if got, err := vault.New(conf).Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
		t.Errorf("after a refusal: %q %v", got, err)
	}
}
