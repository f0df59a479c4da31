// Package certified gives a test a certified OpenID provider (npm's oidc-provider,
// test/provider) in a process of its own.
package certified

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Start starts the provider on a free loopback port and returns its issuer. env adds
// to its environment: KEY and CERT make it serve https, STRICT keeps its own defaults. It ends with the test. The
// test must run in a package of internal/, as `go test` runs it.
func Start(t *testing.T, env ...string) string {
	t.Helper()
	dir, err := filepath.Abs("../../test/provider")
	if err != nil {
		t.Fatal(err)
	}
	node := filepath.Join(dir, "node_modules", ".bin", "node")
	if _, err := os.Stat(node); err != nil {
		t.Fatalf("the test's provider is not installed: run build/setup.sh test (%v)", err)
	}
	cmd := exec.Command(node, filepath.Join(dir, "server.mjs"))
	cmd.Env = append(os.Environ(), env...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the provider does not start: %v", err)
	}
	return strings.TrimSpace(line)
}
