package docs

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// in runs a program in the repository's folder; it must succeed.
func in(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = repository, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
	return string(out)
}

// build/licences.txt is what the programs contain now.
func TestTheLicences(t *testing.T) {
	writer := filepath.Join(t.TempDir(), "licences")
	in(t, nil, "go", "build", "-C", "tools", "-o", writer, "./licences")
	cmd := exec.Command(writer)
	cmd.Dir = repository
	got, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != read(t, "build/licences.txt") {
		t.Error("build/licences.txt is not of the modules that are linked: run make licences")
	}
}

// The desktop entry and the AppStream metadata are valid.
func TestTheDesktopFiles(t *testing.T) {
	in(t, nil, "desktop-file-validate", "build/linux/latchkey.desktop")
	xml := strings.NewReplacer("@VERSION@", "1.2.3", "@TYPE@", "stable", "@DATE@",
		"2026-11-24").Replace(read(t, "build/linux/app.latchkey.latchkey.metainfo.xml"))
	path := filepath.Join(t.TempDir(), "app.latchkey.latchkey.metainfo.xml")
	if err := os.WriteFile(path, []byte(xml), 0o600); err != nil {
		t.Fatal(err)
	}
	in(t, nil, "appstreamcli", "validate", "--no-net", path)
}

// The installer's script compiles without a warning. Empty files stand in for the programs.
func TestTheInstallersScript(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		"latchkey.exe", "latchkeyctl.exe", "license.txt", "third-party-licences.txt", "MicrosoftEdgeWebview2Setup.exe",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	top, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	in(t, nil, "makensis", "-V2", "-WX", "-DVERSION=1.2.3-dev", "-DNUMBERS=1.2.3.0", "-DPROGRAMS="+dir,
		"-DOUT="+filepath.Join(dir, "latchkey-setup.exe"),
		"-DICON="+filepath.Join(top, "build/windows/icon.ico"), "-DSIGN="+filepath.Join(top, "build/windows/sign.sh"),
		"build/windows/installer.nsi")
}

// The MSI has a property for each setting that says where the provider is, a secret excepted, and each is passed to the
// elevated part of the installation and decides on a component of its own.
func TestTheMSI(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"latchkey.exe", "latchkeyctl.exe", "license.txt", "third-party-licences.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(t.TempDir(), "latchkey.msi")
	in(t, []string{"SOURCE_DATE_EPOCH=1795501518"}, "build/windows/msi.sh", "1.2.3-dev.1", "1.2.3", dir, out)
	var groups []struct{ Keys []struct{ Name string } }
	if err := json.Unmarshal([]byte(read(t, "internal/settings/keys.json")), &groups); err != nil {
		t.Fatal(err)
	}
	want := []string{}
	for _, key := range groups[0].Keys {
		if key.Name != "client_secret" {
			want = append(want, key.Name)
		}
	}
	rows := strings.Split(in(t, nil, "msiinfo", "export", out, "Component"), "\n")
	secure := regexp.MustCompile(`(?m)^SecureCustomProperties\t(\S+)`).FindStringSubmatch(
		in(t, nil, "msiinfo", "export", out, "Property"))
	got := []string{}
	for _, row := range rows {
		columns := strings.Split(strings.TrimSpace(row), "\t")
		name, ok := strings.CutPrefix(columns[0], "policy.")
		if !ok {
			continue
		}
		got = append(got, name)
		property := strings.ToUpper(name)
		if columns[4] != property {
			t.Errorf("the component of %s is installed on the condition %q", name, columns[4])
		}
		if all := strings.Split(secure[1], ";"); !slices.Contains(all, property) ||
			!slices.Contains(all, "KEPT_"+property) {
			t.Errorf("%s is lost where the installation is elevated: %s", property, secure[1])
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the MSI has properties for %v, the settings are %v", got, want)
	}
}

// A page for each command, which tells of each of its flags.
func TestTheManualPages(t *testing.T) {
	dir := t.TempDir()
	writer := filepath.Join(dir, "writer")
	in(t, nil, "go", "build", "-tags", "man", "-o", writer, "./cmd/latchkeyctl")
	in(t, []string{"SOURCE_DATE_EPOCH=1795501518"}, writer, "man", dir)
	pages, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil || len(pages) < 10 {
		t.Fatalf("%d pages: %v", len(pages), err)
	}
	flag := regexp.MustCompile(`(?m)^ +(?:-\w, |    )(--[a-z-]+)`)
	for _, page := range pages {
		name := strings.TrimSuffix(filepath.Base(page), ".1")
		text := in(t, []string{"MANWIDTH=200"}, "man", "-l", page)
		help := in(t, nil, writer, append(strings.Split(name, "-")[1:], "--help")...)
		found := flag.FindAllStringSubmatch(help, -1)
		for _, m := range found {
			if !strings.Contains(text, m[1]) {
				t.Errorf("%s does not tell of %s", name, m[1])
			}
		}
		if len(found) == 0 {
			t.Errorf("%s --help shows no flag", name)
		}
	}
	in(t, nil, "man", "--warnings=w", "-l", "build/linux/latchkey.1")
}

// The tag of wails.json's version is that version; anything else comes before it.
func TestTheVersion(t *testing.T) {
	dir := t.TempDir()
	script := `cp -r "$1/build" "$1/wails.json" . && git init -q && git add -A
commit() { GIT_COMMITTER_DATE=2026-11-24T18:00:00+02:00 \
  git -c user.name=x -c user.email=x@example.org commit -q --allow-empty -m x; }
commit; build/version.sh version
git tag v0.0.9; build/version.sh version
git tag "v$(sed -n 's/.*"productVersion": *"\([^"]*\)".*/\1/p' wails.json)"; build/version.sh version
echo >>wails.json; build/version.sh version; build/version.sh epoch`
	top, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", "-euc", script, "bash", top)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	base := regexp.MustCompile(`"productVersion": *"([^"]*)"`).FindStringSubmatch(read(t, "wails.json"))[1]
	development := base + "-dev.20261124160000"
	want := strings.Join([]string{development, development, base, development + ".dirty", "1795536000"}, "\n") + "\n"
	if string(out) != want {
		t.Errorf("the versions are\n%swant\n%s", out, want)
	}
}
