package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A team has renamed the product and changed its profile screen and a colour. A later release of thirty commits comes
// in without a conflict, under the team's name.
func TestUpgradingARenamedProduct(t *testing.T) {
	product := filepath.Join(t.TempDir(), "product")
	shell := func(dir, script string) string {
		t.Helper()
		cmd := exec.Command("bash", "-euo", "pipefail", "-c", script, "bash", product)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=x", "GIT_AUTHOR_EMAIL=x@example.org", "GIT_COMMITTER_NAME=x",
			"GIT_COMMITTER_EMAIL=x@example.org")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", script, err, out)
		}
		return string(out)
	}
	shell(repository, `mkdir -p "$1"; git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d `+
		`"" f; do [ ! -e "$f" ] || cp --parents "$f" "$1"; done`)
	shell(product, `git init -qb main; git add -A; git commit -qm "the old release"; git branch release`)
	shell(product, `build/rename.sh "Acme Portal" acme-portal com.acme "Acme Ltd"; git add -A; git commit -qm "rename"`)
	shell(product, `sed -i '1i // Orders of Acme stand here.' frontend/screens/profile.js; sed -i `+
		`'s/#[0-9a-f]\{6\}/#123456/' frontend/styles/tokens.css; git commit -qam "our screen, our colour"`)

	// Thirty commits on top of the old release, each on a line or a file that bears the product's name.
	shell(product, `git worktree add -q "$1-release" release`)
	shell(product+"-release", `
		n=0
		for f in $(git grep -lI Latchkey -- 'docs/*.md' 'internal/*.go' README.md '*.sh' |
			grep -vE 'rename|upgrade' | head -27); do
			n=$((n+1)); sed -i "0,/Latchkey/s//Latchkey (change $n)/" "$f"; git commit -qam "change $n"
		done
		git mv docs/comparison.md docs/beside.md; git commit -qm "a page moves"
		printf 'package logfile\n\n// Added is new in Latchkey.\nconst Added = "latchkey"\n' > internal/logfile/added.go
		git add -A; git commit -qm "a file comes"
		printf '\n/* Latchkey */\n' >> frontend/styles/tokens.css; git commit -qam "the same file as the team's colour"
		git rev-list --count HEAD`)

	out := shell(product, `build/upgrade.sh release && git commit -qm upgrade && git status --porcelain`)
	if !strings.Contains(out, "nothing conflicts") {
		t.Errorf("the upgrade says %s", out)
	}
	for _, check := range []string{
		`head -1 frontend/screens/profile.js | grep -q Acme`,
		`grep -q '#123456' frontend/styles/tokens.css; grep -q '/\* Acme Portal \*/' frontend/styles/tokens.css`,
		`grep -q '"acme-portal"' internal/logfile/added.go`,
		`test -f docs/beside.md; test ! -f docs/comparison.md`,
		`test "$(git grep -cI 'Acme Portal (change' | wc -l)" -ge 20`,
		`! git grep -I 'Latchkey (change' -- . ':!internal/vault' ':!test/docs'`,
		`git merge-base --is-ancestor release HEAD`,
	} {
		shell(product, check)
	}
	// What both sides have changed is marked, and named.
	shell(product+"-release", `sed -i '1i // Latchkey says this.' frontend/screens/profile.js; git commit -qam "the `+
		`screen"`)
	cmd := exec.Command("build/upgrade.sh", "release")
	cmd.Dir = product
	if said, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(said), "frontend/screens/profile.js") {
		t.Errorf("a real conflict: %v\n%s", err, said)
	}
}
