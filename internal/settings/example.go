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
	untouched := defaults()
	for _, g := range groups() {
		fmt.Fprintf(&b, "\n# ## %s\n", g.Title)
		for _, k := range g.Keys {
			if k.NoFile {
				continue
			}
			def := shown(k.at(&untouched))
			fmt.Fprintf(&b, "\n# %s\n# %s = %s\n", k.sentence(def), k.Name, k.written(cmp.Or(def, k.Sample)))
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

func (k key) defaultText(def string) string {
	if k.Note != "" {
		return k.Note
	}
	return def
}

// written is a value in TOML.
func (k key) written(value string) string {
	switch k.kind {
	case list:
		var out []string
		for _, one := range strings.Fields(value) {
			out = append(out, strconv.Quote(one))
		}
		return "[" + strings.Join(out, ", ") + "]"
	case ports:
		return "[" + strings.ReplaceAll(value, " ", ", ") + "]"
	case yesNo:
		return value
	case table:
		name, text, _ := strings.Cut(value, "=")
		return fmt.Sprintf("{ %s = %q }", name, text)
	case apis:
		return "{ " + value + " }"
	}
	return strconv.Quote(value)
}
