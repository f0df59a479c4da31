package module

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// copied is this tree, with what is not committed yet, as a repository of one commit.
func copied(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	sh(t, repository, nil, "bash", "-euo", "pipefail", "-c", `
		git ls-files -z --cached --others --exclude-standard |
			while IFS= read -r -d "" f; do [ ! -e "$f" ] || cp --parents "$f" "$1"; done
		cd "$1"; git init -q; git add -A; git -c user.name=x -c user.email=x@example.org commit -qm x`, "bash", dir)
	return dir
}

// proxied serves a copy of this tree by a module proxy in a folder, under its own name or under a host's, and returns
// the environment in which Go takes modules from there.
func proxied(t *testing.T, version string, module ...string) []string {
	t.Helper()
	folder := t.TempDir()
	sh(t, copied(t), nil, "build/goproxy.sh", append([]string{folder, version}, module...)...)
	upstream, err := exec.CommandContext(t.Context(), "go", "env", "GOPROXY").Output()
	if err != nil {
		t.Fatal(err)
	}
	modules, err := exec.CommandContext(t.Context(), "go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	return []string{ // what was downloaded before is taken from there
		"GOMODCACHE=" + t.TempDir(), "GONOSUMDB=app.latchkey,git.example.com", "GOFLAGS=-mod=mod -modcacherw",
		"GOPROXY=file://" + folder + ",file://" + strings.TrimSpace(string(modules)) + "/cache/download," +
			strings.TrimSpace(string(upstream)),
	}
}

// quickStart is the program that docs/module.md shows, with a provider of the test's.
func quickStart(t *testing.T, issuer string) string {
	t.Helper()
	page, err := os.ReadFile(repository + "/docs/module.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```go\n")
	code, _, ok := strings.Cut(rest, "```\n")
	const provider = `signin.Issuer("https://id.example.com", "client-id")`
	if !ok || !strings.Contains(code, provider) {
		t.Fatal("docs/module.md begins with another program")
	}
	return strings.Replace(code, provider, `signin.Issuer("`+issuer+`", "`+clientID+`")`, 1)
}

// A program outside of the tree takes the package from a company's own host by a replace directive, as docs/module.md
// describes, and nothing is renamed.
func TestAProgramOutsideOfTheTreeTakesThePackageFromItsOwnHost(t *testing.T) {
	p := newPlace(t)
	env := proxied(t, "v0.2.0", "git.example.com/platform/latchkey")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(quickStart(t, p.issuer)), 0o600); err != nil {
		t.Fatal(err)
	}
	sh(t, dir, env, "go", "mod", "init", "example.com/reader")
	sh(t, dir, env, "go", "mod", "edit", "-require=app.latchkey@v0.2.0",
		"-replace=app.latchkey=git.example.com/platform/latchkey@v0.2.0")
	sh(t, dir, env, "go", "mod", "tidy")
	program := build(t, dir, env, "-race")
	if out := p.must(program); out != "Hello, Ada Lovelace\n" {
		t.Errorf("the first run says %q", out)
	}
	p.env = append(p.env, "BROWSER=/bin/false")
	if out := p.must(program); out != "Hello, Ada Lovelace\n" {
		t.Errorf("after a restart it says %q", out)
	}
}
