package docs

import (
	"regexp"
	"strings"
	"testing"
)

// What docs/providers says was verified is what the tests run, in the versions that they run.
func TestTheVerifiedProviders(t *testing.T) {
	index := read(t, "docs/providers/README.md")
	for _, c := range []struct{ row, version, story, command string }{
		{
			"oidc-provider", found(t, "test/provider/package.json", `"oidc-provider": "([\d.]+)"`),
			"test/provider/testdata/strict.txt", "make test",
		},
		{
			"Ory Hydra", found(t, "test/providers/servers/hydra/go.mod", `github.com/ory/hydra/v2 v([\d.]+)`),
			"test/providers/testdata/hydra.txt", "make test-providers",
		},
		{
			"zitadel", found(t, "test/providers/servers/zitadel/go.mod", `github.com/zitadel/oidc/v3 v([\d.]+)`),
			"test/providers/testdata/zitadel.txt", "make test-providers",
		},
		{
			"LemonLDAP::NG", found(t, "test/providers/lemonldap_test.go", `"cfgVersion": "([\d.]+)"`),
			"test/providers/testdata/lemonldap.txt", "make test-providers",
		},
	} {
		row := regexp.MustCompile(`(?m)^\| \[` + c.row + `\]\((\w+\.md)\).*\| ` + regexp.QuoteMeta(c.version) +
			` \| 20\d\d-\d\d-\d\d \| .` + c.command + `. \|`).FindStringSubmatch(index)
		if row == nil {
			t.Errorf("docs/providers/README.md has no row of %s %s, verified by %s", c.row, c.version, c.command)
			continue
		}
		if !strings.Contains(read(t, "docs/providers/"+row[1]), c.version) {
			t.Errorf("docs/providers/%s does not name version %s", row[1], c.version)
		}
		// What the page says was done, the story does.
		for _, step := range []string{
			"signin --json", "signin --another", "signout --browser", "exits 0 doctor",
			"LATCHKEY_REDIRECT_PATH=/elsewhere", "LATCHKEY_CLIENT_ID=dsek", "LATCHKEY_CLIENT_SECRET=guessed",
			"env LATCHKEY_ISSUER=",
		} {
			if !strings.Contains(read(t, c.story), step) {
				t.Errorf("%s has no %q", c.story, step)
			}
		}
	}
	if !regexp.MustCompile(`(?m)run: make test-providers$`).MatchString(read(t, ".github/workflows/release.yml")) {
		t.Error("the release workflow does not run make test-providers")
	}
}

// found is what the pattern's group matches in a file.
func found(t *testing.T, path, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(read(t, path))
	if m == nil {
		t.Fatalf("%s: nothing matches %s", path, pattern)
	}
	return m[1]
}
