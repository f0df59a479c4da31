//go:build cgo

package hardware

/*
#cgo LDFLAGS: -framework Security -framework CoreFoundation
#include <Security/Security.h>

static CFMutableDictionaryRef dictionary(void) {
	return CFDictionaryCreateMutable(NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
}

// attributes of our key: a P-256 key of the Secure Enclave, known by its tag.
static CFMutableDictionaryRef named(const void *tag, long size) {
	CFMutableDictionaryRef d = dictionary();
	CFDataRef data = CFDataCreate(NULL, tag, size);
	CFDictionarySetValue(d, kSecAttrApplicationTag, data);
	CFRelease(data);
	return d;
}

static CFMutableDictionaryRef query(const void *tag, long size) {
	CFMutableDictionaryRef d = named(tag, size);
	CFDictionarySetValue(d, kSecClass, kSecClassKey);
	CFDictionarySetValue(d, kSecAttrKeyType, kSecAttrKeyTypeECSECPrimeRandom);
	CFDictionarySetValue(d, kSecAttrTokenID, kSecAttrTokenIDSecureEnclave);
	CFDictionarySetValue(d, kSecUseDataProtectionKeychain, kCFBooleanTrue);
	return d;
}

// code is what an error is called by; it is released.
static long code(CFErrorRef e) {
	if (e == NULL) return -1;
	long c = CFErrorGetCode(e);
	CFRelease(e);
	return c == 0 ? -1 : c;
}

static long enclaveCreate(const void *tag, long size, SecKeyRef *out) {
	CFErrorRef e = NULL;
	SecAccessControlRef access = SecAccessControlCreateWithFlags(NULL,
		kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly, kSecAccessControlPrivateKeyUsage, &e);
	if (access == NULL) return code(e);
	int length = 256;
	CFNumberRef bits = CFNumberCreate(NULL, kCFNumberIntType, &length);
	CFMutableDictionaryRef private = named(tag, size);
	CFDictionarySetValue(private, kSecAttrIsPermanent, kCFBooleanTrue);
	CFDictionarySetValue(private, kSecAttrAccessControl, access);
	CFMutableDictionaryRef all = dictionary();
	CFDictionarySetValue(all, kSecAttrKeyType, kSecAttrKeyTypeECSECPrimeRandom);
	CFDictionarySetValue(all, kSecAttrKeySizeInBits, bits);
	CFDictionarySetValue(all, kSecAttrTokenID, kSecAttrTokenIDSecureEnclave);
	CFDictionarySetValue(all, kSecUseDataProtectionKeychain, kCFBooleanTrue);
	CFDictionarySetValue(all, kSecPrivateKeyAttrs, private);
	*out = SecKeyCreateRandomKey(all, &e);
	CFRelease(all);
	CFRelease(private);
	CFRelease(bits);
	CFRelease(access);
	return *out == NULL ? code(e) : 0;
}

static long enclaveOpen(const void *tag, long size, SecKeyRef *out) {
	CFMutableDictionaryRef q = query(tag, size);
	CFDictionarySetValue(q, kSecReturnRef, kCFBooleanTrue);
	OSStatus status = SecItemCopyMatching(q, (CFTypeRef *)out);
	CFRelease(q);
	return status;
}

static long enclaveRemove(const void *tag, long size) {
	CFMutableDictionaryRef q = query(tag, size);
	OSStatus status = SecItemDelete(q);
	CFRelease(q);
	return status == errSecItemNotFound ? 0 : status;
}

// copied puts the data into out and releases it.
static long copied(CFDataRef data, CFErrorRef e, void *out, long room, long *size) {
	if (data == NULL) return code(e);
	*size = CFDataGetLength(data);
	if (*size <= room) CFDataGetBytes(data, CFRangeMake(0, *size), out);
	CFRelease(data);
	return *size <= room ? 0 : -1;
}

static long enclavePublic(SecKeyRef key, void *out, long room, long *size) {
	CFErrorRef e = NULL;
	SecKeyRef public = SecKeyCopyPublicKey(key);
	if (public == NULL) return -1;
	CFDataRef data = SecKeyCopyExternalRepresentation(public, &e);
	CFRelease(public);
	return copied(data, e, out, room, size);
}

static long enclaveSign(SecKeyRef key, const void *digest, long length, void *out, long room, long *size) {
	CFErrorRef e = NULL;
	CFDataRef data = CFDataCreate(NULL, digest, length);
	CFDataRef signature = SecKeyCreateSignature(key, kSecKeyAlgorithmECDSASignatureDigestX962SHA256, data, &e);
	CFRelease(data);
	return copied(signature, e, out, room, size);
}

static void enclaveRelease(SecKeyRef key) { if (key) CFRelease(key); }
*/
import "C"

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"io"
	"sync"
	"unsafe" // the framework takes addresses

	"app.latchkey/internal/proof"
	"app.latchkey/internal/secret"
)

const (
	native       = proof.Enclave
	itemNotFound = -25300 // errSecItemNotFound
)

func status(code C.long) error {
	if code == 0 {
		return nil
	}
	// -34018: the app is signed without the right to a keychain
	return fmt.Errorf("security framework: status %d", int64(code))
}

func (m Maker) create() (*proof.Key, error) {
	tag := []byte("Latchkey DPoP " + rand.Text())
	k := &enclaveKey{}
	if err := status(C.enclaveCreate(unsafe.Pointer(&tag[0]), C.long(len(tag)), &k.ref)); err != nil {
		return nil, unusable("the Secure Enclave made no key", err)
	}
	return k.wrap(proof.Blob(proof.Enclave, tag))
}

func (m Maker) open(tag []byte, blob secret.Secret) (*proof.Key, error) {
	k := &enclaveKey{}
	code := C.enclaveOpen(unsafe.Pointer(&tag[0]), C.long(len(tag)), &k.ref)
	if err := status(code); code == itemNotFound {
		return nil, &proof.ForeignKeyError{Place: proof.Enclave, Err: err}
	} else if err != nil {
		return nil, unusable("the Secure Enclave did not open the key", err)
	}
	return k.wrap(blob)
}

func (m Maker) forget(tag []byte) error {
	return status(C.enclaveRemove(unsafe.Pointer(&tag[0]), C.long(len(tag))))
}

// none is no key, whether cgo makes the type a pointer or a number.
var none C.SecKeyRef

// enclaveKey is a key of the Secure Enclave, which the keychain knows by a tag.
type enclaveKey struct {
	mu     sync.Mutex
	ref    C.SecKeyRef // none when closed
	public *ecdsa.PublicKey
}

// wrap reads the public half.
func (k *enclaveKey) wrap(blob secret.Secret) (*proof.Key, error) {
	var out [65]byte
	var size C.long
	err := status(C.enclavePublic(k.ref, unsafe.Pointer(&out[0]), C.long(len(out)), &size))
	if err == nil {
		k.public, err = ecdsa.ParseUncompressedPublicKey(elliptic.P256(), out[:size])
	}
	if err != nil {
		_ = k.Close()
		return nil, unusable("the Secure Enclave does not show the key", err)
	}
	return proof.New(k, proof.Enclave, blob)
}

// Public implements crypto.Signer.
func (k *enclaveKey) Public() crypto.PublicKey { return k.public }

// Sign implements crypto.Signer for SHA-256.
func (k *enclaveKey) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ref == none || len(digest) == 0 {
		return nil, proof.ErrSign
	}
	var out [80]byte
	var size C.long
	err := status(C.enclaveSign(k.ref, unsafe.Pointer(&digest[0]), C.long(len(digest)),
		unsafe.Pointer(&out[0]), C.long(len(out)), &size))
	if err != nil {
		return nil, unusable("the Secure Enclave did not sign", err)
	}
	return out[:size], nil
}

// Close gives the reference back.
func (k *enclaveKey) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	C.enclaveRelease(k.ref)
	k.ref = none
	return nil
}
