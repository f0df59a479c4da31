package docs

import (
	"os/exec"
	"strings"
	"testing"
)

// Every hot path has a benchmark beside its code, and make bench-diff and make bench run it.
func TestTheHotPathsHaveBenchmarks(t *testing.T) {
	list := exec.Command("build/benchdiff.sh", "--packages")
	list.Dir = "../.."
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(string(out))
	find := exec.Command("git", append([]string{"grep", "-hoE", "^func Benchmark[A-Za-z]+", "--"}, packages...)...)
	find.Dir = "../.."
	found, err := find.Output()
	if err != nil {
		t.Fatal(err)
	}
	for path, name := range map[string]string{
		"a token from memory": "TokenFromMemory", "a token from the vault": "TokenFromVault",
		"verification of an ID token": "IDToken", "the claims of a person": "Claims", "a proof (DPoP)": "Proof",
		"the settings": "Load", "the state of the window": "Draw", "the book": "Book", "a rotated token": "Rotate",
		"the vault": "Vault", "a proxy by script": "Choice", "the browser's answer": "Callback",
		"words of a failure": "Words",
	} {
		if !strings.Contains(string(found)+"\n", "func Benchmark"+name+"\n") {
			t.Errorf("%s: no Benchmark%s in %v", path, name, packages)
		}
	}
}
