package module

import (
	"os/exec"
	"strings"
	"testing"
)

// api-diff refuses a patch release that removes something from the public package. For a minor release it lists what
// breaks.
func TestTheReleaseIsComparedWithTheOneBefore(t *testing.T) {
	dir := copied(t)
	sh(t, dir, nil, "git", "tag", "v0.2.0")
	sh(t, dir, nil, "bash", "-euo", "pipefail", "-c", `
		sed -i 's/"productVersion": "[^"]*"/"productVersion": "0.2.1"/' wails.json
		sed -i 's/^func Another()/func AnotherOne()/' signin/signin.go
		git -c user.name=x -c user.email=x@example.org commit -qam "a function goes"`)
	cmd := exec.Command("build/apidiff.sh")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "Another: removed") ||
		!strings.Contains(string(out), "raise the minor version") {
		t.Errorf("%v\n%s", err, out)
	}
	sh(t, dir, nil, "sed", "-i", `s/"productVersion": "0.2.1"/"productVersion": "0.3.0"/`, "wails.json")
	if out := sh(t, dir, nil, "build/apidiff.sh"); !strings.Contains(out, "Another: removed") {
		t.Errorf("%s", out)
	}
}
