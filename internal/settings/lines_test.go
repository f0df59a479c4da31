package settings

import (
	"maps"
	"testing"
)

// A key is named with its own line: not with one in a text of several lines, in a
// comment, or in a table below.
func TestTheLinesOfKeys(t *testing.T) {
	text := "# issuer = 1\n\n\"issuer\" = '''\nname = 2\n'''\n  name   = 1 # store = 1\nauth_params.prompt = 1\n" +
		"auth_params.x = 1\n\n[store]\nlog = 1\nissuer = 2\n\n[[many]]\nscopes = 1\n"
	want := map[string]int{"issuer": 3, "name": 6, "auth_params": 7, "store": 10, "many": 14}
	if got := linesOf([]byte(text)); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	env := "# A=1\nB=1\n export A = 1\nAB=1\nA=2\nC : 3\nD"
	for name, want := range map[string]int{"A": 3, "B": 2, "AB": 4, "C": 6, "D": 0, "E": 0} {
		if got := lineOf(env, name); got != want {
			t.Errorf("%s is on line %d, want %d", name, got, want)
		}
	}
}
