package vault

import (
	"errors"
	"fmt"
	"os"
)

// SetAside renames a file whose content makes no sense to the caller.
func (v *Vault) SetAside(reason error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.setAside(reason)
}

// setAside gives the file a name that no file has yet.
func (v *Vault) setAside(reason error) error {
	base := v.path() + "." + v.conf.Now().UTC().Format("20060102T150405Z") + ".unreadable"
	to := base
	for n := 2; ; n++ {
		// A hard link fails where the name is taken, and loses nothing when it does.
		err := os.Link(v.path(), to)
		if errors.Is(err, os.ErrExist) && n < 100 {
			to = fmt.Sprintf("%s.%d", base, n)
			continue
		}
		if err != nil {
			if err = os.Rename(v.path(), to); err != nil {
				return errors.Join(reason, diskError("set aside", err))
			}
		} else if err = os.Remove(v.path()); err != nil {
			return errors.Join(reason, diskError("set aside", err))
		}
		break
	}
	v.key = nil
	v.conf.Log.Warn("vault.set_aside", "path", to, "reason", reason)
	return &SetAsideError{Path: to, Reason: reason}
}
