package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// The edits apply to the files as they are, and compile. Whether a test misses the check is for make mutants to find
// out.
func TestEveryEditCompiles(t *testing.T) {
	all, err := parse(table)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 100 {
		t.Errorf("%d mutants", len(all))
	}
	c := newCompiler(t, all)
	seen := map[string]bool{}
	for _, m := range all {
		edited, err := m.apply(root)
		if err == nil {
			err = c.check(m.file, edited)
		}
		if err != nil {
			t.Errorf("%s: %v", m, err)
		}
		if seen[m.String()] {
			t.Errorf("%s stands twice", m)
		}
		seen[m.String()] = true
	}
}

// compiler checks the types of a package in which one file is edited.
type compiler struct {
	set      *token.FileSet
	imported types.Importer
	files    map[string][]string // of each package, by its folder
}

// newCompiler asks the go command for the files of the mutants' packages, and for what they import, compiled.
func newCompiler(t *testing.T, all []mutant) *compiler {
	t.Helper()
	args := []string{"list", "-export", "-deps", "-f",
		`{{.ImportPath}}|{{.Export}}|{{if not .DepOnly}}{{.Dir}}|{{join .GoFiles "|"}}{{end}}`}
	for _, m := range all {
		if dir := "./" + path.Dir(m.file); !slices.Contains(args, dir) {
			args = append(args, dir)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	top, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	c := &compiler{set: token.NewFileSet(), files: map[string][]string{}}
	exports := map[string]string{}
	for line := range strings.Lines(string(out)) {
		parts := strings.Split(strings.TrimSpace(line), "|")
		exports[parts[0]] = parts[1]
		if dir, err := filepath.Rel(top, parts[2]); err == nil && len(parts) > 3 {
			c.files[filepath.ToSlash(dir)] = parts[3:]
		}
	}
	c.imported = importer.ForCompiler(c.set, "gc", func(name string) (io.ReadCloser, error) {
		return os.Open(exports[name])
	})
	return c
}

// check returns the first fault of the file's package with the file as given.
func (c *compiler) check(edited string, source []byte) error {
	dir := path.Dir(edited)
	var files []*ast.File
	for _, name := range c.files[dir] {
		var text any
		if name == path.Base(edited) {
			text = source
		}
		file, err := parser.ParseFile(c.set, filepath.Join(root, dir, name), text, 0)
		if err != nil {
			return err
		}
		files = append(files, file)
	}
	if !slices.Contains(c.files[dir], path.Base(edited)) {
		return fmt.Errorf("no file of this system's package: %v", c.files[dir])
	}
	_, err := (&types.Config{Importer: c.imported}).Check(dir, c.set, files, nil)
	return err
}

// withoutCheck are errors of openid that tell of something else than a check of
// what the provider said: faults, refusals, and the settings.
var withoutCheck = []string{
	"ErrSettings", "ErrNetwork", "ErrTLS", "ErrStatus", "ErrDocument",
	"ErrEncoding", "ErrTokenForm", "ErrDiscovery", "ErrKeys", "ErrAccessDenied",
	"ErrInteraction", "ErrAnswer",
	"ErrTokenEndpoint", "ErrNotRenewed", "ErrProof", "ErrPushed", "ErrDevice", "ErrUserinfo", "ErrRevocation",
	"ErrLogout",
}

// Every sentinel of a check has a mutant that takes the check out.
func TestEveryCheckHasItsMutant(t *testing.T) {
	source, err := os.ReadFile(root + "/internal/openid/errors.go")
	if err != nil {
		t.Fatal(err)
	}
	all, err := parse(table)
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`(?m)^\t(Err\w+)\s+= `).FindAllStringSubmatch(string(source), -1)
	if len(names) < 40 {
		t.Fatalf("%d sentinels were read", len(names))
	}
	for _, name := range names {
		has := slices.ContainsFunc(all, func(m mutant) bool { return m.sentinel == name[1] })
		if left := slices.Contains(withoutCheck, name[1]); has == left {
			t.Errorf("%s: has a mutant %v, is left out %v", name[1], has, left)
		}
	}
}

func TestVerdict(t *testing.T) {
	red := errors.New("exit status 1")
	for name, c := range map[string]struct {
		out  string
		err  error
		want string // "" for a fault
	}{
		"green":             {"ok  \tapp.latchkey/internal/openid", nil, ""},
		"a red test":        {"--- FAIL: TestLies (0.00s)\nFAIL", red, "killed"},
		"a test that hangs": {"panic: test timed out after 3m0s", red, "hangs"},
		"a panic":           {"ok\npanic: runtime error", red, "killed"},
		"does not compile":  {"FAIL\tapp.latchkey/internal/openid [build failed]", red, ""},
	} {
		got, err := verdict(c.out, c.err)
		if strings.TrimSpace(got) != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
}

func TestATableThatIsBroken(t *testing.T) {
	for _, text := range []string{"a | b\n-x\n+y", "a | b | c\nx", "a | b | c\n-x\n+x", "a | b | c\n+x"} {
		if _, err := parse(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	if _, err := (mutant{file: "go.mod", old: "this stands nowhere"}).apply(root); err == nil {
		t.Error("an edit of what is not there is taken")
	}
}
