// Package hardware makes keys of package proof where they cannot be copied from: in a TPM 2.0 on Linux, by Windows'
// Platform Crypto Provider, in the Secure Enclave on macOS. It falls back on a key in software where there is none of
// these and the caller allows it.
//
// On Linux it talks to the TPM's device and writes nothing: the wrapped key is the blob. On Windows and macOS the
// system keeps the key and the blob names it. The package does not decide where the blob is stored.
//
// Windows' and macOS' parts compile for their systems and have been run on none.
package hardware

import (
	"fmt"

	"app.latchkey/internal/proof"
	"app.latchkey/internal/secret"
)

// Maker makes and opens keys. The zero value takes hardware where there is some.
type Maker struct {
	// Device is the TPM's device file on Linux, or the Unix socket of a simulated TPM;
	// empty is /dev/tpmrm0. It means nothing elsewhere.
	Device string
	// Want says which kinds of keys [Maker.New] may make.
	Want Want
}

// Want is a choice of keys.
type Want string

// The choices.
const (
	Any          Want = ""         // hardware where there is some, else software
	HardwareOnly Want = "hardware" // none but in hardware
	SoftwareOnly Want = "software" // hardware is not asked
)

// New makes a key. It asks the hardware, which may take a second, and so must not be called where a person waits for
// the window. With [HardwareOnly] it fails with [proof.ErrHardware]; [Maker.Hardware] says why another choice gave a
// software key.
func (m Maker) New() (*proof.Key, error) {
	if m.Want != SoftwareOnly {
		key, err := m.create()
		if err == nil || m.Want == HardwareOnly {
			return key, err
		}
	}
	return proof.NewSoftware()
}

// Open opens a key from its blob, wherever it was made; [Maker.Want] counts for nothing. Errors: [proof.ErrBlob];
// [proof.ErrHardware] where the hardware is gone or cannot be used; [proof.ErrForeignKey], a
// [*proof.ForeignKeyError], where it is not the one that made the key.
func (m Maker) Open(blob secret.Secret) (*proof.Key, error) {
	place, data, err := proof.ReadBlob(blob)
	switch {
	case err != nil:
		return nil, err
	case place == proof.Software:
		return proof.OpenSoftware(blob)
	case place != native:
		err := fmt.Errorf("%w: it was made on another system", proof.ErrHardware)
		return nil, &proof.ForeignKeyError{Place: place, Err: err}
	}
	return m.open(data, blob)
}

// Hardware says which hardware [Maker.New] would use, or why it would use none. It makes a key and forgets it: that
// the hardware is there does not mean that it may be used.
func (m Maker) Hardware() (proof.Place, error) {
	key, err := m.create()
	if err != nil {
		return proof.Software, err
	}
	defer func() { _ = key.Close() }()
	return key.Place(), m.Forget(key.Blob())
}

// Forget removes what the system keeps of a key, at a sign-out. Of a TPM's key and of
// one in software nothing is kept but the blob.
func (m Maker) Forget(blob secret.Secret) error {
	place, data, err := proof.ReadBlob(blob)
	if err != nil || place != native {
		return err
	}
	return m.forget(data)
}

// unusable is [proof.ErrHardware] with the reason.
func unusable(what string, err error) error {
	return fmt.Errorf("%w: %s: %w", proof.ErrHardware, what, err)
}
