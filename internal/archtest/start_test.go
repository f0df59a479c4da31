package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// compiles are the calls whose results a program rarely needs and, made at package
// level, pays for at every start (docs/performance.md). sync.OnceValue puts them off.
var compiles = []string{"regexp.MustCompile", "regexp.MustCompilePOSIX", "template.Must"}

// atStart lists the regular expressions and templates that the file compiles when the program starts.
func atStart(file *ast.File) []string {
	var out []string
	for _, decl := range file.Decls {
		vars, ok := decl.(*ast.GenDecl)
		if !ok || vars.Tok != token.VAR {
			continue
		}
		ast.Inspect(vars, func(n ast.Node) bool {
			if _, later := n.(*ast.FuncLit); later {
				return false
			}
			if call, ok := n.(*ast.CallExpr); ok {
				if name := called(call); slices.Contains(compiles, name) {
					out = append(out, name)
				}
			}
			return true
		})
	}
	return out
}

// called names a call of another package's function as it is written.
func called(call *ast.CallExpr) string {
	if f, ok := call.Fun.(*ast.SelectorExpr); ok {
		if pkg, ok := f.X.(*ast.Ident); ok {
			return pkg.Name + "." + f.Sel.Name
		}
	}
	return ""
}

// What a release does not need at its start is not initialised at its start.
func TestNothingIsCompiledAtStart(t *testing.T) {
	for path := range imports(t, "../..") {
		if strings.HasPrefix(path, "internal/demoidp/") || strings.HasPrefix(path, "internal/robot/") {
			continue // in no release
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("../..", path), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, what := range atStart(file) {
			t.Errorf("%s calls %s at package level: wrap it in sync.OnceValue", path, what)
		}
	}
}

func TestWhatIsCompiledAtStartIsFound(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "x.go", `package x
var a, b = regexp.MustCompile("a"), sync.OnceValue(func() any { return regexp.MustCompile("b") })
func f() { regexp.MustCompile("c") }
var t = []any{template.Must(nil, nil)}
`, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(atStart(file), " "); got != "regexp.MustCompile template.Must" {
		t.Errorf("found %s", got)
	}
}
