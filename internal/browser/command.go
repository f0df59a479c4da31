package browser

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/mattn/go-shellwords"
)

// command is one opener with its arguments.
type command struct {
	args []string // the first one names the program, also where err is set
	err  error    // why it cannot be run
}

// list splits $BROWSER into its commands: at colons, on Windows at semicolons, since
// C:\ has a colon. A separator within quotes or behind a backslash is a part of the
// command. A value that names a program as a whole is that one command.
func list(value string, windows bool) []string {
	if isProgram(value) {
		return []string{value}
	}
	separator := ':'
	if windows {
		separator = ';'
	}
	var out []string
	add := func(text string) {
		if text = strings.TrimSpace(text); text != "" {
			out = append(out, text)
		}
	}
	var quote rune
	escaped, begin := false, 0
	for i, r := range value {
		switch {
		case escaped:
			escaped = false
		case quote != 0:
			if r == quote {
				quote = 0
			} else {
				escaped = r == '\\' && quote == '"' && !windows
			}
		case r == '"', r == '\'' && !windows:
			quote = r
		case r == '\\' && !windows:
			escaped = true
		case r == separator:
			add(value[begin:i])
			begin = i + 1
		}
	}
	add(value[begin:])
	return out
}

// parse splits one command into words and puts the address in: in place of %s, else at
// the end. %% is a per cent sign.
func parse(text, address string, windows bool) command {
	if isProgram(text) {
		return command{args: []string{text, address}}
	}
	words := shellwords.NewParser() // no variables, no backquotes
	words.SetExcludeSeparators(';', '&', '|', '<', '>', '`', '$', '(', ')')
	line := text
	if windows { // where a backslash separates folders, and an apostrophe is a letter
		line = strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(line)
	}
	args, err := words.Parse(line)
	if err != nil || len(args) == 0 || args[0] == "" {
		return command{args: []string{text}, err: fmt.Errorf("browser: BROWSER: %w", errors.Join(err, errNoCommand))}
	}
	named := false
	for i, arg := range args[1:] { // the program's own name is taken as it is
		named = named || strings.Contains(strings.ReplaceAll(arg, "%%", ""), "%s")
		args[1+i] = strings.NewReplacer("%%", "%", "%s", address).Replace(arg)
	}
	if !named {
		args = append(args, address)
	}
	return command{args: args}
}

var errNoCommand = errors.New("not a command line: a quote may be open")

// isProgram reports whether text as a whole names a program, spaces and all.
func isProgram(text string) bool {
	_, err := exec.LookPath(text)
	return err == nil
}

// present names the programs that are there. The error is nil when there were no commands.
func present(commands []command) (there []string, missing *OpenError) {
	for _, c := range commands {
		err := c.err
		if err == nil {
			_, err = exec.LookPath(c.args[0])
		}
		if err == nil {
			there = append(there, c.args[0])
			continue
		}
		if missing == nil {
			missing = &OpenError{}
		}
		missing.Tried, missing.Err = append(missing.Tried, c.args[0]), err
	}
	return there, missing
}
