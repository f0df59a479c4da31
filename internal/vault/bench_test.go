package vault

import (
	"crypto/rand"
	"fmt"
	"testing"

	"app.latchkey/internal/secret"
)

// BenchmarkVault opens, seals and writes what so many accounts with three tokens of
// 64 KiB each take.
func BenchmarkVault(b *testing.B) {
	for _, accounts := range []int{1, 10, 100} {
		plain := make([]byte, accounts*3*64<<10)
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
			b.Run(fmt.Sprintf("%s/accounts=%d", step.name, accounts), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := step.f(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
