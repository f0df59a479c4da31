package vault

import (
	"os"
	"time"

	"github.com/gofrs/flock"
)

// ItemName is the name of the keychain's item of a vault.
func ItemName(c Config) string { return newRing(c).at(itemOf(c.Dir)).item }

// RefuseLocks makes the folder's file system one without locks.
func (v *Vault) RefuseLocks(err error) {
	v.lock.try = func(f *flock.Flock) (bool, error) {
		if f.Path() == v.folder.dir+"/"+lockName {
			return false, err
		}
		return f.TryLock()
	}
}

// RefuseModes makes the folder's file system one without modes.
func (v *Vault) RefuseModes(err error) {
	v.folder.chmod = func(string, os.FileMode) error { return err }
}

// RefuseRenames refuses renames onto the vault's file for a while.
func (v *Vault) RefuseRenames(err error, d time.Duration) {
	end := time.Now().Add(d)
	v.folder.rename = func(root *os.Root, from, to string) error {
		if to == fileName && time.Now().Before(end) {
			return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
		}
		return root.Rename(from, to)
	}
}
