package main

import (
	"bufio"

	"app.latchkey/internal/problem"
)

// maxPaste is the longest line, in bytes, that is read from the terminal.
const maxPaste = 64 << 10

// takePasted reads addresses that a person pastes for the sign-in under way: the
// browser may be on a machine that cannot reach this one's loopback. Each address is
// checked as strictly as the redirect itself. Nothing can interrupt a read from a
// terminal, so takePasted ends with the program.
func (c *command) takePasted() {
	lines := bufio.NewScanner(c.stdin)
	lines.Buffer(nil, maxPaste)
	for lines.Scan() {
		if lines.Text() == "" {
			continue
		}
		err := c.parts.Accept(lines.Text())
		if err == nil {
			continue // the provider may be asked once more
		}
		p := problem.From(err, c.name)
		c.say("%s. %s", p.Title, p.Hint)
	}
}
