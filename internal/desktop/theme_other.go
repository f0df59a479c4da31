//go:build !windows

package desktop

import (
	"os"
	"strings"
)

// systemDark reports whether the environment asks for a dark GTK theme. What the
// desktop is set to is only known to the page; the next start remembers it.
func systemDark() bool {
	return strings.HasSuffix(strings.ToLower(os.Getenv("GTK_THEME")), "dark")
}
