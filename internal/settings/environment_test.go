package settings

import (
	"strings"
	"testing"
)

// Windows spells LOCALAPPDATA in capitals and its documentation does not; a script
// may write ours in small letters. Elsewhere a name is what it is to the letter.
func TestNamesInTheEnvironment(t *testing.T) {
	environ := []string{
		"LocalAppData=C:\\Local", strings.ToLower("LATCHKEY_ISSUER") + "=https://a.example", "PATH=a", "Path=b",
		"nothing",
	}
	for name, want := range map[string]string{
		"LOCALAPPDATA": "C:\\Local", "LATCHKEY_ISSUER": "https://a.example", "PATH": "b",
	} {
		if got := environment(environ, "windows")[name]; got != want {
			t.Errorf("on Windows %s is %q, want %q", name, got, want)
		}
	}
	if got := environment(environ, "linux"); got["LATCHKEY_ISSUER"] != "" || got["PATH"] != "a" || len(got) != 4 {
		t.Errorf("on Linux: %v", got)
	}
}
