package docs

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// build/rename.sh renames the product in a copy. The copy builds, passes internal/archtest, and does not contain the
// old name.
func TestRenaming(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "copy")
	shell := func(script string) string {
		t.Helper()
		cmd := exec.Command("bash", "-euo", "pipefail", "-c", script, "bash", dir)
		cmd.Dir = dir
		if strings.Contains(script, "ls-files -z --cached") {
			cmd.Dir = repository
		}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", script, err, out)
		}
		return string(out)
	}
	shell(`mkdir -p "$1"; git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d "" f; do [ ! ` +
		`-e "$f" ] || cp --parents "$f" "$1"; done`)
	shell(`git init -q; git add -A; git -c user.name=x -c user.email=x@example.org commit -qm x`)
	shell(`build/rename.sh "Acme Portal" acme-portal com.acme "Acme Ltd"`)

	left := shell(`git grep -Ini latchkey -- . ':!LICENSE' ':!CHANGELOG.md' ':!build/rename.sh' ':!build/upgrade.sh' ` +
		`':!test/docs/*grade_test.go' ':!test/docs/rename_test.go' ':!internal/vault' ':!*package-lock.json' ` +
		`':!build/licences.txt' || true`)
	module := regexp.MustCompile(`app\.latchkey(/|["'.\x60\s,;}@=])`)
	for line := range strings.Lines(left) {
		if strings.Contains(strings.ToLower(module.ReplaceAllString(line, "")), "latchkey") {
			t.Errorf("the old name stays: %s", line)
		}
	}
	if files := shell(`git ls-files --others --cached | grep -i latchkey || true`); files != "" {
		t.Errorf("the old name stays in the names of files:\n%s", files)
	}
	shell(`bash -n build/*.sh; for f in build/*/*.sh; do bash -n "$f"; done`)
	shell(`go vet -tags webkit2_41 . ./cmd/... ./internal/...`)
	shell(`go test ./internal/archtest ./internal/settings ./internal/wire ./internal/logfile ./internal/vault -run ` +
		`'Imports|Module|Environment|Places|Golden'`)
	if got := shell(
		`go run ./cmd/acme-portalctl --help; go run ./cmd/acme-portalctl config 2>&1 || true`); strings.Contains(
		strings.ToLower(got), "latchkey") || !strings.Contains(got, "Acme Portal") {
		t.Errorf("the renamed program says\n%s", got)
	}
	if got := shell(`desktop-file-validate build/linux/acme-portal.desktop; cat ` +
		`build/linux/com.acme.acme-portal.metainfo.xml`); !strings.Contains(got, "<id>com.acme.acme-portal</id>") {
		t.Errorf("%s", got)
	}
	for _, wrong := range []string{
		`"" acme com.acme Acme`, `Acme "Acme Portal" com.acme Acme`, `Acme acme acme Acme`, `Acme acme`,
		`Acme acme com.acme '"; reboot'`,
	} {
		if out, err := exec.Command("bash", "-c", "cd "+dir+" && build/rename.sh "+wrong).CombinedOutput(); err == nil {
			t.Errorf("rename.sh %s: %s", wrong, out)
		}
	}
}
