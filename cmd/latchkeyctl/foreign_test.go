//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestRootWritesNothingOfAnotherPersons runs the real program as root with a HOME that belongs to another user. When
// the test itself does not run as root, it becomes root in a user namespace.
func TestRootWritesNothingOfAnotherPersons(t *testing.T) {
	dir, err := os.MkdirTemp("", "home") // not below t.TempDir, which others may not enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	program := filepath.Join(dir, "latchkeyctl")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	home, as := filepath.Join(dir, "ann"), []string{}
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		err = os.Chown(home, 65534, 65534)
	} else {
		// The folder belongs to root, who counts as nobody in the namespace.
		home, as = "/usr", []string{"unshare", "--map-root-user"}
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"signin", "status", "token", "signout", "accounts", "reseal --to file", "doctor"} {
		line := append(append(as, program), strings.Fields(args)...)
		cmd := exec.Command(line[0], line[1:]...)
		cmd.Env = []string{
			"HOME=" + home, "PATH=" + os.Getenv("PATH"), "LATCHKEY_STORE=file", "LATCHKEY_ISSUER=http://127.0.0.1:1",
			"LATCHKEY_CLIENT_ID=desk", "LATCHKEY_LOG=debug",
		}
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(string(out), "belongs to nobody") ||
			!strings.Contains(string(out), "as that person") {
			t.Errorf("%s: exit code %d\n%s", args, code, out)
		}
	}
	for _, name := range []string{".local", ".config", ".cache"} {
		if _, err := os.Lstat(filepath.Join(home, name)); err == nil {
			t.Errorf("%s was made", name)
		}
	}
}
