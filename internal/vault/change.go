package vault

import (
	"context"
	"errors"

	"app.latchkey/internal/secret"
)

// Unlock takes the passphrase of a file. A wrong one changes nothing.
func (v *Vault) Unlock(ctx context.Context, passphrase secret.Secret) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	before := v.passphrase
	v.passphrase = passphrase
	var err error
	if v.stored() {
		_, err = v.read(ctx)
	} else {
		err = strong(passphrase)
	}
	if errors.Is(err, ErrWrongPassphrase) || errors.Is(err, ErrWeakPassphrase) {
		v.passphrase = before
		return err
	}
	return nil // whatever else is wrong, Load says it
}

// UnlockKeychain lets the system ask the person to unlock the keychain.
func (v *Vault) UnlockKeychain(ctx context.Context) error { return v.ring.unlock(ctx) }

// Change seals with another kind, or another passphrase, from now on. What is stored is sealed anew at once; when
// that fails nothing has changed. A file that only an absent, locked or slow keychain could open is set aside when a
// passphrase is chosen instead, which the next [Vault.Load] tells. Memory leaves what is on disk as it is, for
// another time. When it is killed in between, a new passphrase holds already.
func (v *Vault) Change(ctx context.Context, kind Kind, passphrase secret.Secret) error {
	if kind == File {
		if err := strong(passphrase); err != nil {
			return err
		}
	}
	release, err := v.changing(ctx, kind)
	if err != nil {
		return err
	}
	defer release()
	v.mu.Lock()
	defer v.mu.Unlock()
	plain, replaced, err := v.carry(ctx, kind)
	if err != nil {
		return err
	}
	old := struct {
		kind Kind
		pass secret.Secret
		key  *sealKey
	}{v.kind, v.passphrase, v.key}
	v.kind, v.passphrase = kind, passphrase
	if err := v.reseal(ctx, plain, replaced); err != nil {
		v.kind, v.passphrase, v.key = old.kind, old.pass, old.key
		if old.key != nil && old.key.kind == File && !old.key.legacy && kind == File {
			err = errors.Join(err, keyFile{v}.store(ctx, []*sealKey{old.key})) // under the old passphrase again
		}
		return err
	}
	if old.key != nil && old.key.kind != kind && kind != Memory {
		// The keys of a file that is no longer there.
		if err := v.keeper(old.key.kind, old.key.item).drop(ctx); err != nil {
			v.conf.Log.Warn("vault.turn_put_off", "err", err)
		}
	}
	return nil
}

// changing holds the lock over a change that touches the file: another process may
// be about to write a token that must not be lost.
func (v *Vault) changing(ctx context.Context, to Kind) (func(), error) {
	if v.Kind() == Memory && to == Memory {
		return func() {}, nil
	}
	return v.lockFile(ctx)
}

// carry returns what is to be sealed anew, and whether it replaces a file that does not go along. v.mu is held.
func (v *Vault) carry(ctx context.Context, to Kind) (plain []byte, replaced bool, err error) {
	if v.kind == Memory && (to == Memory || v.memory != nil || !v.stored()) {
		return v.memory, to != Memory && v.memory != nil && v.stored(), nil
	}
	plain, err = v.load(ctx)
	switch {
	case err == nil, to == Memory:
		return plain, false, nil
	case hopeless(err):
		v.untold = v.setAside(err)
		return nil, false, nil
	case to == File && out(err):
		return nil, true, nil
	case v.kind == Memory && shut(err): // it was passed over for memory already
		if to == Keychain {
			return nil, true, nil
		}
		return nil, false, v.putAllAway(ErrReplaced)
	}
	return nil, false, err
}

// out reports whether a keychain cannot be asked now.
func out(err error) bool {
	return isAny(err, ErrKeychainAbsent, ErrKeychainLocked, ErrKeychainDismissed, ErrKeychainTimeout)
}

// shut reports whether a passphrase would open the file, and is not there.
func shut(err error) bool {
	return isAny(err, ErrPassphraseNeeded, ErrWrongPassphrase)
}

// reseal seals plain as the vault is set to, and makes sure that it can when there
// is nothing yet. v.mu and the lock are held.
func (v *Vault) reseal(ctx context.Context, plain []byte, replaced bool) error {
	switch {
	case v.kind == Memory:
		v.memory = plain
		return nil
	case plain == nil:
		key, err := v.sealWith(ctx)
		if err == nil && replaced {
			v.untold = v.setAside(ErrReplaced)
		}
		v.key = key
		return err
	}
	if replaced {
		v.untold = v.setAside(ErrReplaced)
	}
	if err := v.settle(); err != nil {
		return err
	}
	return v.writeAnew(ctx, plain)
}
