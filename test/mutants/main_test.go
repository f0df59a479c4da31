package main

import (
	"errors"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// The edits apply to the files as they are; whether a test misses the check is for
// make mutants to find out.
func TestEveryEditApplies(t *testing.T) {
	all, err := parse(table)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 100 {
		t.Errorf("%d mutants", len(all))
	}
	seen := map[string]bool{}
	for _, m := range all {
		edited, err := m.apply(root)
		if err != nil {
			t.Errorf("%s: %v", m, err)
			continue
		}
		before, err := os.ReadFile(filepath.Join(root, m.file))
		if err != nil {
			t.Fatal(err)
		}
		after := packages(t, m, edited)
		for name := range packages(t, m, before) {
			if !after[name] { // then it does not compile, and no test would run
				t.Errorf("%s: it leaves no use of the import %s", m, name)
			}
		}
		if seen[m.String()] {
			t.Errorf("%s stands twice", m)
		}
		seen[m.String()] = true
	}
}

// packages are the names before a dot that a file imports and uses.
func packages(t *testing.T, m mutant, source []byte) map[string]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), m.file, source, 0)
	if err != nil {
		t.Errorf("%s: %v", m, err)
		return nil
	}
	used := map[string]bool{}
	for _, name := range file.Unresolved { // what the file itself does not declare
		used[name.Name] = true
	}
	return maps.Collect(func(yield func(string, bool) bool) {
		for _, spec := range file.Imports {
			for _, name := range strings.FieldsFunc(spec.Path.Value,
				func(r rune) bool { return r == '/' || r == '-' || r == '"' }) {
				if used[name] && !yield(name, true) {
					return
				}
			}
		}
	})
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
