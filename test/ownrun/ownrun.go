//go:build linux

// Package ownrun gives a test a folder /run of its own, in which the test can play journald.
package ownrun

import (
	"bytes"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// mark is the environment variable that tells the test that /run may be replaced.
const mark = "LATCHKEY_TEST_RUN"

// In runs the calling test once more, as a process with mounts of its own, and reports false after that process has
// passed. In that process it mounts an empty /run and reports true: there the test goes on.
func In(t *testing.T) bool {
	t.Helper()
	if os.Getenv(mark) != "" {
		if err := syscall.Mount("test", "/run", "tmpfs", 0, ""); err != nil {
			t.Fatal(err)
		}
		return true
	}
	again := exec.CommandContext(t.Context(), "unshare", "--map-root-user", "--mount", os.Args[0], "-test.run",
		"^"+t.Name()+"$")
	again.Env = append(os.Environ(), mark+"=1")
	if out, err := again.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("PASS")) {
		t.Fatalf("%v\n%s", err, out)
	}
	return false
}
