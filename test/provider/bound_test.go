//go:build linux

package provider_test

import (
	"testing"

	"app.latchkey/test/certified"
	"app.latchkey/test/story"
	"app.latchkey/test/tpm"
)

// Sign-in, userinfo, refresh and an API's requests with a key in a TPM, against a provider that
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
