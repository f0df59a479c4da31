package main

import (
	"context"
	"os"
	"strings"

	"app.latchkey/signin"
)

// store is the keychain, or a passphrase from a file where one is named.
func store(file string) signin.Store {
	if file == "" {
		return signin.Keychain()
	}
	return signin.Passphrase(func(context.Context, signin.PassphraseRequest) (string, error) {
		text, err := os.ReadFile(file)
		return strings.TrimSpace(string(text)), err
	})
}
