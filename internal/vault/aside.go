package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"app.latchkey/internal/secret"
)

// isAside reports whether a file's name is one of those that [Vault.putAway] gives.
func isAside(name string) bool {
	return strings.HasPrefix(name, fileName+".") && strings.Contains(name, "Z.unreadable")
}

// SetAside renames the file whose content makes no sense to the caller, or cannot be read, and returns a
// [*SetAsideError]; nil when there is no file. The caller holds the lock, and a person is signing in.
func (v *Vault) SetAside(reason error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.kind == Memory {
		v.memory = nil
		return nil
	}
	return v.setAside(reason)
}

// setAside renames what was read last. v.mu and the lock are held.
func (v *Vault) setAside(reason error) error {
	root, err := v.folder.make()
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	name := fileName
	if v.source == nextName {
		name = nextName
	}
	to, err := v.putAway(root, name, fileName)
	v.key, v.source, v.turn = nil, "", ""
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	v.conf.Log.Warn("vault.set_aside", "path", to, "reason", reason)
	return &SetAsideError{Path: to, Reason: reason}
}

// putAway gives a file a name that no file has yet and that begins as is said, and returns its whole path.
func (v *Vault) putAway(root *os.Root, name, begins string) (string, error) {
	base := begins + "." + v.conf.Now().UTC().Format("20060102T150405Z") + ".unreadable"
	to := base
	for n := 2; ; n++ {
		if _, err := root.Lstat(to); err != nil {
			break // nobody has the name
		}
		to = fmt.Sprintf("%s.%d", base, n)
	}
	return filepath.Join(v.folder.dir, to), v.folder.move(root, name, to)
}

// StartOver puts what is stored away, with its keys: for a passphrase that nobody knows any more. Nothing is deleted.
// The next [Vault.Load] tells where the file is, and from then on the vault is empty.
func (v *Vault) StartOver(ctx context.Context) error {
	release, err := v.lockFile(ctx)
	if err != nil {
		return err
	}
	defer release()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.passphrase, v.memory = secret.Secret{}, nil
	return v.putAllAway(ErrForgotten)
}

// putAllAway puts the files and the keys of a passphrase away. v.mu and the lock are held.
func (v *Vault) putAllAway(reason error) error {
	root, err := v.folder.make()
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	kept := ""
	for _, f := range []struct{ name, begins string }{
		{nextName, fileName}, {fileName, fileName}, {keyName, "vault-key"},
	} {
		to, err := v.putAway(root, f.name, f.begins)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if f.name == fileName || kept == "" {
			kept = to
		}
	}
	v.key, v.source, v.turn, v.wrapping = nil, "", "", nil
	if kept != "" {
		v.conf.Log.Warn("vault.set_aside", "path", kept, "reason", reason)
		v.untold = &SetAsideError{Path: kept, Reason: reason}
	}
	return nil
}
