package settings

import (
	"regexp"
	"sync"
)

var readersShape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{(ours|code):([^}]*)\}`) })

// ForReader completes a text about settings for its reader. {ours:…} stands for readers of
// the window, the command line and whatever else reads the settings of an installed
// application; {code:…} for the reader of a program that has its provider in its code:
// such a program reads no LATCHKEY_ variable, and has no latchkeyctl beside it.
func ForReader(text string, inCode bool) string {
	return readersShape().ReplaceAllStringFunc(text, func(part string) string {
		if (part[1:5] == "code") != inCode {
			return ""
		}
		return part[6 : len(part)-1]
	})
}

// InCode reports whether the program's own code is the only source of these settings.
func (s Settings) InCode() bool { return s.options.Alone }
