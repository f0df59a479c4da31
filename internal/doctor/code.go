package doctor

import (
	_ "embed"
	"strings"

	"app.latchkey/internal/datafile"
)

// codesFile has the code of each finding that is not well, by its title. A code keeps its meaning for good, also
// when the title's words change.
//
//go:embed codes.json
var codesFile []byte

var codes = datafile.JSON[map[string]string](codesFile)

// codeOf is the code of a finding. What is well has the check's name and ok.
func codeOf(f Finding) string {
	check := f.ID
	for _, many := range []string{"port", "proxy"} { // checks of several ports and hosts
		if strings.HasPrefix(check, many+".") {
			check = many
		}
	}
	if f.Status == Pass {
		return check + ".ok"
	}
	if code := codes()[f.Title]; code != "" {
		return code
	}
	return check + ".other"
}
