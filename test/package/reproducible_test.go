//go:build linux

package packages

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The same commit gives the same bytes: the packages of this folder are made again from a clone in another folder, with
// an empty build cache, in another time zone and language, and with another mask for new files.
func TestTheSameCommitGivesTheSameBytes(t *testing.T) {
	if strings.Contains(made(t, "latchkey_*.deb"), ".dirty") {
		t.Fatal("the packages are of files that are not committed: commit them, then run make test-packages")
	}
	first := filepath.Join(repository(t), "dist")
	clone := filepath.Join(t.TempDir(), "a folder of another length")
	run(t, "git", "clone", "-q", "--no-hardlinks", repository(t), clone)
	commit := strings.TrimSpace(run(t, filepath.Join(repository(t), "build", "version.sh"), "commit"))
	run(t, "git", "-C", clone, "checkout", "-q", commit)
	again := exec.Command("sh", "-c", "umask 077; exec build/package.sh")
	again.Dir = clone
	again.Env = append(os.Environ(), "GOCACHE="+filepath.Join(t.TempDir(), "cache"), "TZ=Asia/Kathmandu",
		"LANG=tr_TR.UTF-8")
	runCmd(t, again)

	want, got := sums(t, first), sums(t, filepath.Join(clone, "dist"))
	if len(want) < 15 {
		t.Fatalf("%d packages", len(want))
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] != want[name] {
			t.Errorf("%s differs", name)
		}
	}
}

// sums are the sums of a folder of packages, by name.
func sums(t *testing.T, dir string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(data)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		out[name] = sum
	}
	return out
}
