package provider

import (
	"os"
	"strings"
	"testing"
)

func TestEveryKeyIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/settings.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range keys {
		if !strings.Contains(string(doc), "| `"+name+"` |") {
			t.Errorf("docs/settings.md does not have %s", name)
		}
	}
	for _, line := range strings.Split(string(doc), "\n") {
		name, _, ok := strings.Cut(strings.TrimPrefix(line, "| `"), "` |")
		if _, known := keys[name]; strings.HasPrefix(line, "| `") && ok && !known && !strings.Contains(name, ".") {
			t.Errorf("docs/settings.md has %s, which is no key", name)
		}
	}
}
