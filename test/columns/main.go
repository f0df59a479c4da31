// Command columns lists the lines of Go that are wider than 120 columns, and fails when there are any. A tab counts
// as four columns.
//
// It reads every Go file that git tracks, without the generated ones. It changes nothing.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"unicode/utf8"
)

// columns is the widest a line may be.
const columns = 120

func main() {
	out, err := exec.Command("git", "ls-files", "-z", "*.go").Output()
	if err != nil {
		fmt.Fprintln(os.Stderr, "columns: git ls-files:", err)
		os.Exit(1)
	}
	found := false
	for _, path := range strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 }) {
		source, err := os.ReadFile(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, "columns:", err)
			os.Exit(1)
		}
		for _, line := range wide(string(source)) {
			found = true
			fmt.Fprintf(os.Stderr, "%s:%s; break it: at most %d, a tab counts as 4\n", path, line, columns)
		}
	}
	if found {
		os.Exit(1)
	}
}

// wide lists the lines of source that are too wide. It leaves out directives such as //go:build, which cannot be
// broken.
func wide(source string) []string {
	if strings.HasPrefix(source, "// Code generated") {
		return nil
	}
	var list []string
	for i, line := range strings.Split(source, "\n") {
		n := utf8.RuneCountInString(line) + 3*strings.Count(line, "\t")
		if n > columns && !strings.HasPrefix(strings.TrimSpace(line), "//go:") {
			list = append(list, fmt.Sprintf("%d has %d columns", i+1, n))
		}
	}
	return list
}
