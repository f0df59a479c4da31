package archtest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../..", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// named is a function in a step of docs/architecture.md, with its file:
// `Manager.SignIn` (`internal/account/signin.go`).
var named = regexp.MustCompile("`([A-Za-z.]+)` \\(`([a-z0-9_/.]+\\.(?:go|js))`\\)")

// absences lists what the text names and the tree has not.
func absences(t *testing.T, text string) []string {
	t.Helper()
	var out []string
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		path := filepath.Join("../..", m[2])
		data, err := os.ReadFile(path)
		if err != nil {
			out = append(out, m[2])
			continue
		}
		kind, name, method := strings.Cut(m[1], ".")
		shape := `(?m)^(?:func |export (?:async )?function |export const |\s+(?:\w+ as )?)` + m[1] + `\b`
		if method {
			shape = `(?m)^func \([a-z]+ \*?` + kind + `\) ` + name + `\(|^(?:export )?(?:async )?function ` + name +
				`\b|^    ` + name + `\(`
		}
		if !regexp.MustCompile(shape).Match(data) {
			out = append(out, m[1]+" in "+m[2])
		}
	}
	return out
}

// The sign-in that the page follows is the one that the code takes.
func TestTheTenStepsAreThere(t *testing.T) {
	_, after, found := strings.Cut(read(t, "docs/architecture.md"), "## One sign-in")
	steps, _, _ := strings.Cut(after, "\n## ")
	if n := len(named.FindAllString(steps, -1)); !found || n < 10 {
		t.Fatalf("%d functions are named", n)
	}
	for _, n := range []string{"\n1. ", "\n10. "} {
		if !strings.Contains(steps, n) {
			t.Errorf("no step %q", n)
		}
	}
	for _, what := range absences(t, steps) {
		t.Errorf("there is no %s", what)
	}
	if got := absences(t, "`Manager.Nothing` (`internal/account/signin.go`), `A.b` (`none.go`)"); len(got) != 2 {
		t.Errorf("the check itself finds %v", got)
	}
}

// files are the files and folders that the pages name in running text.
var files = regexp.MustCompile("`((?:internal|cmd|frontend|docs|build|test)/[A-Za-z0-9_./*-]+|[a-z_]+\\.go)`")

func TestEveryFileThatThePageNamesExists(t *testing.T) {
	page := read(t, "docs/architecture.md")
	found := files.FindAllStringSubmatch(page, -1)
	if len(found) < 20 {
		t.Fatalf("%d files are named", len(found))
	}
	for _, m := range found {
		if there, err := filepath.Glob(filepath.Join("../..", m[1])); err != nil || len(there) == 0 {
			t.Errorf("there is no %s", m[1])
		}
	}
	for name := range packages {
		if first, _, _ := strings.Cut(name, "/"); !strings.Contains(page, first) {
			t.Errorf("the page does not know the package %s", name)
		}
	}
}

// Each dependency that go.mod names for itself has its line, and each line its
// dependency.
func TestEachDependencyHasItsLine(t *testing.T) {
	mod := read(t, "go.mod")
	page := read(t, "docs/decisions/README.md")
	_, table, _ := strings.Cut(page, "## Dependencies")
	table, _, _ = strings.Cut(table, "\n## ")
	var direct []string
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) v\S+$`).FindAllStringSubmatch(mod, -1) {
		direct = append(direct, m[1])
	}
	var lined []string
	for _, row := range regexp.MustCompile(`(?m)^\| ([^|]+) \|`).FindAllStringSubmatch(table, -1) {
		for _, module := range strings.Split(row[1], ", ") {
			if strings.Contains(module, "/") {
				lined = append(lined, module)
			}
		}
	}
	if len(direct) < 15 {
		t.Fatalf("go.mod names %d", len(direct))
	}
	for _, module := range direct {
		if !slices.Contains(lined, module) {
			t.Errorf("docs/decisions/README.md has no line for %s", module)
		}
	}
	tools := read(t, "tools/go.mod") + read(t, "tools/package/go.mod")
	for _, module := range lined {
		if !slices.Contains(direct, module) && !strings.Contains(tools, module+" v") {
			t.Errorf("docs/decisions/README.md has a line for %s, which go.mod does not name", module)
		}
	}
}

// Each page of a decision is in the list.
func TestEachDecisionIsListed(t *testing.T) {
	list := read(t, "docs/decisions/README.md")
	pages, err := filepath.Glob("../../docs/decisions/0*.md")
	if err != nil || len(pages) < 5 {
		t.Fatalf("%d pages (%v)", len(pages), err)
	}
	for _, page := range pages {
		if !strings.Contains(list, "("+filepath.Base(page)+")") {
			t.Errorf("%s is not listed", filepath.Base(page))
		}
	}
}
