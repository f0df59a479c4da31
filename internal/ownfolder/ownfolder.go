// Package ownfolder tells whose a folder is. A run as root with another person's HOME
// would leave files that the person can no longer write: their sessions would be lost
// with the next refresh. Whoever is about to write asks first.
//
// It looks at folders, and changes nothing but the modes that [Change.Make] is asked to
// change, of this user's own files. It touches no network and no keychain.
package ownfolder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrForeign is matched by every [ForeignError].
var ErrForeign = errors.New("ownfolder: the folder belongs to another person")

// ForeignError tells whose the folder is in which this user was about to write.
type ForeignError struct {
	Dir   string // the folder, or the nearest one above it that exists
	Owner string // the owner's name, or their number when it has none here
}

// Error names the folder and its owner.
func (e *ForeignError) Error() string {
	return fmt.Sprintf("%v: %s belongs to %s, and this program runs as root", ErrForeign, e.Dir, e.Owner)
}

// Unwrap returns [ErrForeign].
func (e *ForeignError) Unwrap() error { return ErrForeign }

// Check returns nil when this user may make files in dir for themselves, and a [*ForeignError] when this user is root
// and dir, or the nearest folder above it that exists, belongs to somebody else. Other users' rights are the system's
// to enforce: a network share may name any owner. On Windows it returns nil.
func Check(dir string) error {
	if !root() {
		return nil
	}
	for {
		info, err := os.Stat(dir)
		if err == nil {
			return foreign(dir, info)
		}
		above := filepath.Dir(dir)
		if !errors.Is(err, os.ErrNotExist) || above == dir {
			return nil // whoever writes there is told why it fails
		}
		dir = above
	}
}
