package hardware

import (
	"crypto"
	"crypto/ecdsa"
	"encoding/asn1"
	"errors"
	"io"
	"math/big"
	"sync"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"

	"app.latchkey/internal/proof"
)

// template is an ECDSA key on P-256 that never leaves the TPM (fixedTPM, fixedParent)
// and has no password: the vault's seal and the rights of the device file guard its
// use. noDA keeps it from ever counting as an attack on the TPM's passwords.
func template() tpm2.TPMTPublic {
	return tpm2.TPMTPublic{
		Type: tpm2.TPMAlgECC, NameAlg: tpm2.TPMAlgSHA256,
		ObjectAttributes: tpm2.TPMAObject{
			FixedTPM: true, FixedParent: true, SensitiveDataOrigin: true, UserWithAuth: true, NoDA: true,
			SignEncrypt: true,
		},
		Parameters: tpm2.NewTPMUPublicParms(tpm2.TPMAlgECC, &tpm2.TPMSECCParms{
			CurveID: tpm2.TPMECCNistP256,
			Scheme: tpm2.TPMTECCScheme{
				Scheme:  tpm2.TPMAlgECDSA,
				Details: tpm2.NewTPMUAsymScheme(tpm2.TPMAlgECDSA, &tpm2.TPMSSigSchemeECDSA{HashAlg: tpm2.TPMAlgSHA256}),
			},
		}),
	}
}

// sealed is a key as its storage root key wrapped it.
type sealed struct {
	public  tpm2.TPM2BPublic
	private tpm2.TPM2BPrivate
}

func (s sealed) encode() []byte {
	return append(tpm2.Marshal(s.public), tpm2.Marshal(s.private)...)
}

// decode reads what encode wrote. Both halves begin with their length in two bytes.
func decode(data []byte) (sealed, *ecdsa.PublicKey, error) {
	if len(data) < 2 {
		return sealed{}, nil, proof.ErrBlob
	}
	cut := 2 + int(data[0])<<8 + int(data[1])
	if cut > len(data) {
		return sealed{}, nil, proof.ErrBlob
	}
	public, broken := tpm2.Unmarshal[tpm2.TPM2BPublic](data[:cut])
	private, err := tpm2.Unmarshal[tpm2.TPM2BPrivate](data[cut:])
	if broken != nil || err != nil {
		return sealed{}, nil, proof.ErrBlob
	}
	s := sealed{*public, *private}
	key, err := s.key()
	return s, key, err
}

func (s sealed) key() (*ecdsa.PublicKey, error) {
	contents, err := s.public.Contents()
	if err != nil {
		return nil, proof.ErrBlob
	}
	key, err := tpm2.Pub(*contents)
	ec, ok := key.(*ecdsa.PublicKey)
	if err != nil || !ok {
		return nil, proof.ErrBlob
	}
	return ec, nil
}

// srkHandle is where the storage root key is kept for good, if the system's set-up did
// so (TCG TPM v2.0 Provisioning Guidance §7.8).
const srkHandle tpm2.TPMHandle = 0x81000001

// withParent calls use with the storage root key: the one that is kept, else one that is derived anew from the TPM's
// seed, which is the same each time until the TPM is cleared. A key is wrapped by one of them, so both are tried.
func withParent(t transport.TPM, use func(tpm2.NamedHandle) error) error {
	var kept error
	if there, err := (tpm2.ReadPublic{ObjectHandle: srkHandle}).Execute(t); err == nil {
		if kept = use(tpm2.NamedHandle{Handle: srkHandle, Name: there.Name}); kept == nil {
			return nil
		}
	}
	derive := tpm2.CreatePrimary{PrimaryHandle: tpm2.TPMRHOwner, InPublic: tpm2.New2B(tpm2.ECCSRKTemplate)}
	primary, err := derive.Execute(t)
	if err != nil {
		if kept != nil {
			return kept // such as: the owner has a password, which is nobody's fault
		}
		return err
	}
	defer func() { _ = flush(t, primary.ObjectHandle) }()
	return use(tpm2.NamedHandle{Handle: primary.ObjectHandle, Name: primary.Name})
}

func flush(t transport.TPM, h tpm2.TPMHandle) error {
	_, err := tpm2.FlushContext{FlushHandle: h}.Execute(t)
	return err
}

// signer is a key in the TPM. It holds the device from its first signature to Close.
type signer struct {
	device string
	sealed sealed
	public *ecdsa.PublicKey

	mu   sync.Mutex
	tpm  transport.TPMCloser // nil when the key is not loaded
	key  tpm2.NamedHandle
	keep bool
}

// Public implements crypto.Signer.
func (s *signer) Public() crypto.PublicKey { return s.public }

// Sign implements crypto.Signer for SHA-256. What is loaded is lost when the computer
// hibernates, so a failure loads the key anew, once.
func (s *signer) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tpm != nil {
		if der, err := s.sign(digest); err == nil {
			return der, nil
		}
		s.unload()
	}
	if err := s.load(); err != nil {
		return nil, err
	}
	der, err := s.sign(digest)
	if err != nil {
		err = unusable("it did not sign", err)
	}
	if err != nil || !s.keep {
		s.unload()
	}
	return der, err
}

func (s *signer) sign(digest []byte) ([]byte, error) {
	res, err := tpm2.Sign{
		KeyHandle: tpm2.AuthHandle{Handle: s.key.Handle, Name: s.key.Name, Auth: tpm2.PasswordAuth(nil)},
		Digest:    tpm2.TPM2BDigest{Buffer: digest},
		InScheme: tpm2.TPMTSigScheme{
			Scheme:  tpm2.TPMAlgECDSA,
			Details: tpm2.NewTPMUSigScheme(tpm2.TPMAlgECDSA, &tpm2.TPMSSchemeHash{HashAlg: tpm2.TPMAlgSHA256}),
		},
		Validation: tpm2.TPMTTKHashCheck{Tag: tpm2.TPMSTHashCheck},
	}.Execute(s.tpm)
	if err != nil {
		return nil, err
	}
	rs, err := res.Signature.Signature.ECDSA()
	if err != nil {
		return nil, err
	}
	var der struct{ R, S *big.Int }
	der.R, der.S = new(big.Int).SetBytes(rs.SignatureR.Buffer), new(big.Int).SetBytes(rs.SignatureS.Buffer)
	return asn1.Marshal(der)
}

// load opens the device and loads the key. It fails with a *proof.ForeignKeyError where the TPM did not wrap the key.
func (s *signer) load() error {
	tpm, keep, err := connect(s.device)
	if err != nil {
		return err
	}
	err = withParent(tpm, func(parent tpm2.NamedHandle) error {
		load := tpm2.Load{ParentHandle: auth(parent), InPrivate: s.sealed.private, InPublic: s.sealed.public}
		loaded, err := load.Execute(tpm)
		if err == nil {
			s.key = tpm2.NamedHandle{Handle: loaded.ObjectHandle, Name: loaded.Name}
		}
		return err
	})
	if err != nil {
		_ = tpm.Close()
		if errors.Is(err, tpm2.TPMRCIntegrity) { // the wrapping's MAC: another TPM's seed
			return &proof.ForeignKeyError{Place: proof.TPM, Err: err}
		}
		return unusable("it did not load the key", err)
	}
	s.tpm, s.keep = tpm, keep
	return nil
}

func (s *signer) unload() {
	_ = flush(s.tpm, s.key.Handle)
	_ = s.tpm.Close()
	s.tpm = nil
}

// Close gives the device back.
func (s *signer) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tpm != nil {
		s.unload()
	}
	return nil
}

func auth(h tpm2.NamedHandle) tpm2.AuthHandle {
	return tpm2.AuthHandle{Handle: h.Handle, Name: h.Name, Auth: tpm2.PasswordAuth(nil)}
}

// create makes a key in the TPM, wrapped by it.
func create(device string) (sealed, error) {
	tpm, _, err := connect(device)
	if err != nil {
		return sealed{}, err
	}
	defer func() { _ = tpm.Close() }()
	var out sealed
	err = withParent(tpm, func(parent tpm2.NamedHandle) error {
		res, err := tpm2.Create{ParentHandle: auth(parent), InPublic: tpm2.New2B(template())}.Execute(tpm)
		if err == nil {
			out = sealed{res.OutPublic, res.OutPrivate}
		}
		return err
	})
	if err != nil {
		return sealed{}, unusable("it made no key", err)
	}
	return out, nil
}
