package vault

import (
	"errors"
	"fmt"
	"slices"
)

// Errors of the keychain and of the passphrase; each is a state of its own.
var (
	ErrKeychainAbsent    = errors.New("vault: this system has no keychain that answers")
	ErrKeychainLocked    = errors.New("vault: the keychain is locked")
	ErrKeychainDismissed = errors.New("vault: the keychain's question was dismissed")
	ErrKeychainTimeout   = errors.New("vault: the keychain did not answer in time")
	// ErrNoCollection means that no collection of the Secret Service is the default one.
	ErrNoCollection = errors.New("vault: the keychain has no default collection")
	ErrKeychain     = errors.New("vault: the keychain failed")

	ErrPassphraseNeeded = errors.New("vault: a passphrase is needed")
	ErrWrongPassphrase  = errors.New("vault: the passphrase is wrong")
	ErrWeakPassphrase   = errors.New("vault: the passphrase is too short")

	ErrReadOnly = errors.New("vault: the data folder cannot be written")
	// ErrInTheWay means that a folder has the name of a file that is to be written. It is left
	// alone: whoever made it meant something by it.
	ErrInTheWay = errors.New("vault: a folder stands where a file is to be written")
	ErrDiskFull = errors.New("vault: the disk is full")
	ErrDisk     = errors.New("vault: the disk failed")
	// ErrTooLarge means that what is to be stored could not be read back.
	ErrTooLarge = errors.New("vault: more than a file can hold")
	// ErrUnreadable means that the file is there and may not be read by this user.
	ErrUnreadable = errors.New("vault: the file may not be read")
	// ErrKept means that the file could not be replaced, and that what was to be stored
	// lies beside it: the next run finds it there.
	ErrKept = errors.New("vault: the file could not be replaced")
	// ErrNoLock means that no lock can be had, without which two programs could spend one refresh token.
	ErrNoLock = errors.New("vault: no file system here offers a lock")
	ErrKind   = errors.New("vault: the store is none of keychain, file and memory")
)

// Reasons for which a file is set aside.
var (
	ErrDamaged  = errors.New("vault: the file is damaged")
	ErrNewer    = errors.New("vault: the file was written by a newer version")
	ErrKeyLost  = errors.New("vault: the key is no longer in the keychain")
	ErrWrongKey = errors.New("vault: the file was sealed with another key")
	ErrReplaced = errors.New("vault: another store was chosen while the file could not be opened")
	// ErrForgotten means that a person started over, since nobody knows the passphrase.
	ErrForgotten = errors.New("vault: a person started over without the passphrase")
)

// UnreadableError tells that what is stored can never be read as things are. The file is where it was: it is set
// aside when somebody signs in, and not before, since the right keychain may come back.
type UnreadableError struct {
	Reason error // ErrDamaged, ErrNewer, ErrKeyLost or ErrWrongKey
}

// Error is the reason.
func (e *UnreadableError) Error() string { return e.Reason.Error() }

// Unwrap returns the reason.
func (e *UnreadableError) Unwrap() error { return e.Reason }

// Unreadable tells package session that setting aside is the way on.
func (*UnreadableError) Unreadable() {}

// SetAsideError tells that a file could not be read and was renamed.
type SetAsideError struct {
	Path   string // where the file is now
	Reason error
}

// Error names the reason and the new name.
func (e *SetAsideError) Error() string { return fmt.Sprintf("%v; it is kept as %s", e.Reason, e.Path) }

// Unwrap returns the reason.
func (e *SetAsideError) Unwrap() error { return e.Reason }

// SetAside returns where the file is now.
func (e *SetAsideError) SetAside() string { return e.Path }

// isAny reports whether err matches one of the errors.
func isAny(err error, of ...error) bool {
	return slices.ContainsFunc(of, func(one error) bool { return errors.Is(err, one) })
}
