// Package docs tests the documents: every command in them is run by a test or was run by hand, every event and file
// that they name exists, and the generated files are up to date.
package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const repository = "../.."

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(repository, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// goFiles are the files of the programs, by path; tests aside.
func goFiles(t *testing.T) map[string]*ast.File {
	t.Helper()
	out := map[string]*ast.File{}
	err := filepath.WalkDir(repository, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() &&
			slices.Contains([]string{
				"node_modules", ".git", "test", "tools", "artifacts", "dist", "examples", "templates",
			}, d.Name()) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		out[path], err = parser.ParseFile(token.NewFileSet(), path, nil, 0)
		return err
	})
	if err != nil || len(out) < 80 {
		t.Fatalf("%d files: %v", len(out), err)
	}
	return out
}

// events finds the names that a file hands to a logger.
func events(file *ast.File) []string {
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok ||
			!slices.Contains([]string{
				"Debug", "Info", "Warn", "Error", "DebugContext", "InfoContext", "WarnContext", "ErrorContext", "Log",
				"LogAttrs",
			}, method.Sel.Name) {
			return true
		}
		if from, ok := method.X.(*ast.Ident); ok && from.Name == "http" {
			return true // http.Error is no logger
		}
		for _, arg := range call.Args[:min(len(call.Args), 3)] {
			if lit, ok := arg.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				name, _ := strconv.Unquote(lit.Value)
				out = append(out, name)
				break
			}
		}
		return true
	})
	return out
}

// Every event that is logged is documented, and none is that is not.
func TestTheEvents(t *testing.T) {
	logged := map[string]bool{}
	for path, file := range goFiles(t) {
		for _, name := range events(file) {
			if !regexp.MustCompile(`^[a-z]+(\.[a-z_]+)$`).MatchString(name) {
				t.Errorf("%s logs %q, which is no name of an event", path, name)
			}
			logged[name] = true
		}
	}
	if len(logged) < 30 {
		t.Errorf("only %d events were found", len(logged))
	}
	_, list, _ := strings.Cut(read(t, "docs/logs.md"), "## Events")
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z]+\\.[a-z_]+)` \\|").FindAllStringSubmatch(list, -1) {
		documented[m[1]] = true
	}
	for _, m := range regexp.MustCompile("`(demo[a-z]*\\.[a-z_]+)`").FindAllStringSubmatch(list, -1) {
		documented[m[1]] = true
	}
	for _, name := range slices.Sorted(maps.Keys(logged)) {
		if !documented[name] {
			t.Errorf("docs/logs.md does not tell of %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(documented)) {
		if !logged[name] {
			t.Errorf("docs/logs.md tells of %s, which nothing logs", name)
		}
	}
}

func TestEventsAreFound(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "x.go", `package x
func f() { log.Info("a.b", "c", 1); l.WarnContext(ctx, "d.e"); e.Error(); http.Error(w, "f.g"); fmt.Println("no.no") }`,
		0)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(events(file), " "); got != "a.b d.e" {
		t.Errorf("found %s", got)
	}
}
