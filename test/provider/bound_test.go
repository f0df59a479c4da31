//go:build linux

package provider_test

import (
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"app.latchkey/internal/proof"
	"app.latchkey/internal/proof/hardware"
	"app.latchkey/test/certified"
	"app.latchkey/test/story"
	"app.latchkey/test/tpm"
)

// Sign-in, userinfo, refresh, an API's requests and a step-up with a key in a TPM, against a provider that
// demands all of it; then the vault is carried to another computer.
func TestTheTPM(t *testing.T) {
	issuer := certified.Start(t, "BOUND=1")
	own, thief := tpm.Start(t), tpm.Start(t)
	story.Run(t, "testdata/bound.txt", map[string]string{
		"ISSUER": issuer, "LATCHKEY_ISSUER": issuer, "LATCHKEY_CLIENT_ID": "desk", "LATCHKEY_DPOP": "require",
		"LATCHKEY_DPOP_KEY": "hardware", "LATCHKEY_PAR": "require", "LATCHKEY_TPM_DEVICE": own, "TPM": own,
		"THIEF": thief,
	}, pages)
}

// Several processes renew one session once, with a key in a TPM and a provider's nonces.
func TestManyProcessesOfABoundSession(t *testing.T) {
	issuer := certified.Start(t, "BOUND=1", "CROWD=1")
	story.Run(t, "testdata/crowd.txt", map[string]string{
		"ISSUER": issuer, "LATCHKEY_ISSUER": issuer, "LATCHKEY_CLIENT_ID": "desk", "LATCHKEY_DPOP": "require",
		"LATCHKEY_DPOP_KEY": "hardware", "LATCHKEY_TPM_DEVICE": tpm.Start(t),
	}, pages)
}

// A client that authenticates by a key (private_key_jwt): once with the key in a file, once in a TPM, which then has
// the session's key too.
func TestAClientWithAKey(t *testing.T) {
	key, err := proof.NewSoftware()
	if err != nil {
		t.Fatal(err)
	}
	_, der, err := proof.ReadBlob(key.Blob())
	if err != nil {
		t.Fatal(err)
	}
	keyed(t, key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), "")
	device := tpm.Start(t)
	if key, err = (hardware.Maker{Device: device, Want: hardware.HardwareOnly}).New(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = key.Close() })
	keyed(t, key, []byte(key.Blob().Reveal()+"\n"), device)
}

// keyed runs the story with the key in a file.
func keyed(t *testing.T, key *proof.Key, file []byte, device string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "client-key")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	public, err := json.Marshal(key.JWK())
	if err != nil {
		t.Fatal(err)
	}
	issuer := certified.Start(t, "BOUND=1", "CLIENT_JWK="+string(public))
	story.Run(t, "testdata/keyed.txt", map[string]string{
		"ISSUER": issuer, "LATCHKEY_ISSUER": issuer, "LATCHKEY_CLIENT_KEY_FILE": path, "LATCHKEY_TPM_DEVICE": device,
	}, pages)
}
