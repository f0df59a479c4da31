package settings_test

import (
	"testing"

	"app.latchkey/internal/settings"
)

// Every command and every start of the window reads the settings once.
func BenchmarkLoad(b *testing.B) {
	o := settings.Options{
		ConfigDir: b.TempDir(), DataDir: b.TempDir(),
		Environ: []string{"LATCHKEY_ISSUER=https://id.acme.example", "LATCHKEY_CLIENT_ID=desk"},
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := settings.Load(o); err != nil {
			b.Fatal(err)
		}
	}
}

// The window asks for all values each time that it is drawn.
func BenchmarkValues(b *testing.B) {
	s, err := settings.Load(settings.Options{ConfigDir: b.TempDir(), DataDir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.Values()
	}
}
