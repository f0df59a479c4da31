//go:build linux

package packages

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The vault's tests on a keychain, on Wine's Credential Manager. Wine does not hold an
// item to 2,560 bytes as Windows does: one of these tests does.
func TestTheVaultOnCredentialManager(t *testing.T) {
	vault := filepath.Join(repository(t), "internal", "vault")
	dir := t.TempDir()
	build := exec.Command("go", "test", "-c", "-o", filepath.Join(dir, "vault.test.exe"), "./internal/vault")
	build.Dir, build.Env = repository(t), append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	runCmd(t, build)
	runCmd(t, exec.Command("cp", "-r", filepath.Join(vault, "testdata"), dir))
	w := newWine(t)
	cmd := w.command("wine", "vault.test.exe", "-test.run=^TestKeychain$", "-test.v", "-test.timeout=5m")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestKeychain/the_key_of_another_machine") {
		t.Errorf("%v\n%s", err, out)
	}
}
