package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/term"

	"app.latchkey/internal/cleantext"
	"app.latchkey/internal/doctor"
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

// isTerminal reports whether a person sits at the stream.
func isTerminal(stream any) bool {
	if o, ours := stream.(*output); ours {
		stream = o.to
	}
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// coloured reports whether what is written to a stream may bear colours.
func coloured(stream any) bool {
	return isTerminal(stream) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// paint gives a text a colour, if the stream takes any. The text must be clean already: escapes stay in it.
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

// rows prints lines of cells: in columns on a terminal, and for a program that reads them
// with a tab between two. The first cell of each line is quiet on a terminal with colours.
func (c *command) rows(lines [][]string) error {
	var widths []int
	for _, line := range lines {
		for i := range line {
			line[i] = oneLine(line[i])
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], uniseg.StringWidth(line[i]))
		}
	}
	var out strings.Builder
	for _, line := range lines {
		for i, cell := range line {
			gap := "\t"
			if isTerminal(c.stdout) {
				gap = strings.Repeat(" ", widths[i]-uniseg.StringWidth(cell)+2)
			}
			if i == len(line)-1 {
				gap = "\n"
			}
			if i == 0 {
				cell = paint(c.stdout, colourQuiet, cell)
			}
			out.WriteString(cell + gap)
		}
	}
	_, err := fmt.Fprint(c.stdout, out.String())
	return err
}

// findingLine is a finding of the doctor's, its outcome in a colour.
func (c *command) findingLine(f doctor.Finding) string {
	colour := map[doctor.Status]string{doctor.Pass: colourGood, doctor.Warn: colourWarn,
		doctor.Fail: colourBad}[f.Status]
	return paint(c.stdout, colour, string(f.Status)) + strings.TrimPrefix(f.Line(), string(f.Status))
}
