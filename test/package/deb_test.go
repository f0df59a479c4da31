//go:build linux

package packages

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// former asks who is signed in according to a vault in the first version's format. A program of that version wrote the
// file, under a passphrase, since a keychain's key cannot leave its machine. The file is never made anew; a later
// format gets a file of its own.
func (r *root) former() string {
	r.t.Helper()
	const data = "/home/person/former/latchkey"
	r.run("install", "-d", "-o", person, "-m", "700", filepath.Dir(data), data)
	r.copy("testdata/signed-in.v1.vault", data+"/vault")
	r.run("chown", person, data+"/vault")
	cmd := r.session("latchkeyctl status --json")
	cmd.Env = append(cmd.Env, "XDG_DATA_HOME="+filepath.Dir(data), "LATCHKEY_STORE=file",
		"LATCHKEY_STORE_PASSPHRASE=correct horse battery")
	return runCmd(r.t, cmd)
}

// older writes the same package under a version that comes before it.
func older(t *testing.T, deb string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "older")
	run(t, "dpkg-deb", "-R", deb, dir)
	run(t, "sed", "-i", "s/^Version: .*/Version: 0.0.1-1/", filepath.Join(dir, "DEBIAN", "control"))
	// nfpm writes one with an empty line, which dpkg-deb refuses to pack
	run(t, "rm", filepath.Join(dir, "DEBIAN", "conffiles"))
	path := dir + ".deb"
	run(t, "dpkg-deb", "--root-owner-group", "-Zgzip", "-b", dir, path)
	return path
}

// The package is installed by apt in an empty system, used, upgraded to the next version with the person still signed
// in, and removed.
func TestTheDebFromInstallationToRemoval(t *testing.T) {
	deb := made(t, "latchkey_*.deb")
	r := newRoot(t)
	r.copy(older(t, deb), "/older.deb")
	r.copy(deb, "/newer.deb")
	r.run("apt-get", "update", "-qq")
	r.run("apt-get", "install", "-y", "-qq", "/older.deb")
	if got := r.run("ldd", "/usr/bin/latchkey"); strings.Contains(got, "not found") {
		t.Fatalf("the package does not bring all that its program needs:\n%s", got)
	}

	r.display()
	r.env = append(r.env, provider(t)...)
	stop := r.start()
	r.happened("screen:signin", 1)
	r.key("Return")
	r.happened("screen:profile", 1)
	before := r.status()
	if before["name"] != "Ada Lovelace" {
		t.Errorf("after the sign-in latchkeyctl sees %v", before)
	}
	stop()

	r.run("apt-get", "install", "-y", "-qq", "/newer.deb")
	if got := r.run("dpkg-query", "-W", "-f", "${Version}", "latchkey"); got !=
		strings.TrimSpace(run(t, "dpkg-deb", "-f", deb, "Version")) {
		t.Fatalf("after the upgrade version %s is installed", got)
	}
	known := len(r.events())
	stop = r.start()
	r.happened("screen:profile", 2)
	if i := slices.IndexFunc(r.events()[known:], func(e string) bool {
		return strings.HasPrefix(e, "screen:")
	}); r.events()[known+i] != "screen:profile" {
		t.Errorf("after the upgrade the first screen is not the profile: %v", r.events()[known:])
	}
	if after := r.status(); after["sub"] != before["sub"] || after["signed_in_at"] != before["signed_in_at"] {
		t.Errorf("before the upgrade %v, after it %v", before, after)
	}
	stop()

	if got := r.former(); !strings.Contains(got, `"name":"Ada Lovelace"`) ||
		!strings.Contains(got, `"signed_in_at":"2026-11-24T19:57:45Z"`) {
		t.Errorf("of a session that an older version stored, this one says %s", got)
	}

	r.run("apt-get", "remove", "-y", "-qq", "latchkey")
	if left := r.run("sh", "-c", "find /usr /etc -iname '*latchkey*' -not -path '/usr/local/*'"); left != "" {
		t.Errorf("after the removal these stay:\n%s", left)
	}
	if _, err := os.Stat(r.data); err != nil {
		t.Errorf("the removal of the programs took the person's own: %v", err)
	}
}
