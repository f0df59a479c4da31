package vault

import (
	"crypto/rand"
	"fmt"
	"testing"

	"app.latchkey/internal/secret"
)

// BenchmarkVault opens, seals and writes what so many accounts take: 6 KiB each, as most providers make it, and three
// tokens of 64 KiB each, which is the most.
func BenchmarkVault(b *testing.B) {
	for _, c := range []struct{ accounts, bytes int }{
		{1, 6 << 10}, {10, 6 << 10}, {100, 6 << 10}, {1000, 6 << 10}, {1, 3 * 64 << 10}, {10, 3 * 64 << 10},
		{100, 3 * 64 << 10},
	} {
		plain := make([]byte, c.accounts*c.bytes)
		if _, err := rand.Read(plain); err != nil {
			b.Fatal(err)
		}
		v := New(Config{Dir: b.TempDir(), Kind: File, Passphrase: secret.New("correct horse battery")})
		if err := v.Save(b.Context(), plain); err != nil {
			b.Fatal(err)
		}
		for _, step := range []struct {
			name string
			f    func() error
		}{
			{"open", func() error { _, err := v.Load(b.Context()); return err }},
			{"seal", func() error { _, err := v.key.seal(plain, ""); return err }},
			{"reserve", func() error { return v.Reserve(b.Context()) }},
			{"write", func() error { return v.Save(b.Context(), plain) }},
		} {
			b.Run(fmt.Sprintf("%s/KiB=%d/accounts=%d", step.name, c.bytes>>10, c.accounts), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(plain)))
				for b.Loop() {
					if err := step.f(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
