package settings

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the pages that are made of the key table anew")

// made is a page with what stands between its marks made anew.
func made(t *testing.T, path, text string) string {
	t.Helper()
	from, to := "<!-- made of internal/settings/keys.json -->\n", "<!-- end -->"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), from)
	_, after, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatalf("%s has lost its marks", path)
	}
	return before + from + "\n" + text + "\n" + to + after
}

// The pages about settings are made of the key table, and stay so.
func TestThePagesAreTheTables(t *testing.T) {
	const settings = "../../docs/settings.md"
	for path, want := range map[string]string{
		settings:                         made(t, settings, reference()),
		"../../docs/config.example.toml": Example(),
	} {
		if *update {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s is not what the tables say (%v): go test ./internal/settings -update", path, err)
		}
	}
}

// reference is the table of docs/settings.md: every setting, its meaning and its
// default, in Markdown.
func reference() string {
	var b strings.Builder
	untouched := defaults()
	for _, g := range groups() {
		fmt.Fprintf(&b, "### %s\n\n| Key | Meaning | Default |\n|---|---|---|\n", g.Title)
		for _, k := range g.Keys {
			about := k.About
			if k.Choices != nil {
				about += ": " + strings.Join(k.Choices, ", ")
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", k.Name, about, k.defaultText(shown(k.at(&untouched))))
		}
		b.WriteString("\n")
	}
	return b.String()[:b.Len()-1]
}
