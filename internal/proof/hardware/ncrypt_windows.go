package hardware

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"io"
	"math/big"
	"sync"
	"syscall"
	"unsafe" // NCrypt takes addresses

	"golang.org/x/sys/windows"

	"app.latchkey/internal/proof"
)

// From ncrypt.h, bcrypt.h and winerror.h.
const (
	platformProvider = "Microsoft Platform Crypto Provider"
	ecdsaP256        = "ECDSA_P256"
	publicBlob       = "ECCPUBLICBLOB"
	publicMagic      = 0x31534345 // ECS1
	silent           = 0x40       // NCRYPT_SILENT_FLAG: no dialog

	badKeyset   = syscall.Errno(0x80090016) // NTE_BAD_KEYSET: no key of that name
	tpmOtherKey = syscall.Errno(0x8028001f) // TPM_20_E_INTEGRITY: wrapped by another TPM
)

// call calls a function of ncrypt.dll, which answers with a SECURITY_STATUS.
//
//go:uintptrescapes
func call(name string, args ...uintptr) error {
	proc := windows.NewLazySystemDLL("ncrypt.dll").NewProc(name)
	if err := proc.Find(); err != nil {
		return err
	}
	if status, _, _ := proc.Call(args...); status != 0 {
		return syscall.Errno(status & 0xffffffff)
	}
	return nil
}

// cngKey is a key that Windows keeps for the person, under a name.
type cngKey struct {
	mu       sync.Mutex
	provider uintptr // NCRYPT_PROV_HANDLE
	handle   uintptr // NCRYPT_KEY_HANDLE; 0 when removed or closed
	public   *ecdsa.PublicKey
}

func openProvider() (*cngKey, error) {
	k := &cngKey{}
	name, err := windows.UTF16PtrFromString(platformProvider)
	if err == nil {
		err = call("NCryptOpenStorageProvider", uintptr(unsafe.Pointer(&k.provider)), uintptr(unsafe.Pointer(name)), 0)
	}
	if err != nil {
		return nil, unusable("Windows offers no TPM", err)
	}
	return k, nil
}

func createKey(name string) (*cngKey, error) {
	k, err := openProvider()
	if err != nil {
		return nil, err
	}
	algorithm, _ := windows.UTF16PtrFromString(ecdsaP256)
	wide, err := windows.UTF16PtrFromString(name)
	if err == nil {
		err = call("NCryptCreatePersistedKey", k.provider, uintptr(unsafe.Pointer(&k.handle)),
			uintptr(unsafe.Pointer(algorithm)), uintptr(unsafe.Pointer(wide)), 0, 0)
	}
	if err == nil {
		err = call("NCryptFinalizeKey", k.handle, silent)
	}
	if err == nil {
		err = k.export()
	}
	if err != nil {
		_ = k.Close()
		return nil, unusable("the TPM made no key", err)
	}
	return k, nil
}

// openKey fails with a *proof.ForeignKeyError where Windows has no key of that name.
func openKey(name string) (*cngKey, error) {
	k, err := openProvider()
	if err != nil {
		return nil, err
	}
	wide, err := windows.UTF16PtrFromString(name)
	if err != nil {
		_ = k.Close()
		return nil, proof.ErrBlob
	}
	err = call("NCryptOpenKey", k.provider, uintptr(unsafe.Pointer(&k.handle)), uintptr(unsafe.Pointer(wide)), 0,
		silent)
	if err == nil {
		err = k.export()
	}
	if err == nil {
		return k, nil
	}
	_ = k.Close()
	if errors.Is(err, badKeyset) || errors.Is(err, tpmOtherKey) {
		return nil, &proof.ForeignKeyError{Place: proof.Platform, Err: err}
	}
	return nil, unusable("the TPM did not load the key", err)
}

// export reads the public half: a BCRYPT_ECCKEY_BLOB and two coordinates.
func (k *cngKey) export() error {
	kind, err := windows.UTF16PtrFromString(publicBlob)
	if err != nil {
		return err
	}
	var out [72]byte
	var size uint32
	err = call("NCryptExportKey", k.handle, 0, uintptr(unsafe.Pointer(kind)), 0,
		uintptr(unsafe.Pointer(&out[0])), uintptr(len(out)), uintptr(unsafe.Pointer(&size)), silent)
	if err != nil {
		return err
	}
	if int(size) != len(out) || binary.LittleEndian.Uint32(out[:]) != publicMagic {
		return proof.ErrAlgorithm
	}
	k.public, err = ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append([]byte{4}, out[8:]...))
	return err
}

// Public implements crypto.Signer.
func (k *cngKey) Public() crypto.PublicKey { return k.public }

// Sign implements crypto.Signer for SHA-256.
func (k *cngKey) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.handle == 0 || len(digest) == 0 {
		return nil, proof.ErrSign
	}
	var out [64]byte
	var size uint32
	err := call("NCryptSignHash", k.handle, 0, uintptr(unsafe.Pointer(&digest[0])), uintptr(len(digest)),
		uintptr(unsafe.Pointer(&out[0])), uintptr(len(out)), uintptr(unsafe.Pointer(&size)), silent)
	if err == nil && int(size) != len(out) {
		err = proof.ErrAlgorithm
	}
	if err != nil {
		return nil, unusable("the TPM did not sign", err)
	}
	return asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(out[:32]), new(big.Int).SetBytes(out[32:])})
}

// remove deletes the key for good, and closes.
func (k *cngKey) remove() error {
	k.mu.Lock()
	err := call("NCryptDeleteKey", k.handle, silent) // frees the handle too
	if err == nil {
		k.handle = 0
	}
	k.mu.Unlock()
	_ = k.Close()
	return err
}

// Close gives the handles back.
func (k *cngKey) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, h := range []*uintptr{&k.handle, &k.provider} {
		if *h != 0 {
			_ = call("NCryptFreeObject", *h)
			*h = 0
		}
	}
	return nil
}
