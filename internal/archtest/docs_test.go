package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestEverythingExportedIsDocumented reads every package of ours: its opening
// paragraph, and a comment for each exported name.
func TestEverythingExportedIsDocumented(t *testing.T) {
	opened := map[string]bool{}
	for path := range imports(t, "../..") {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, filepath.Join("../..", path), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Dir(path)
		opened[dir] = opened[dir] || file.Doc != nil
		for _, name := range undocumented(file) {
			t.Errorf("%s: %s has no comment", path, name)
		}
	}
	for dir, ok := range opened {
		if !ok && dir != "internal/archtest" {
			t.Errorf("package %s has no opening paragraph", dir)
		}
	}
}

// undocumented lists the exported names of a file without a comment of their own
// or of their group.
func undocumented(file *ast.File) []string {
	var out []string
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && d.Doc == nil && !hidden(d) {
				out = append(out, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				out = append(out, bare(d, spec)...)
			}
		}
	}
	return out
}

// hidden reports whether a method belongs to a type that nobody outside can name.
func hidden(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return false
	}
	typ := d.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	name, ok := typ.(*ast.Ident)
	return ok && !name.IsExported()
}

func bare(d *ast.GenDecl, spec ast.Spec) []string {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() && d.Doc == nil && s.Doc == nil {
			return []string{s.Name.Name}
		}
	case *ast.ValueSpec:
		var out []string
		for _, name := range s.Names {
			if name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
				out = append(out, name.Name)
			}
		}
		return out
	}
	return nil
}

func TestUndocumentedNamesAreFound(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "x.go",
		"package x\nfunc A() {}\ntype B int\nvar C int\n// D is.\nfunc D() {}\nfunc e() {}\n", parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(undocumented(file), " "); got != "A B C" {
		t.Errorf("found %s", got)
	}
}
