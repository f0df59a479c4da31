package account_test

import (
	"testing"
)

// Every call of the team's API begins with a token from memory.
func BenchmarkTokenFromMemory(b *testing.B) {
	d := signedIn(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Token(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func TestATokenFromMemoryAllocatesNothing(t *testing.T) {
	d := signedIn(t)
	if n := testing.AllocsPerRun(100, func() { _, _ = d.Token(t.Context()) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
