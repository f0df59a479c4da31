//go:build linux

package hardware

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"testing"

	"app.latchkey/test/tpm"
)

// loaded is a key that stays loaded, as behind a real TPM's resource manager.
func loaded(t testing.TB) *signer {
	t.Helper()
	device := tpm.Start(t)
	made, err := create(device)
	if err != nil {
		t.Fatal(err)
	}
	public, err := made.key()
	if err != nil {
		t.Fatal(err)
	}
	s := &signer{device: device, sealed: made, public: public}
	if err := s.load(); err != nil {
		t.Fatal(err)
	}
	s.keep = true
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestAKeyThatHibernationLostIsLoadedAnew(t *testing.T) {
	s := loaded(t)
	digest := sha256.Sum256([]byte("a"))
	first := s.key.Handle
	for range 2 {
		der, err := s.Sign(nil, digest[:], nil)
		if err != nil || !ecdsa.VerifyASN1(s.public, digest[:], der) {
			t.Fatalf("%v", err)
		}
		if s.key.Handle != first || s.tpm == nil {
			t.Fatal("the key did not stay loaded")
		}
	}
	if err := flush(s.tpm, s.key.Handle); err != nil { // what a TPM forgets in hibernation
		t.Fatal(err)
	}
	if der, err := s.Sign(nil, digest[:], nil); err != nil || !ecdsa.VerifyASN1(s.public, digest[:], der) {
		t.Errorf("after the loss: %v", err)
	}
	if err := s.Close(); err != nil || s.tpm != nil {
		t.Errorf("it is not closed: %v", err)
	}
}

// One signature of a key that stays loaded.
func BenchmarkLoaded(b *testing.B) {
	s := loaded(b)
	digest := sha256.Sum256([]byte("a"))
	for b.Loop() {
		if _, err := s.Sign(nil, digest[:], nil); err != nil {
			b.Fatal(err)
		}
		s.keep = true
	}
	b.ReportMetric(float64(len(s.sealed.encode())), "blob-bytes")
}
