package signin

import (
	"context"

	"app.latchkey/internal/vault"
)

// Store says what protects the session on disk. It is made by [Keychain], [Passphrase] and [Memory]; the zero value is
// Keychain.
type Store struct {
	kind vault.Kind
	ask  func(context.Context, PassphraseRequest) (string, error)
}

// Keychain keeps the key in the system's keychain: Keychain on macOS, Credential Manager on Windows, the Secret
// Service on Linux. Without one [Client.SignIn] fails with [ErrStore]; it never takes a weaker store by itself.
func Keychain() Store { return Store{kind: vault.Keychain} }

// Passphrase wraps the key by a passphrase (Argon2id, RFC 9106). ask is called when the passphrase is needed: in
// [Open] when there is something to unlock, and in [Client.SignIn] when a new one is to be chosen. It is asked three
// times at the most; an error of it ends the call.
func Passphrase(ask func(context.Context, PassphraseRequest) (string, error)) Store {
	return Store{kind: vault.File, ask: ask}
}

// Memory keeps the session until [Client.Close] and writes nothing to the disk.
func Memory() Store { return Store{kind: vault.Memory} }

// PassphraseRequest says why a passphrase is asked for.
type PassphraseRequest struct {
	// New asks for a new passphrase of at least 8 characters: nothing is stored yet.
	New bool
	// Refused is why the passphrase before did not do; nil at the first time.
	Refused *Error
}
