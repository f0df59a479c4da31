package vault

import (
	"errors"
	"fmt"
)

// Errors of the keychain and of the passphrase; each is a state of its own.
var (
	ErrKeychainAbsent    = errors.New("vault: this system has no keychain that answers")
	ErrKeychainLocked    = errors.New("vault: the keychain is locked")
	ErrKeychainDismissed = errors.New("vault: the keychain's question was dismissed")
	ErrKeychainTimeout   = errors.New("vault: the keychain did not answer in time")
	ErrKeychain          = errors.New("vault: the keychain failed")

	ErrPassphraseNeeded = errors.New("vault: a passphrase is needed")
	ErrWrongPassphrase  = errors.New("vault: the passphrase is wrong")
	ErrWeakPassphrase   = errors.New("vault: the passphrase is too short")

	ErrReadOnly = errors.New("vault: the data folder cannot be written")
	ErrDiskFull = errors.New("vault: the disk is full")
	ErrDisk     = errors.New("vault: the disk failed")
	ErrKind     = errors.New("vault: the store is none of keychain, file and memory")
)

// Reasons for which a file is set aside.
var (
	ErrDamaged  = errors.New("vault: the file is damaged")
	ErrNewer    = errors.New("vault: the file was written by a newer version")
	ErrKeyLost  = errors.New("vault: the key is no longer in the keychain")
	ErrWrongKey = errors.New("vault: the file was sealed with another key")
	ErrReplaced = errors.New("vault: another store was chosen while the file could not be opened")
)

// SetAsideError tells that a file could not be read and was renamed. Load returns
// it once; the vault is empty from then on.
type SetAsideError struct {
	Path   string // where the file is now
	Reason error  // ErrDamaged, ErrNewer, ErrKeyLost or ErrWrongKey
}

// Error names the reason and the new name.
func (e *SetAsideError) Error() string { return fmt.Sprintf("%v; it is kept as %s", e.Reason, e.Path) }

// Unwrap returns the reason.
func (e *SetAsideError) Unwrap() error { return e.Reason }

// SetAside returns where the file is now.
func (e *SetAsideError) SetAside() string { return e.Path }
