package proof_test

import (
	"testing"

	"app.latchkey/internal/proof"
	"app.latchkey/internal/secret"
)

// Every request with a bound token bears a proof of its own.
func BenchmarkProof(b *testing.B) {
	p := &proof.Prover{Key: software(b)}
	token := secret.New("an access token")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Proof(b.Context(), "GET", "https://api.acme.example/orders", token); err != nil {
			b.Fatal(err)
		}
	}
}
