package archtest

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// declared are the custom properties of some CSS, in one spelling.
func declared(css string) map[string]string {
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`(--[a-z0-9-]+):\s*([^;}]+)`).FindAllStringSubmatch(css, -1) {
		value := strings.ToLower(strings.TrimSpace(m[2]))
		if short := regexp.MustCompile(`^#([0-9a-f])([0-9a-f])([0-9a-f])$`).FindStringSubmatch(value); short != nil {
			value = "#" + strings.Repeat(short[1], 2) + strings.Repeat(short[2], 2) + strings.Repeat(short[3], 2)
		}
		out[m[1]] = value
	}
	return out
}

// roots are the light and the dark :root blocks of a style sheet for both.
func roots(css string) (light, dark map[string]string) {
	blocks := regexp.MustCompile(`(?s):root\s*\{(.*?)\}`).FindAllStringSubmatch(css, 2)
	if len(blocks) != 2 {
		return nil, nil
	}
	return declared(blocks[0][1]), declared(blocks[1][1])
}

// strangers lists the colours of some CSS that are not in the palette.
func strangers(used, palette map[string]string) []string {
	var out []string
	for name, value := range used {
		if want, ok := palette[name]; ok && value != want {
			out = append(out, fmt.Sprintf("%s is %s, and %s in the palette", name, value, want))
		}
	}
	return out
}

// The colours stand in frontend/styles/tokens.css and dark.css. The page that the
// browser shows, the demo's pages and the window before its first page cannot link to
// them: their copies are held against them here.
func TestThePalette(t *testing.T) {
	light, dark := declared(read(t, "frontend/styles/tokens.css")), declared(read(t, "frontend/styles/dark.css"))
	for name := range dark {
		if _, ok := light[name]; !ok {
			t.Errorf("dark.css has %s, which tokens.css has not", name)
		}
	}
	for path, least := range map[string]int{
		"internal/demoidp/pages/assets/tokens.css": 10, "internal/loopback/page.go": 7,
	} {
		l, d := roots(read(t, path))
		if len(l) < least || len(d) < least {
			t.Errorf("%s has %d light and %d dark colours", path, len(l), len(d))
		}
		for _, problem := range append(strangers(l, light), strangers(d, dark)...) {
			t.Errorf("%s: %s", path, problem)
		}
	}
	papers := regexp.MustCompile(`NewRGB\(0x(..), 0x(..), 0x(..)\)`).FindAllStringSubmatch(
		read(t, "internal/desktop/window.go"), -1)
	if len(papers) != 2 {
		t.Fatalf("%d colours of the window before its first page", len(papers))
	}
	for i, want := range []string{dark["--paper"], light["--paper"]} {
		if got := "#" + strings.Join(papers[i][1:], ""); got != want {
			t.Errorf("internal/desktop/window.go: the window begins in %s, the page in %s", got, want)
		}
	}
	if accent := light["--brass"]; !strings.Contains(draw(), `fill="`+accent+`"`) ||
		!strings.Contains(read(t, "build/appicon-small.svg"), accent) {
		t.Errorf("the icon or docs/architecture.svg does not have the accent %s", accent)
	}
}

func TestAForeignColourIsFound(t *testing.T) {
	l, d := roots(":root{--a:#FFF;--b:#123456}@media x{:root{--a:#000}}")
	if got := append(strangers(l, map[string]string{"--a": "#ffffff", "--b": "#654321"}),
		strangers(d, map[string]string{"--a": "#111111"})...); len(got) != 2 {
		t.Errorf("found %v", got)
	}
}
