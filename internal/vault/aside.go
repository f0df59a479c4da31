package vault

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
)

// errMoved means that the file is not the one that was read: another process has set
// it aside, or has written a new one.
var errMoved = errors.New("vault: the file has changed meanwhile")

// SetAside renames a file whose content makes no sense to the caller.
func (v *Vault) SetAside(reason error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.setAside(reason); !errors.Is(err, errMoved) {
		return err
	}
	return errors.Join(reason, errMoved)
}

// setAside renames the file that was read last, and gives it a name that no file has
// yet. A read takes no lock, so another process may have been faster: its new file
// is put back, and errMoved returned.
func (v *Vault) setAside(reason error) error {
	judged := v.seen
	to, err := v.putAway()
	if errors.Is(err, os.ErrNotExist) {
		return errMoved
	}
	if err != nil {
		return errors.Join(reason, diskError("set aside", err))
	}
	if data, err := os.ReadFile(to); err == nil && sha256.Sum256(data) != judged {
		// A hard link fails where the name is taken: then there is a newer one still.
		if err := os.Link(to, v.path()); err == nil || errors.Is(err, os.ErrExist) {
			return errors.Join(errMoved, os.Remove(to))
		}
	}
	return v.asideAs(to, reason)
}

// putAway gives the file another name, in one step, so that none is left without.
func (v *Vault) putAway() (string, error) {
	base := v.path() + "." + v.conf.Now().UTC().Format("20060102T150405Z") + ".unreadable"
	to := base
	for n := 2; ; n++ {
		if _, err := os.Lstat(to); err != nil {
			break // nobody has the name
		}
		to = fmt.Sprintf("%s.%d", base, n)
	}
	return to, os.Rename(v.path(), to)
}

// replace puts the file away for another one that a person chose; the lock is held.
func (v *Vault) replace() error {
	to, err := v.putAway()
	if err != nil {
		return diskError("set aside", err)
	}
	v.untold = v.asideAs(to, ErrReplaced)
	return nil
}

// asideAs notes that the file is at to now.
func (v *Vault) asideAs(to string, reason error) error {
	v.key = nil
	v.conf.Log.Warn("vault.set_aside", "path", to, "reason", reason)
	return &SetAsideError{Path: to, Reason: reason}
}
