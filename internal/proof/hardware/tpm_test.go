//go:build linux

package hardware_test

import (
	"context"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/proof"
	"app.latchkey/internal/proof/hardware"
	"app.latchkey/internal/secret"
	"app.latchkey/test/tpm"
)

func made(t testing.TB, m hardware.Maker) *proof.Key {
	t.Helper()
	key, err := m.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = key.Close() })
	return key
}

// proves checks that the key signs a proof that its own public half verifies.
func proves(t testing.TB, key *proof.Key) {
	t.Helper()
	text, err := (&proof.Prover{Key: key}).Proof(t.Context(), "POST", "https://id.example/token", secret.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signed.Verify(key.JWK()); err != nil {
		t.Fatal(err)
	}
}

func TestAKeyOfTheTPMSignsAndComesBackFromItsBlob(t *testing.T) {
	m := hardware.Maker{Device: tpm.Start(t), Want: hardware.HardwareOnly}
	key := made(t, m)
	if key.Place() != proof.TPM || !key.Place().Hardware() {
		t.Fatalf("it is in %s", key.Place())
	}
	proves(t, key)
	proves(t, key)
	again, err := m.Open(key.Blob())
	if err != nil {
		t.Fatal(err)
	}
	if again.Thumbprint() != key.Thumbprint() || again.Thumbprint() == "" {
		t.Error("the key that was opened is another")
	}
	proves(t, again)
	if other := made(t, m); other.Thumbprint() == key.Thumbprint() {
		t.Error("two keys are one")
	}
	if err := m.Forget(key.Blob()); err != nil {
		t.Error(err)
	}
}

// A vault that was copied holds the blob; the other computer has another TPM.
func TestAnotherComputersKeyIsRefused(t *testing.T) {
	key := made(t, hardware.Maker{Device: tpm.Start(t), Want: hardware.HardwareOnly})
	_, err := hardware.Maker{Device: tpm.Start(t)}.Open(key.Blob())
	var foreign *proof.ForeignKeyError
	if !errors.Is(err, proof.ErrForeignKey) || !errors.As(err, &foreign) || foreign.Place != proof.TPM {
		t.Fatalf("%v", err)
	}
	if text := err.Error(); !strings.Contains(text, "TPM of another computer") ||
		!strings.Contains(text, "sign in again") {
		t.Errorf("it says %q", text)
	}
	for _, place := range []proof.Place{proof.Platform, proof.Enclave} {
		if _, err := (hardware.Maker{}).Open(proof.Blob(place, []byte("Latchkey"))); !errors.Is(err,
			proof.ErrForeignKey) {
			t.Errorf("a key of %s: %v", place, err)
		}
	}
}

// More keys than the TPM can load at a time are used at the same time.
func TestManyAccountsShareOneTPM(t *testing.T) {
	m := hardware.Maker{Device: tpm.Start(t), Want: hardware.HardwareOnly}
	var all sync.WaitGroup
	for range 6 {
		key := made(t, m)
		for range 3 {
			all.Go(func() {
				if _, err := (&proof.Prover{Key: key}).Proof(context.Background(), "GET", "https://api.example",
					secret.New("t")); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
}

func TestWithoutATPM(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	key := made(t, hardware.Maker{Device: tpm.Start(t), Want: hardware.HardwareOnly})
	for _, device := range []string{filepath.Join(dir, "none"), file, dir, "/dev/null"} {
		m := hardware.Maker{Device: device}
		if place, err := m.Hardware(); place != proof.Software || !errors.Is(err, proof.ErrHardware) {
			t.Errorf("%s: %s, %v", device, place, err)
		}
		if got := made(t, m); got.Place() != proof.Software {
			t.Errorf("%s: the key is in %s", device, got.Place())
		}
		if _, err := (hardware.Maker{Device: device, Want: hardware.HardwareOnly}).New(); !errors.Is(err,
			proof.ErrHardware) {
			t.Errorf("%s: hardware was demanded: %v", device, err)
		}
		if _, err := m.Open(key.Blob()); !errors.Is(err, proof.ErrHardware) || errors.Is(err, proof.ErrForeignKey) {
			t.Errorf("%s: a TPM's key opens: %v", device, err)
		}
	}
	if place, err := (hardware.Maker{Device: tpm.Start(t)}).Hardware(); place != proof.TPM || err != nil {
		t.Errorf("with one: %s, %v", place, err)
	}
}

func TestSoftwareByChoice(t *testing.T) {
	m := hardware.Maker{Device: tpm.Start(t), Want: hardware.SoftwareOnly}
	key := made(t, m)
	if key.Place() != proof.Software {
		t.Fatalf("it is in %s", key.Place())
	}
	again, err := m.Open(key.Blob())
	if err != nil || again.Thumbprint() != key.Thumbprint() {
		t.Errorf("it does not open: %v", err)
	}
}

func FuzzBlob(f *testing.F) {
	socket := tpm.Start(f)
	key := made(f, hardware.Maker{Device: socket, Want: hardware.HardwareOnly})
	_, good, err := proof.ReadBlob(key.Blob())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add([]byte{0xff, 0xff})
	f.Add([]byte{0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		// No device: what is broken must be found before one is asked.
		_, err := hardware.Maker{
			Device: "/dev/null",
		}.Open(secret.New("tpm:" + base64.RawURLEncoding.EncodeToString(data)))
		if err == nil || !errors.Is(err, proof.ErrBlob) && !errors.Is(err, proof.ErrHardware) {
			t.Errorf("%x: %v", data, err)
		}
	})
}

// A blob that was changed is refused as no key of this TPM.
func TestAChangedBlobIsRefused(t *testing.T) {
	m := hardware.Maker{Device: tpm.Start(t), Want: hardware.HardwareOnly}
	_, good, err := proof.ReadBlob(made(t, m).Blob())
	if err != nil {
		t.Fatal(err)
	}
	for i := range good {
		bad := append([]byte{}, good...)
		bad[i] ^= 1
		if key, err := m.Open(proof.Blob(proof.TPM, bad)); err == nil {
			t.Errorf("byte %d: opened as %s", i, key.Thumbprint())
		}
	}
}

func BenchmarkSign(b *testing.B) {
	for _, m := range []hardware.Maker{
		{Device: tpm.Start(b), Want: hardware.HardwareOnly}, {Want: hardware.SoftwareOnly},
	} {
		key := made(b, m)
		b.Run(string(key.Place()), func(b *testing.B) {
			prover := &proof.Prover{Key: key}
			for b.Loop() {
				if _, err := prover.Proof(b.Context(), "POST", "https://id.example/token",
					secret.Secret{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	m := hardware.Maker{Device: tpm.Start(b), Want: hardware.HardwareOnly}
	for b.Loop() {
		key := made(b, m)
		if len(key.Blob().Reveal()) > 400 {
			b.Fatal("the blob has grown")
		}
	}
}
