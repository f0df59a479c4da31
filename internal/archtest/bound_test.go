package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// branches lists the functions of a file that decide something.
func branches(file *ast.File) []string {
	var out []string
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt,
				*ast.GoStmt:
				out = append(out, f.Name.Name)
				return false
			}
			return true
		})
	}
	return out
}

// The methods that JavaScript can call have no logic of their own: logic belongs into packages that can be tested
// without a window.
func TestTheBoundMethodsHoldNoLogic(t *testing.T) {
	paths, err := filepath.Glob("../../app*.go")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%v, %v", paths, err)
	}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range branches(file) {
			t.Errorf("%s: %s decides something: that belongs below internal/", filepath.Base(path), name)
		}
	}
	source := "package x\nfunc a() { if true {} }\nfunc b() { f(func() { go c() }) }\nfunc c() { d() }\n"
	file, err := parser.ParseFile(token.NewFileSet(), "x.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(branches(file), " "); got != "a b" {
		t.Errorf("the check itself finds %s", got)
	}
}
