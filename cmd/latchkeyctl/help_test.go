package main

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/mattn/go-shellwords"
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
			words, _, _ = strings.Cut(words, ")") // of $(…)
			words, _, _ = strings.Cut(words, " >")
			words, _, _ = strings.Cut(words, " |")
			args, err := shellwords.Parse(words)
			if err != nil {
				t.Fatal(err)
			}
			root := (&command{flags: map[string]string{}}).root(nil)
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
	walk((&command{flags: map[string]string{}}).root(nil))
	if n < 19 {
		t.Errorf("%d commands were looked at", n)
	}
}

// A command that is built alone has the same help as within the whole program.
func TestACommandBuiltAloneIsTheSame(t *testing.T) {
	says := func(args ...string) string {
		var out bytes.Buffer
		if code := run(t.Context(), args, strings.NewReader(""), &out, io.Discard); code != exitDone {
			t.Errorf("%v exits %d", args, code)
		}
		return out.String()
	}
	n := 0
	for _, cmd := range (&command{flags: map[string]string{}}).root(nil).Commands() {
		if cmd.Hidden || cmd.Name() == "help" {
			continue
		}
		n++
		if alone := (&command{flags: map[string]string{}}).root([]string{cmd.Name()}); cmd.Name() != "completion" &&
			cmd.Name() != "demo" && len(alone.Commands()) > 2 {
			t.Errorf("with %s %d commands are built", cmd.Name(), len(alone.Commands()))
		}
		if one, other := says(cmd.Name(), "--help"), says("help", cmd.Name()); one != other {
			t.Errorf("%s --help says\n%s\nand help %s\n%s", cmd.Name(), one, cmd.Name(), other)
		}
	}
	if n < 11 {
		t.Errorf("%d commands were looked at", n)
	}
}
