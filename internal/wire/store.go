package wire

import (
	"context"
	"errors"

	"app.latchkey/internal/secret"
	"app.latchkey/internal/settings"
	"app.latchkey/internal/vault"
)

// storeKey is the setting that says what the vault is sealed with.
const storeKey = "store"

// ChangeStore seals with another store or another passphrase from now on, and keeps
// the choice for the next start; memory is for this time alone. Where the
// administrator's policy names the store nothing is changed. Errors are of the
// settings or of the vault; when it fails nothing has changed.
func (p *Parts) ChangeStore(ctx context.Context, kind string, passphrase secret.Secret) error {
	now, err := p.Settings.Reload()
	if err != nil {
		return err
	}
	source := now.Sources[storeKey]
	switch {
	case source.Locked && kind != now.Store:
		return &settings.Error{Source: source, Key: storeKey, Problem: "locked by the administrator's policy"}
	case vault.Kind(kind) == vault.Memory || kind == now.Store:
		return p.Vault.Change(ctx, vault.Kind(kind), passphrase)
	}
	before := ""
	if source.Name == settings.PreferencesName {
		before = now.Store
	}
	if err := now.SavePreferences(map[string]string{storeKey: kind}); err != nil {
		return err
	}
	if err := p.Vault.Change(ctx, vault.Kind(kind), passphrase); err != nil {
		return errors.Join(err, now.SavePreferences(map[string]string{storeKey: before}))
	}
	return nil
}
