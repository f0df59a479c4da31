package hardware

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"time"

	"github.com/google/go-tpm/tpm2/transport"

	"app.latchkey/internal/proof"
	"app.latchkey/internal/secret"
)

const (
	native    = proof.TPM
	tpmDevice = "/dev/tpmrm0" // with the kernel's resource manager, so that several programs share it
)

func (m Maker) device() string { return cmp.Or(m.Device, tpmDevice) }

func (m Maker) create() (*proof.Key, error) {
	made, err := create(m.device())
	if err != nil {
		return nil, err
	}
	public, err := made.key()
	if err != nil {
		return nil, fmt.Errorf("%w: its key has no form that is known", proof.ErrHardware)
	}
	return proof.New(&signer{device: m.device(), sealed: made, public: public}, proof.TPM,
		proof.Blob(proof.TPM, made.encode()))
}

// open loads the key once, so that one of another TPM is refused before it is needed.
func (m Maker) open(data []byte, blob secret.Secret) (*proof.Key, error) {
	s, public, err := decode(data)
	if err != nil {
		return nil, err
	}
	loaded := &signer{device: m.device(), sealed: s, public: public}
	if err := loaded.load(); err != nil {
		return nil, err
	}
	if !loaded.keep {
		loaded.unload()
	}
	return proof.New(loaded, proof.TPM, blob)
}

// forget has nothing to do: the TPM keeps nothing.
func (m Maker) forget([]byte) error { return nil }

// answerLimit is how long one command may take. TPMs of hardware make a key in some hundred milliseconds.
const answerLimit = 10 * time.Second

// connect opens the device. keep is false for a socket: a simulated TPM serves one
// connection at a time and has no resource manager, so nobody may stay.
func connect(path string) (t transport.TPMCloser, keep bool, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, false, unusable("there is no TPM 2.0 (or the firmware's settings switch it off)", err)
	case err != nil:
		return nil, false, unusable("its TPM cannot be opened", err)
	case info.Mode()&fs.ModeSocket != 0:
		conn, err := net.DialTimeout("unix", path, answerLimit)
		if err != nil {
			return nil, false, unusable("its TPM does not answer", err)
		}
		if err := conn.SetDeadline(time.Now().Add(answerLimit)); err != nil {
			_ = conn.Close()
			return nil, false, unusable("its TPM does not answer", err)
		}
		return transport.FromReadWriteCloser(conn), false, nil
	case info.Mode()&fs.ModeCharDevice == 0:
		return nil, false, unusable("no TPM", errors.New(path+" is neither a device nor a socket"))
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrPermission) {
		return nil, false, unusable("you may not use its TPM: an administrator can add you to the group tss", err)
	}
	if err != nil {
		return nil, false, unusable("its TPM cannot be opened", err)
	}
	return transport.FromReadWriteCloser(file), true, nil
}
