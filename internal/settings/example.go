package settings

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Example is a config.toml that has every setting, commented out, with what it is
// and its default. docs/config.example.toml is this text.
func Example() string {
	var b strings.Builder
	b.WriteString("# Every setting of Latchkey, commented out. Copy what you need into config.toml\n" +
		"# (docs/settings.md says where it lies). Two lines are enough for most providers.\n")
	for _, c := range Chapters() {
		fmt.Fprintf(&b, "\n# ## %s\n", c.Title)
		for _, described := range c.Keys {
			k, _ := lookup(described.Name)
			fmt.Fprintf(&b, "\n# %s\n# %s = %s\n", described.Explain, k.Name,
				k.written(cmp.Or(described.Default, k.Sample)))
		}
	}
	return b.String()
}

// sentence says what a setting is.
func (k key) sentence(def string) string {
	return strings.ToUpper(k.About[:1]) + k.About[1:] + k.rest(def)
}

// rest says which values there are and what holds when none is set.
func (k key) rest(def string) string {
	out := "."
	if k.Choices != nil {
		out += " One of " + strings.Join(k.Choices, ", ") + "."
	}
	if text := k.defaultText(def); text != "" {
		out += " Default: " + text + "."
	}
	return out
}

func (k key) defaultText(def string) string { return cmp.Or(k.Note, def) }

// written is a value in TOML.
func (k key) written(value string) string {
	switch k.kind {
	case List:
		return quotedList(strings.Fields(value))
	case Ports:
		return "[" + strings.ReplaceAll(value, " ", ", ") + "]"
	case YesNo:
		return value
	case Table:
		name, text, _ := strings.Cut(value, "=")
		return fmt.Sprintf("{ %s = %q }", name, text)
	case APIs:
		return "{ " + value + " }"
	}
	return strconv.Quote(value)
}
