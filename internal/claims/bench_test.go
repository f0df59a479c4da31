package claims

import (
	"encoding/json"
	"fmt"
	"testing"
)

// BenchmarkClaims reads so many claims: what the profile says of a person, and the table of the details.
func BenchmarkClaims(b *testing.B) {
	for _, n := range []int{1, 10, 100, 1000} {
		c := Claims{"name": json.RawMessage(`"Ada Lovelace"`)}
		for i := range n - 1 {
			c[fmt.Sprintf("claim_%d", i)] = json.RawMessage(`["a value", "and another"]`)
		}
		b.Run(fmt.Sprintf("person/claims=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				person(c, nil)
			}
		})
		b.Run(fmt.Sprintf("table/claims=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Table(c)
			}
		})
	}
}
