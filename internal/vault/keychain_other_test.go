//go:build windows || darwin

package vault_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/99designs/keyring"

	"app.latchkey/internal/vault"
)

// platformBackend is the keychain of the system.
var platformBackend = map[string]keyring.BackendType{
	"windows": keyring.WinCredBackend, "darwin": keyring.KeychainBackend,
}[runtime.GOOS]

func TestKeychain(t *testing.T) {
	conf := vault.Config{Kind: vault.Keychain, Service: "latchkey-test", Timeout: 30 * time.Second}
	t.Cleanup(func() { _ = open(t, conf).Remove(itemName(conf)) })
	onKeychain(t, conf)
}
