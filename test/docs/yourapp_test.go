package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// step is a block of docs/your-app.md: the file that its paragraph names, and the text.
func steps(t *testing.T, page string) map[string]string {
	t.Helper()
	_, after, found := strings.Cut(page, "## Where it goes")
	section, _, _ := strings.Cut(after, "\n## ")
	out := map[string]string{}
	shape := regexp.MustCompile("(?ms)^\\d\\. [^`]*`([^`]+)`.*?\n   ```\\w+\n(.*?)   ```")
	for _, m := range shape.FindAllStringSubmatch(section, -1) {
		out[m[1]] = regexp.MustCompile(`(?m)^   `).ReplaceAllString(m[2], "")
	}
	if !found || len(out) != 4 {
		t.Fatalf("%d steps: %v", len(out), out)
	}
	return out
}

// An API call is added by what the page says and nothing else, in a copy, in which the
// tests of the layout then pass.
func TestTheStepsOfYourAppAreEnough(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "copy")
	shell := func(in, script string) {
		t.Helper()
		cmd := exec.Command("bash", "-euo", "pipefail", "-c", script, "bash", dir)
		cmd.Dir = in
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", script, err, out)
		}
	}
	shell(repository, `mkdir -p "$1"; git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d `+
		`"" f; do [ ! -e "$f" ] || cp --parents "$f" "$1"; done`)
	page := read(t, "docs/your-app.md")
	_, code, _ := strings.Cut(page, "## Call your API")
	_, code, _ = strings.Cut(code, "```go\n")
	code, _, _ = strings.Cut(code, "```\n")
	for file, text := range steps(t, page) {
		path := filepath.Join(dir, file)
		old, err := os.ReadFile(path)
		switch {
		case strings.HasSuffix(file, "archtest_test.go"):
			text = strings.Replace(string(old), "uses []string }{}", "uses []string }{\n"+text+"}", 1)
		case strings.HasSuffix(file, "orders.go") && strings.Contains(file, "/"):
			text += code
		case err == nil:
			text = string(old) + text
		}
		if text == string(old) {
			t.Errorf("%s is as it was", file)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	shell(dir, `test -z "$(gofmt -l app_orders.go internal/orders internal/archtest)"`)
	shell(dir, `go vet -tags webkit2_41 . ./internal/orders && go test ./internal/archtest`)
	shell(dir, `node --check frontend/bridge.js`)
}
