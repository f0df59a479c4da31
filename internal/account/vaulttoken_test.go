package account_test

import "testing"

// A token from the vault is what latchkeyctl token takes: a new process reads the book. The sealer is memory.
func BenchmarkTokenFromVault(b *testing.B) {
	kept := signedIn(b)
	b.ReportAllocs()
	for b.Loop() {
		d := newManager(kept.provider, kept.sealer)
		if err := d.Restore(b.Context()); err != nil {
			b.Fatal(err)
		}
		if _, err := d.Token(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
