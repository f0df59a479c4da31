package signin_test

import (
	"bytes"
	"flag"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/api.txt anew: the public interface is meant to change")

// The public interface changes by a deliberate edit of testdata/api.txt alone.
func TestThePublicInterfaceIsTheOneThatWasPromised(t *testing.T) {
	var got bytes.Buffer
	for _, dir := range []string{".", "signintest"} {
		got.WriteString(declarations(t, dir))
	}
	const path = "testdata/api.txt"
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("the exported declarations differ from %s. If that is meant: go test ./signin -run PublicInterface "+
			"-update, and a line in CHANGELOG.md.\n%s",
			path, differing(string(want), got.String()))
	}
}

// declarations prints what a package exports, without comments and bodies.
func declarations(t *testing.T, dir string) string {
	t.Helper()
	fset := token.NewFileSet()
	var files []*ast.File
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatal("no files in", dir, err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	pkg, err := doc.NewFromFiles(fset, files, "app.latchkey/signin")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	add := func(node ast.Node) {
		var text bytes.Buffer
		if err := printer.Fprint(&text, fset, node); err != nil {
			t.Fatal(err)
		}
		out = append(out, text.String())
	}
	values := func(list []*doc.Value) {
		for _, v := range list {
			add(v.Decl)
		}
	}
	funcs := func(list []*doc.Func) {
		for _, f := range list {
			f.Decl.Body = nil
			add(f.Decl)
		}
	}
	values(pkg.Consts)
	values(pkg.Vars)
	funcs(pkg.Funcs)
	for _, ty := range pkg.Types {
		add(ty.Decl)
		values(ty.Consts)
		values(ty.Vars)
		funcs(ty.Funcs)
		funcs(ty.Methods)
	}
	slices.Sort(out)
	return "package " + pkg.Name + "\n\n" + comments.ReplaceAllString(strings.Join(out, "\n"), "") + "\n\n"
}

// comments are what stands behind a declaration on its line, or before it.
var comments = regexp.MustCompile(`(?m)^\s*//.*\n|[ \t]+//.*$`)

// differing lists the lines that stand on one side alone.
func differing(want, got string) string {
	var out []string
	for _, side := range []struct{ mark, has, other string }{{"- ", want, got}, {"+ ", got, want}} {
		for line := range strings.Lines(side.has) {
			if !strings.Contains(side.other, line) {
				out = append(out, side.mark+strings.TrimRight(line, "\n"))
			}
		}
	}
	return strings.Join(out, "\n")
}

// A program that imports the package inherits what a sign-in needs, and nothing of the window, the demo and the
// command line.
func TestAnImporterInheritsLittle(t *testing.T) {
	list, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../docs/module.md")
	if err != nil {
		t.Fatal(err)
	}
	modules := map[string]bool{}
	for _, path := range strings.Fields(string(list)) {
		for _, not := range []string{
			"github.com/wailsapp", "github.com/spf13", "github.com/zitadel", "rsc.io/qr", "github.com/mdp/qrterminal",
			"golang.org/x/image", "image",
			"gopkg.in/natefinch/lumberjack", "github.com/joho", "testing", "app.latchkey/internal/demoidp",
			"app.latchkey/internal/robot",
			"app.latchkey/internal/picture", "app.latchkey/internal/ui", "app.latchkey/internal/desktop",
			"app.latchkey/test",
		} {
			if path == not || strings.HasPrefix(path, not+"/") {
				t.Errorf("the package pulls in %s", path)
			}
		}
		first, _, _ := strings.Cut(path, "/")
		if strings.Contains(first, ".") && first != "app.latchkey" {
			modules[moduleOf(path)] = true
		}
	}
	for module := range modules {
		if !strings.Contains(string(page), "`"+module+"`") {
			t.Errorf("docs/module.md does not name %s among what an importer inherits", module)
		}
	}
}

// moduleOf returns the module of an import path, near enough for a list that people read.
func moduleOf(path string) string {
	parts := strings.Split(path, "/")
	return strings.Join(parts[:min(3, len(parts))], "/")
}
