// Package quiethttp keeps a release from printing HTTP headers, which bear tokens, because GODEBUG says http2debug.
//
// A program imports it for this effect alone. It comes in time because Go initialises packages in the order of their
// import paths, as soon as what they import is initialised (The Go Programming Language Specification, Program
// initialization): this one imports os and strings alone, and its path sorts before net/http, which reads GODEBUG
// when it is initialised. It touches the environment and nothing else.
package quiethttp

import (
	"os"
	"strings"
)

// The effect of importing this package.
var _ = quiet()

func quiet() bool {
	text, set := os.LookupEnv("GODEBUG")
	if development || !set {
		return false
	}
	var kept []string
	for part := range strings.SplitSeq(text, ",") {
		if !strings.Contains(part, "http2debug") {
			kept = append(kept, part)
		}
	}
	if quiet := strings.Join(kept, ","); quiet != text {
		return os.Setenv("GODEBUG", quiet) == nil
	}
	return false
}
