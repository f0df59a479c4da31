package ui

import (
	"context"

	"app.latchkey/internal/account"
	"app.latchkey/internal/secret"
)

// Names of the stores, as settings name them.
const (
	storeKeychain = "keychain"
	storeFile     = "file"
	storeMemory   = "memory"
)

// Unlock opens the vault with its passphrase.
func (w *Window) Unlock(passphrase string) Job {
	typed := secret.New(passphrase)
	return w.mend("unlock", func(ctx context.Context) error { return w.now().Unlock(ctx, typed) })
}

// UnlockKeychain lets the system ask the person to unlock the keychain.
func (w *Window) UnlockKeychain() Job {
	return w.mend("unlock the keychain", func(ctx context.Context) error { return w.now().UnlockKeychain(ctx) })
}

// StartOver puts away what a forgotten passphrase protects, and begins with nobody.
func (w *Window) StartOver() Job {
	return w.mend("start over", func(ctx context.Context) error { return w.now().StartOver(ctx) })
}

// ChoosePassphrase shows the screen on which a passphrase is chosen instead of the
// keychain.
func (w *Window) ChoosePassphrase() { w.change(func(m *Model) { m.Choosing = true }) }

// ProtectWithPassphrase seals with a passphrase from now on.
func (w *Window) ProtectWithPassphrase(passphrase string) Job {
	return w.store(storeFile, secret.New(passphrase))
}

// UseKeychain seals with the system's keychain from now on.
func (w *Window) UseKeychain() Job { return w.store(storeKeychain, secret.Secret{}) }

// UseMemory keeps nothing when the app ends, this time.
func (w *Window) UseMemory() Job { return w.store(storeMemory, secret.Secret{}) }

// store seals what is stored anew for another store.
func (w *Window) store(kind string, passphrase secret.Secret) Job {
	return w.mend("change the store", func(ctx context.Context) error {
		return w.now().ChangeStore(ctx, kind, passphrase)
	})
}

// mend does what makes the vault usable, and then goes on with what the person wanted:
// the vault is read, or the sign-in that it stopped is begun again. A failure is shown.
func (w *Window) mend(what string, f func(context.Context) error) Job {
	return func(ctx context.Context) error {
		w.change(func(m *Model) { m.Problem = nil }) // of the try before
		if err := f(ctx); err != nil {
			w.Fail(what, err)
			return err
		}
		w.change((*Model).clear)
		a := w.Account()
		s := a.Snapshot()
		if s.Phase == account.PhaseLocked || s.Phase == account.PhaseStarting {
			return a.Restore(ctx)
		}
		a.DismissErr()
		if s.Err == nil || !mendedByStore[w.words(s.Err).Code] {
			return nil
		}
		if again := w.signIn(a.Asked()); again != nil {
			return again(ctx)
		}
		return nil
	}
}

// mendedByStore are the problems that a change of the store mends.
var mendedByStore = map[string]bool{
	"keychain_absent": true, "keychain_locked": true, "keychain_dismissed": true, "keychain_slow": true,
	"passphrase_needed": true, "wrong_passphrase": true, "weak_passphrase": true, "store_failed": true,
}
