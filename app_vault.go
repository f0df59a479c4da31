package main

import (
	"context"

	"app.latchkey/internal/account"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/secret"
)

// Names of the stores, as settings name them.
const (
	storeKeychain = "keychain"
	storeFile     = "file"
	storeMemory   = "memory"
)

// Unlock opens the vault with its passphrase.
func (a *App) Unlock(passphrase string) (err error) {
	defer a.guard("Unlock", &err)
	typed := secret.New(passphrase)
	a.do("unlock", func(ctx context.Context) error {
		if err := a.core().unlock(ctx, typed); err != nil {
			a.fail("unlock", err)
			return err
		}
		a.clear()
		return a.reopen(ctx)
	})
	return nil
}

// UnlockKeychain lets the system ask the person to unlock the keychain.
func (a *App) UnlockKeychain() (err error) {
	defer a.guard("UnlockKeychain", &err)
	a.do("unlock the keychain", func(ctx context.Context) error {
		if err := a.core().unlockKeychain(ctx); err != nil {
			a.fail("unlock the keychain", err)
			return err
		}
		a.clear()
		return a.reopen(ctx)
	})
	return nil
}

// ChoosePassphrase shows the screen on which a passphrase is chosen instead of the
// keychain.
func (a *App) ChoosePassphrase() (err error) {
	defer a.guard("ChoosePassphrase", &err)
	a.mu.Lock()
	a.choosing = true
	a.mu.Unlock()
	a.publish()
	return nil
}

// ProtectWithPassphrase seals with a passphrase from now on.
func (a *App) ProtectWithPassphrase(passphrase string) (err error) {
	defer a.guard("ProtectWithPassphrase", &err)
	return a.change(storeFile, secret.New(passphrase))
}

// UseKeychain seals with the system's keychain from now on.
func (a *App) UseKeychain() (err error) {
	defer a.guard("UseKeychain", &err)
	return a.change(storeKeychain, secret.Secret{})
}

// UseMemory keeps nothing when the app ends, this time.
func (a *App) UseMemory() (err error) {
	defer a.guard("UseMemory", &err)
	return a.change(storeMemory, secret.Secret{})
}

// change seals what is stored anew for another store, and goes on with what the
// person wanted.
func (a *App) change(kind string, passphrase secret.Secret) error {
	a.do("change the store", func(ctx context.Context) error {
		if err := a.core().changeStore(ctx, kind, passphrase); err != nil {
			a.fail("change the store", err)
			return err
		}
		a.clear()
		return a.reopen(ctx)
	})
	return nil
}

// reopen reads the vault again, or goes on with the sign-in that it stopped.
func (a *App) reopen(ctx context.Context) error {
	c := a.core()
	s := c.account.Snapshot()
	if s.Phase == account.PhaseLocked || s.Phase == account.PhaseStarting {
		return c.account.Restore(ctx)
	}
	stopped := s.Err != nil && vaultCodes[problem.From(s.Err, c.provider).Code]
	c.account.Dismiss()
	if stopped {
		a.mu.Lock()
		req := a.last
		a.mu.Unlock()
		a.signIn(req)
	}
	return nil
}

// vaultCodes are the problems that a change of the store mends.
var vaultCodes = map[string]bool{
	"keychain_absent": true, "keychain_locked": true, "keychain_dismissed": true, "keychain_slow": true,
	"passphrase_needed": true, "wrong_passphrase": true, "weak_passphrase": true, "store_failed": true,
}
