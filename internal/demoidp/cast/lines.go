package cast

import (
	"fmt"

	"github.com/pelletier/go-toml/v2/unstable"
)

// linesOf tells on which lines of the file the heads of its tables and their keys stand first, by names such as
// lifetimes.access_token and, for the third person, people.2.email. The name of a head ends with a dot.
func linesOf(data []byte) map[string]int {
	out, entries, head := map[string]int{}, map[string]int{}, ""
	var p unstable.Parser
	p.Reset(data)
	for p.NextExpression() {
		e := p.Expression()
		key, name, line := e.Key(), "", 0
		for key.Next() {
			if name += "." + string(key.Node().Data); line == 0 {
				line = p.Shape(key.Node().Raw).Start.Line
			}
		}
		switch name = name[1:]; e.Kind {
		case unstable.ArrayTable:
			head = fmt.Sprintf("%s.%d.", name, entries[name])
			entries[name]++
			name = head
		case unstable.Table:
			head = name + "."
			name = head
		default:
			name = head + name
		}
		if out[name] == 0 {
			out[name] = line
		}
	}
	return out
}
