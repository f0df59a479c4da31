package main

import (
	"fmt"
	"os"

	"app.latchkey/internal/cleantext"
)

// Colours of a terminal (ECMA-48). A program that is piped, or whose person has set
// NO_COLOR (https://no-color.org), gets none.
const (
	colourBad    = "1;31"
	colourWarn   = "33"
	colourGood   = "32"
	colourStrong = "1"
	colourQuiet  = "2"
)

// coloured reports whether what is written to a stream may bear colours.
func coloured(stream any) bool {
	return isTerminal(stream) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// paint gives a text a colour, if the stream takes any. The text must be clean already:
// what it holds of escapes is not taken out any more.
func paint(stream any, colour, text string) string {
	if text == "" || !coloured(stream) {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

// sayStrong prints the first line of a failure.
func (c *command) sayStrong(text string) {
	_, _ = fmt.Fprintln(c.stderr, paint(c.stderr, colourBad, cleantext.Text(text)))
}
