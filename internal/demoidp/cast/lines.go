package cast

import (
	"regexp"
	"strings"
)

// lines are the lines of the file, to find the one that a mistake stands on.
type lines []string

func linesOf(data []byte) lines { return strings.Split(string(data), "\n") }

var header = regexp.MustCompile(`^\s*\[{1,2}\s*([A-Za-z_]+)`)

// of returns the line of a key in entry i of a list ([[list]]), or in a table
// ([list]) when i is negative. It is the line of the header when the key is
// missing, and 0 when the list is written in another way.
func (l lines) of(list string, i int, key string) int {
	shape := regexp.MustCompile(`^\s*["']?` + regexp.QuoteMeta(key) + `["']?\s*[=.]`)
	found, entry, inside := 0, -1, false
	for n, line := range l {
		if m := header.FindStringSubmatch(line); m != nil {
			if inside && found > 0 {
				return found
			}
			inside = m[1] == list
			if inside {
				entry++
				inside = entry == i || i < 0
			}
			if inside {
				found = n + 1
			}
			continue
		}
		if inside && shape.MatchString(line) {
			return n + 1
		}
	}
	return found
}
