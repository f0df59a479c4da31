package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// byHand are commands of other programs, which were run by hand when the document was written, and commands that need
// something that this machine lacks.
var byHand = []string{
	`grep '"level":"WARN"\|"level":"ERROR"' ~/.local/share/latchkey/logs/*.log`,
	`curl -H @- https://api.acme.example/orders`,
	`sudo apt install ./latchkey_1.0.0-1_amd64.deb`, // test/package does it in a root of its own

	// test/module and TestUpgradingARenamedProduct do these with folders and names of their own.
	`build/goproxy.sh dist/goproxy v0.2.0`,
	`export GOPROXY=file://$PWD/dist/goproxy,https://proxy.golang.org GONOSUMDB=app.latchkey`,
	`wails init -n reader -t templates/wails`,

	// TestTheTutorial in test/module applies these steps to a copy of its own.
	`export LATCHKEY=$PWD`,
	`cp -r examples/starter ~/starter`,
	`cd ~/starter`,
	`patch -p1 < steps/5-sign-in.patch`,
	`go mod edit -require=app.latchkey@v0.0.0 -replace=app.latchkey="$LATCHKEY"`,
	`go mod tidy`,
	`patch -p1 < steps/6-profile.patch`,
	`patch -p1 < steps/7-guard.patch`,
	`patch -p1 < steps/8-company.patch`,
	`patch -p1 < steps/9-stay.patch`,

	// TestTheCask in test/package does it with addresses of its own.
	`export LATCHKEY_DOWNLOADS=https://downloads.acme.example/portal/1.0.0`,
	`export LATCHKEY_HOMEPAGE=https://portal.acme.example`,

	`git remote add latchkey https://git.example.com/latchkey.git`,
	`git fetch latchkey --tags`,
	`build/upgrade.sh v0.2.0`,
	`git show v0.2.0:build/upgrade.sh > build/upgrade.sh && chmod +x build/upgrade.sh && git add build && git commit ` +
		`-m "upgrade script"`,
	`build/upgrade.sh v0.2.0 "Acme Portal" acme-portal com.acme "Acme Ltd"`,
}

// unverified are commands that could not be run where they were written; the
// document says so beside them.
var unverified = []string{`gh attestation verify latchkey_1.0.0-1_amd64.deb --repo acme/portal`}

// documents are the pages for people, by path.
func documents(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "test/*/*.md"} {
		found, err := filepath.Glob(filepath.Join(repository, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			path, _ = filepath.Rel(repository, path)
			out[filepath.ToSlash(path)] = read(t, path)
		}
	}
	if len(out) < 25 {
		t.Fatalf("%d documents", len(out))
	}
	return out
}

// commands are the lines of a document's sh blocks, without their comments.
func commands(text string) []string {
	var out []string
	for _, block := range regexp.MustCompile("(?ms)^```(?:sh|bash|console)\n(.*?)^```").FindAllStringSubmatch(text,
		-1) {
		joined := strings.ReplaceAll(block[1], "\\\n", " ")
		for line := range strings.Lines(joined) {
			line = strings.TrimSpace(regexp.MustCompile(`(^|\s)#.*$`).ReplaceAllString(strings.TrimRight(line, "\n"),
				""))
			if line != "" {
				out = append(out, line)
			}
		}
	}
	return out
}

// Every command in the documents is one that a test runs, or whose words the program
// itself knows, or that was run by hand.
func TestTheCommands(t *testing.T) {
	ctl := filepath.Join(t.TempDir(), "latchkeyctl")
	in(t, nil, "go", "build", "-tags", "demo", "-o", ctl, "./cmd/latchkeyctl")
	seen := 0
	for path, text := range documents(t) {
		for _, line := range commands(text) {
			seen++
			if slices.Contains(byHand, line) || slices.Contains(unverified, line) {
				continue
			}
			if why := known(t, ctl, line); why != "" {
				t.Errorf("%s: %s\n\t%s", path, line, why)
			}
		}
	}
	if seen < 25 {
		t.Errorf("only %d commands were found", seen)
	}
}

// known returns why a command is not known, or an empty text.
func known(t *testing.T, ctl, line string) string {
	t.Helper()
	words := strings.Fields(regexp.MustCompile(`"[^"$]*"`).ReplaceAllString(line, "QUOTED"))
	for len(words) > 0 && regexp.MustCompile(`^[A-Z_]+=`).MatchString(words[0]) {
		name, _, _ := strings.Cut(words[0], "=")
		key := "`" + strings.ToLower(strings.TrimPrefix(name, "LATCHKEY_")) + "`"
		if strings.HasPrefix(name, "LATCHKEY_") && !strings.Contains(read(t, "docs/settings.md"), key) {
			return name + " is no setting"
		}
		words = words[1:]
	}
	if at := strings.Index(line, "$(latchkeyctl "); at >= 0 {
		inner, _, _ := strings.Cut(line[at+2:], ")")
		return known(t, ctl, inner)
	}
	if len(words) == 0 {
		return ""
	}
	name := strings.TrimPrefix(words[0], "build/bin/")
	switch {
	case name == "make":
		for _, target := range words[1:] {
			if !strings.Contains(target, "=") && !strings.Contains(read(t, "Makefile"), "\n"+target+":") {
				return "there is no target " + target
			}
		}
	case name == "latchkey" && len(words) == 1:
	case name == "latchkeyctl" || name == "latchkeyctl-demo":
		return knownToCtl(t, ctl, words[1:])
	case strings.HasPrefix(name, "build/") && strings.HasSuffix(name, ".sh"):
		if _, err := os.Stat(filepath.Join(repository, name)); err != nil {
			return err.Error()
		}
	case name == "go" && len(words) > 1 && (words[1] == "test" || words[1] == "run"):
		for _, word := range words[2:] {
			if folder, local := strings.CutPrefix(strings.TrimSuffix(word, "/..."), "./"); local {
				if _, err := os.Stat(filepath.Join(repository, folder)); err != nil {
					return err.Error()
				}
			}
		}
	default:
		return "nobody runs it: put it under a test, or among byHand when you have run it"
	}
	return ""
}

// knownToCtl checks a line for latchkeyctl against the help of latchkeyctl.
func knownToCtl(t *testing.T, ctl string, words []string) string {
	t.Helper()
	path := []string{}
	for _, word := range words {
		if !regexp.MustCompile(`^[a-z]+$`).MatchString(word) {
			break
		}
		path = append(path, word)
	}
	help := in(t, nil, ctl, append(slices.Clone(path), "--help")...)
	if want := "latchkeyctl " + strings.Join(path, " "); len(path) > 0 &&
		!strings.Contains(help, strings.TrimSpace(want)) {
		return "latchkeyctl has no command " + strings.Join(path, " ")
	}
	for _, word := range words[len(path):] {
		flag, _, _ := strings.Cut(word, "=")
		if strings.HasPrefix(flag, "-") && flag != "-" &&
			!regexp.MustCompile(`(?m)`+regexp.QuoteMeta(flag)+`[ =,\n]`).MatchString(help) {
			return strings.Join(path, " ") + " has no flag " + flag
		}
	}
	return ""
}

func TestUnknownCommandsAreFound(t *testing.T) {
	ctl := filepath.Join(t.TempDir(), "latchkeyctl")
	in(t, nil, "go", "build", "-tags", "demo", "-o", ctl, "./cmd/latchkeyctl")
	for _, line := range []string{
		"make coffee", "latchkeyctl singin", "latchkeyctl status --jsn", "LATCHKEY_ISUER=x latchkey", "rm -rf /",
		"build/nothing.sh", "go test ./internal/cellar",
	} {
		if known(t, ctl, line) == "" {
			t.Errorf("%s is taken for known", line)
		}
	}
	if got := commands("```sh\nmake x   # why\n\n# alone\na \\\n  b\n```\n```toml\nc = 1\n```\n"); len(got) != 2 ||
		got[0] != "make x" {
		t.Errorf("%q", got)
	}
}

// A link within the documents leads somewhere.
func TestTheLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"`)
	code := regexp.MustCompile("(?ms)^```.*?^```")
	seen := 0
	for path, text := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(text, ""), -1) {
			to, _, _ := strings.Cut(m[1]+m[2], "#")
			if to == "" || strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
				continue
			}
			seen++
			if _, err := os.Stat(filepath.Join(repository, filepath.Dir(path), to)); err != nil {
				t.Errorf("%s: %s leads nowhere", path, to)
			}
		}
	}
	if seen < 40 {
		t.Errorf("only %d links were found", seen)
	}
}
