package settings_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"app.latchkey/internal/provider"
	"app.latchkey/internal/settings"
)

var fence = regexp.MustCompile("(?ms)^ *```toml\n(.*?)^ *```")

// snippets are the TOML blocks of a page. An ellipsis stands for the rest of a value.
func snippets(t *testing.T, path string) []string {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range fence.FindAllStringSubmatch(string(page), -1) {
		out = append(out, strings.ReplaceAll(m[1], "…", "abcdefghijkl"))
	}
	return out
}

// Every preset has a page, with what to register and settings that load: the first
// block is whole, later ones are added to it unless they begin anew.
func TestEveryPresetHasAGuide(t *testing.T) {
	index, err := os.ReadFile("../../docs/providers/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range settings.Presets() {
		t.Run(name, func(t *testing.T) {
			path := "../../docs/providers/" + name + ".md"
			page, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(index), "]("+name+".md)") {
				t.Error("the index does not lead to it")
			}
			if text := strings.ToLower(string(page)); !strings.Contains(text, "not verified") &&
				!strings.Contains(text, "no public service was") {
				t.Error("it does not say what was not verified")
			}
			blocks := snippets(t, path)
			if len(blocks) == 0 {
				t.Fatal("no settings")
			}
			for i, block := range blocks {
				if i > 0 && !strings.Contains(block, "client_id =") && !strings.Contains(block, "project_id =") {
					block = blocks[0] + block
				}
				s, _, err := load(t, map[string]string{"config/config.toml": block}, nil, nil)
				if err != nil || !s.Configured || s.Provider.Preset != name {
					t.Errorf("%s\n%+v %v", block, s.Provider, err)
				}
				if i == 0 {
					registers(t, string(page), s.Provider)
				}
			}
		})
	}
}

// registers holds what the page says to register against what will be sent.
func registers(t *testing.T, page string, p provider.Provider) {
	t.Helper()
	want := []string{"http://" + p.RedirectHost}
	for _, port := range p.RedirectPorts {
		want = append(want, fmt.Sprintf("http://%s:%d%s", p.RedirectHost, port, p.RedirectPath))
	}
	for _, address := range want {
		if !strings.Contains(page, address) {
			t.Errorf("it does not say to register %s", address)
		}
	}
}

// The settings in the other pages load too.
func TestThePagesSettingsLoad(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) < 4 {
		t.Fatalf("%v %v", pages, err)
	}
	n := 0
	for _, path := range append(pages, "../../README.md") {
		for _, block := range snippets(t, path) {
			n++
			if _, _, err := load(t, map[string]string{"config/config.toml": block}, nil, nil); err != nil {
				t.Errorf("%s:\n%s\n%v", path, block, err)
			}
		}
	}
	if n < 2 {
		t.Errorf("%d blocks were read", n)
	}
}
