package doctor

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Each finding that is not well has advice: by its title, or of its own.
func TestEachTitleHasItsAdvice(t *testing.T) {
	unused := maps.Clone(advices())
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
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
				delete(unused, said)
			}
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 3 {
				return true
			}
			name, ok := call.Fun.(*ast.SelectorExpr)
			title, literal := call.Args[1].(*ast.BasicLit)
			if !ok || !literal || !slices.Contains([]string{"warn", "fail"}, name.Sel.Name) {
				return true
			}
			looked++
			if said, _ := strconv.Unquote(title.Value); advices()[said] == "" {
				t.Errorf("%s: %q has no advice", path, said)
			}
			return true
		})
	}
	for title := range unused {
		t.Errorf("nothing is called %q", title)
	}
	if looked < 40 {
		t.Errorf("%d findings were looked at", looked)
	}
}
