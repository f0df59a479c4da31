package doctor

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of docs/doctor.md anew")

// literals are all texts of the package's files, those that stand as the title of a finding that is not well, and the
// titles of such findings that bring no advice of their own.
func literals(t *testing.T) (all map[string]bool, titles, bare []string) {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	all = map[string]bool{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if text, ok := n.(*ast.BasicLit); ok {
				said, _ := strconv.Unquote(text.Value)
				all[said] = true
			}
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 3 {
				return true
			}
			name, ok := call.Fun.(*ast.SelectorExpr)
			title, literal := call.Args[1].(*ast.BasicLit)
			if ok && literal && (name.Sel.Name == "warn" || name.Sel.Name == "fail") {
				said, _ := strconv.Unquote(title.Value)
				titles = append(titles, said)
				if len(call.Args) == 3 {
					bare = append(bare, said)
				}
			}
			return true
		})
	}
	return all, titles, bare
}

// Each finding that is not well has a code of its own, and each code a finding.
func TestEachFindingHasItsCode(t *testing.T) {
	all, titles, _ := literals(t)
	if len(titles) < 60 {
		t.Errorf("%d findings were looked at", len(titles))
	}
	for _, title := range titles {
		if codes()[title] == "" {
			t.Errorf("%q has no code in codes.json", title)
		}
	}
	for title := range advices() {
		if codes()[title] == "" {
			t.Errorf("%q has advice and no code in codes.json", title)
		}
	}
	shape, seen := regexp.MustCompile(`^[a-z0-9_]+(\.[a-z0-9_]+)+$`), map[string]string{}
	for title, code := range codes() {
		if !all[title] {
			t.Errorf("nothing is called %q", title)
		}
		if seen[code] != "" || !shape.MatchString(code) || strings.HasSuffix(code, ".ok") ||
			strings.HasSuffix(code, ".other") {
			t.Errorf("%q has the code %s, as has %q", title, code, seen[code])
		}
		seen[code] = title
	}
}

// A title's words may change; what was found keeps its code. These are promised.
func TestCodesArePromised(t *testing.T) {
	promised, err := os.ReadFile("testdata/codes.txt")
	if err != nil {
		t.Fatal(err)
	}
	there := slices.Collect(maps.Values(codes()))
	for _, code := range strings.Fields(string(promised)) {
		if !slices.Contains(there, code) {
			t.Errorf("%s is gone: collectors count it. Keep it, or name the change in the changelog and give the "+
				"report a new "+
				"schema", code)
		}
	}
}

// The page's table is made of the codes.
func TestThePageHasEveryCode(t *testing.T) {
	const path, from, to = "../../docs/doctor.md", "<!-- made of internal/doctor/codes.json -->\n", "<!-- end -->"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	titles := map[string]string{}
	for title, code := range codes() {
		titles[code] = title
	}
	var b strings.Builder
	b.WriteString("\n| Code | What was found |\n|---|---|\n")
	for _, code := range slices.Sorted(maps.Keys(titles)) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", code, titles[code])
	}
	before, rest, _ := strings.Cut(string(page), from)
	_, after, ok := strings.Cut(rest, to)
	want := before + from + b.String() + "\n" + to + after
	if *update && ok {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		page = []byte(want)
	}
	if !ok || string(page) != want {
		t.Errorf("%s is not what the codes say: go test ./internal/doctor -run Page -update", path)
	}
}
