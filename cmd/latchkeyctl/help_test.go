package main

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// Each command's help has an example, and each example is a command that there is, with
// flags that there are.
func TestEachCommandsExamples(t *testing.T) {
	n := 0
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		n++
		if cmd.Example == "" {
			t.Errorf("%s --help has no example", cmd.CommandPath())
		}
		for line := range strings.Lines(cmd.Example) {
			_, words, found := strings.Cut(line, "latchkeyctl")
			if !found {
				t.Errorf("%s: %q does not call the program", cmd.CommandPath(), line)
			}
			words, _, _ = strings.Cut(words, "#")
			args := strings.Fields(strings.FieldsFunc(words+" ",
				func(r rune) bool { return strings.ContainsRune(">|)", r) })[0])
			root := (&command{flags: map[string]string{}}).root()
			called, rest, err := root.Find(args)
			if err == nil {
				err = called.ParseFlags(rest)
			}
			if err == nil && called.Args != nil {
				err = called.Args(called, called.Flags().Args())
			}
			if err != nil {
				t.Errorf("%s: %q: %v", cmd.CommandPath(), line, err)
			}
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk((&command{flags: map[string]string{}}).root())
	if n < 19 {
		t.Errorf("%d commands were looked at", n)
	}
}
