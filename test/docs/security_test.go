package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Each attack in SECURITY.md names its test, and each test that is named exists: in the
// package before it, or anywhere when there is none.
func TestEachAttackHasItsTest(t *testing.T) {
	_, table, found := strings.Cut(read(t, "SECURITY.md"), "\n| Attacker | Attack |")
	table, _, _ = strings.Cut(table, "\n\n")
	rows := strings.Split(table, "\n")
	if !found || len(rows) < 15 {
		t.Fatalf("%d rows of attacks", len(rows))
	}
	name := regexp.MustCompile("`(internal/[a-z/]+)`:|`(Test[A-Za-z0-9]+)`|`(test/[A-Za-z/]+\\.mjs)`")
	for _, row := range rows[2:] {
		cells := strings.Split(strings.TrimSuffix(row, "|"), "|")
		folder, tests := "", 0
		for _, m := range name.FindAllStringSubmatch(cells[len(cells)-1], -1) {
			switch {
			case m[1] != "":
				folder = m[1]
			case m[2] != "":
				tests++
				if !declared(t, folder, m[2]) {
					t.Errorf("there is no test %s %s, for: %s", folder, m[2], cells[2])
				}
			default:
				tests++
				if _, err := os.Stat(filepath.Join(repository, m[3])); err != nil {
					t.Error(err)
				}
			}
		}
		if tests == 0 {
			t.Errorf("no test is named for: %s", row)
		}
	}
}

func declared(t *testing.T, folder, test string) bool {
	t.Helper()
	cmd := exec.Command("git", "grep", "-q", "--untracked", "^func "+test+"(", "--", filepath.Join(folder, "*_test.go"))
	cmd.Dir = repository
	return cmd.Run() == nil
}
