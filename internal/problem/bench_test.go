package problem_test

import (
	"errors"
	"fmt"
	"testing"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/problem"
)

// BenchmarkWords looks up what a failure means.
func BenchmarkWords(b *testing.B) {
	for name, err := range map[string]error{
		"known":   fmt.Errorf("account: sign in: %w", fmt.Errorf("openid: refresh: %w", openid.ErrNetwork)),
		"unknown": errors.New("something of the system's own"),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				problem.From(err, "Acme ID")
			}
		})
	}
}
