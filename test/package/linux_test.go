//go:build linux

package packages

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestTheDebIsSound(t *testing.T) {
	path := made(t, "latchkey_*.deb")
	if said := run(t, "lintian", "--allow-root", "--fail-on", "error,warning", path); strings.TrimSpace(said) != "" {
		t.Errorf("lintian: %s", said)
	}
	dir := unpack(t, path)
	share := filepath.Join(dir, "usr", "share")
	run(t, "desktop-file-validate", filepath.Join(share, "applications", "latchkey.desktop"))
	run(t, "appstreamcli", "validate", "--no-net",
		filepath.Join(share, "metainfo", "app.latchkey.latchkey.metainfo.xml"))
	for _, size := range []string{"16x16", "48x48", "128x128", "256x256"} {
		icon := filepath.Join(share, "icons", "hicolor", size, "apps", "latchkey.png")
		if said := run(t, "file", icon); !strings.Contains(said, strings.ReplaceAll(size, "x", " x ")) {
			t.Errorf("the icon of %s: %s", size, said)
		}
	}
	needs := run(t, "dpkg-deb", "-f", path, "Depends")
	if !strings.Contains(needs, "libc6 (>= "+glibc(t, filepath.Join(dir, "usr", "bin", "latchkey"))+")") {
		t.Errorf("Depends: %s", needs)
	}
}

func TestTheRPMNeedsWhatItsProgramNeeds(t *testing.T) {
	path := made(t, "latchkey-*.rpm")
	dir := unpack(t, path)
	window := filepath.Join(dir, "usr", "bin", "latchkey")
	file, err := elf.Open(window)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	libraries, err := file.ImportedLibraries()
	if err != nil {
		t.Fatal(err)
	}
	needs := run(t, "rpm", "-qpR", path)
	// The other libraries are dependencies of GTK and WebKit.
	for _, want := range []string{"libgtk-3.so.0", "libwebkit2gtk-4.1.so.0"} {
		if !slices.Contains(libraries, want) || !strings.Contains(needs, want+"()(64bit)") {
			t.Errorf("%s: the program has %v, the package needs\n%s", want, libraries, needs)
		}
	}
	if want := "libc.so.6(GLIBC_" + glibc(t, window) + ")(64bit)"; !strings.Contains(needs, want) {
		t.Errorf("%s is not among\n%s", want, needs)
	}
	listed := run(t, "rpm", "-qpl", path)
	for _, want := range []string{
		"/usr/bin/latchkey", "/usr/bin/latchkeyctl", "/usr/share/applications/latchkey.desktop",
		"/usr/share/man/man1/latchkeyctl.1.gz",
		"/usr/share/zsh/site-functions/_latchkeyctl", "/usr/share/doc/latchkey/third-party-licences.txt",
		"/usr/share/icons/hicolor/256x256/apps/latchkey.png",
	} {
		if !slices.Contains(strings.Fields(listed), want) {
			t.Errorf("%s is not in the package:\n%s", want, listed)
		}
	}
	run(t, "rpm", "-K", "--nosignature", path)
}

// glibc is the newest version of the C library that a program asks for.
func glibc(t *testing.T, path string) string {
	t.Helper()
	file, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	symbols, err := file.ImportedSymbols()
	if err != nil {
		t.Fatal(err)
	}
	versions := []string{}
	for _, s := range symbols {
		if v, ok := strings.CutPrefix(s.Version, "GLIBC_"); ok {
			versions = append(versions, v)
		}
	}
	sorted := strings.Fields(runCmd(t, withInput(exec.Command("sort", "-uV"), strings.Join(versions, "\n"))))
	return sorted[len(sorted)-1]
}

func withInput(cmd *exec.Cmd, text string) *exec.Cmd {
	cmd.Stdin = strings.NewReader(text)
	return cmd
}

// Every command has a page that names all its flags, and no page is of another.
func TestTheManualPages(t *testing.T) {
	dir := unpack(t, made(t, "latchkey_*.deb"))
	pages, err := filepath.Glob(filepath.Join(dir, "usr", "share", "man", "man1", "latchkeyctl*.1.gz"))
	if err != nil || len(pages) < 10 {
		t.Fatalf("%d pages: %v", len(pages), err)
	}
	ctl := filepath.Join(dir, "usr", "bin", "latchkeyctl")
	flags := regexp.MustCompile(`(?m)^ +(?:-\w, |    )(--[a-z-]+)`)
	for _, page := range pages {
		name := strings.TrimSuffix(filepath.Base(page), ".1.gz")
		text := runCmd(t, exec.Command("man", "-l", page))
		help := run(t, ctl, append(strings.Split(name, "-")[1:], "--help")...)
		for _, flag := range flags.FindAllStringSubmatch(help, -1) {
			if !strings.Contains(text, flag[1]) {
				t.Errorf("%s does not tell of %s", name, flag[1])
			}
		}
	}
	for command := range strings.Lines(run(t, ctl, "__complete", "")) {
		name, _, _ := strings.Cut(strings.TrimSpace(command), "\t")
		if name == "" || name == "help" || strings.HasPrefix(name, ":") || strings.HasPrefix(name, "Completion") {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, "usr", "share", "man", "man1", "latchkeyctl-"+name+".1.gz")); err !=
			nil {
			t.Errorf("%s has no page", name)
		}
	}
	if said := runCmd(t,
		exec.Command("sh", "-c", `man --warnings=w -l "$1" 2>&1 >/dev/null`, "sh",
			filepath.Join(dir, "usr", "share", "man", "man1", "latchkey.1.gz"))); said != "" {
		t.Errorf("latchkey.1: %s", said)
	}
}

// The shell completion asks latchkeyctl for the suggestions.
func TestTheCompletion(t *testing.T) {
	dir := unpack(t, made(t, "latchkey_*.deb"))
	script := `PATH=$1/usr/bin:$PATH; . "$1/usr/share/bash-completion/completions/latchkeyctl"
_get_comp_words_by_ref() { words=(latchkeyctl sig); cword=1; cur=sig; prev=latchkeyctl; }
_init_completion() { _get_comp_words_by_ref; }
COMP_WORDS=(latchkeyctl sig); COMP_CWORD=1; COMP_LINE="latchkeyctl sig"; COMP_POINT=${#COMP_LINE}
__start_latchkeyctl; printf '%s\n' "${COMPREPLY[@]}"`
	got := run(t, "bash", "-c", script, "bash", dir)
	if !strings.Contains(got, "signin") || !strings.Contains(got, "signout") {
		t.Errorf("sig is completed to %q", got)
	}
}

func TestTheArchiveRunsFromAnywhere(t *testing.T) {
	for _, pattern := range []string{"latchkey-*-linux-amd64.tar.gz", "latchkeyctl-*-linux-amd64.tar.gz"} {
		ctl := program(t, unpack(t, made(t, pattern)), "latchkeyctl")
		if got := run(t, ctl, "version"); !strings.Contains(got,
			run(t, filepath.Join(repository(t), "build", "version.sh"), "commit")[:12]) {
			t.Errorf("%s: version prints %q", pattern, got)
		}
	}
	arm, err := elf.Open(program(t, unpack(t, made(t, "latchkeyctl-*-linux-arm64.tar.gz")), "latchkeyctl"))
	if err != nil || arm.Machine != elf.EM_AARCH64 {
		t.Errorf("the arm64 program: %v", err)
	}
}
