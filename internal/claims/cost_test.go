package claims

import "testing"

// What a person with 110,000 roles costs: the profile, and the details.
func BenchmarkProfileOfManyRoles(b *testing.B) {
	c := Claims{"roles": []byte(list(110_000))}
	for b.Loop() {
		_ = Shown(Roles(c))
	}
}

func BenchmarkDetailsOfManyRoles(b *testing.B) {
	c := Claims{"roles": []byte(list(110_000))}
	for b.Loop() {
		_ = Table(c)
	}
}
