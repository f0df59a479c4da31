//go:build linux

package packages

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestOnWindows runs all parts in this order in one Wine prefix, since a new prefix takes half a minute to make.
func TestOnWindows(t *testing.T) {
	w := newWine(t)
	for _, step := range []struct {
		name string
		f    func(*testing.T, *wine)
	}{
		{"the installer for one person", installForOne},
		{"the programs", headers},
		{"resources", resources},
		{"the uninstaller", uninstallForOne},
		{"a policy in the registry", registryPolicy},
		{"a session with the Credential Manager", session},
		{"the installer for every user", installForAll},
		{"the MSI", rollOut},
		{"the packages that differ", packages},
	} {
		w.t = t
		if !t.Run(step.name, func(t *testing.T) { w.t = t; step.f(t, w) }) {
			return
		}
	}
}

// folder is where the installer puts the programs for one person.
func (w *wine) folder() string {
	return filepath.Join(w.dir, "users", "person", "AppData", "Local", "Programs", "Latchkey")
}

func installForOne(t *testing.T, w *wine) {
	setup := made(t, "latchkey-*-setup.exe")
	for range 2 { // the second time over the first
		if _, code := w.run(setup, "/S"); code != 0 {
			t.Fatalf("the installer exits %d", code)
		}
	}
	for _, name := range []string{
		"latchkey.exe", "latchkeyctl.exe", "uninstall.exe", "license.txt", "third-party-licences.txt",
	} {
		if _, err := os.Stat(filepath.Join(w.folder(), name)); err != nil {
			t.Errorf("%v\n%s", err, w.ours())
		}
	}
	if _, err := os.Stat(
		filepath.Join(w.dir, "users/person/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Latchkey.lnk")); err !=
		nil {
		t.Error(err)
	}
	entry := w.registered("HKCU")
	for _, want := range []string{
		`"C:\users\person\AppData\Local\Programs\Latchkey\uninstall.exe"`, `uninstall.exe" /S`, "Latchkey contributors",
	} {
		if !strings.Contains(entry, want) {
			t.Errorf("%s is not in the list of programs:\n%s", want, entry)
		}
	}
	if w.registered("HKLM") != "" {
		t.Error("it is registered for every user")
	}
	commit := strings.TrimSpace(run(t, filepath.Join(repository(t), "build", "version.sh"), "commit"))
	if got, _ := w.run(`C:\users\person\AppData\Local\Programs\Latchkey\latchkeyctl.exe`,
		"version"); !strings.Contains(got, commit) || !strings.Contains(got, "windows/amd64") {
		t.Errorf("version prints %q, and the commit is %s", got, commit)
	}
}

func uninstallForOne(t *testing.T, w *wine) {
	kept := w.settings()
	if _, code := w.run(`C:\users\person\AppData\Local\Programs\Latchkey\uninstall.exe`, "/S"); code != 0 {
		t.Errorf("the uninstaller exits %d", code)
	}
	for line := range strings.Lines(w.ours()) {
		if !strings.Contains(line, "AppData/Roaming/latchkey") &&
			!strings.HasSuffix(strings.TrimSpace(line), "AppData/Local/Latchkey") {
			t.Errorf("after the removal this stays: %s", line)
		}
	}
	if w.registered("HKCU") != "" {
		t.Error("it is still in the list of programs")
	}
	for _, path := range kept {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("the settings went without being asked for: %v", err)
		}
	}
}

// settings puts down files where the programs keep theirs, and names them.
func (w *wine) settings() []string {
	var out []string
	for _, name := range []string{
		"Roaming/latchkey/config.toml", "Local/Latchkey/vault", "Roaming/latchkey.exe/EBWebView/x",
	} {
		path := filepath.Join(w.dir, "users", "person", "AppData", name)
		run(w.t, "mkdir", "-p", filepath.Dir(path))
		if _, err := os.Stat(path); err != nil {
			run(w.t, "touch", path)
		}
		out = append(out, path)
	}
	return out
}

func installForAll(t *testing.T, w *wine) {
	if _, code := w.run(made(t, "latchkey-*-setup.exe"), "/S", "/ALLUSERS", "/NOWEBVIEW"); code != 0 {
		t.Fatalf("the installer exits %d", code)
	}
	folder := filepath.Join(w.dir, "Program Files", "Latchkey") // a path with a space
	if _, err := os.Stat(filepath.Join(folder, "latchkey.exe")); err != nil {
		t.Errorf("%v\n%s", err, w.ours())
	}
	if entry := w.registered("HKLM"); !strings.Contains(entry, `"C:\Program Files\Latchkey\uninstall.exe"`) {
		t.Errorf("a path with a space must be quoted: %s", entry)
	}
	w.settings()
	if !w.credential() {
		t.Error("the session before this left no key in the Credential Manager: nothing to remove")
	}
	if _, code := w.run(`C:\Program Files\Latchkey\uninstall.exe`, "/S", "/REMOVESETTINGS"); code != 0 {
		t.Errorf("the uninstaller exits %d", code)
	}
	if left := w.ours(); left != "" {
		t.Errorf("after the removal these stay:\n%s", left)
	}
	if w.registered("HKLM") != "" {
		t.Error("it is still in the list of programs")
	}
	if w.credential() {
		t.Error("the vault's key stays in the Credential Manager")
	}
}

// credential reports whether the Credential Manager has the vault's key. Wine keeps such items in the registry.
func (w *wine) credential() bool {
	out, _ := w.command("wine", "reg", "query", `HKCU\Software\Wine\Credential Manager`, "/s").Output()
	return strings.Contains(string(out), "latchkey vault key")
}

// A sign-in, a refresh and a sign-out with Windows' own keychain. The scripted browser runs on this machine and reaches
// the program by the loopback address that both share. It is no process under Wine, so the program cannot tell its
// user.
func session(t *testing.T, w *wine) {
	w.env = append(append(w.env, provider(t)...), "LATCHKEY_REDIRECT_ANY_USER=true")
	ctl := program(t, unpack(t, made(t, "latchkeyctl-*-windows-amd64.zip")), "latchkeyctl.exe")
	if _, code := w.run(ctl, "status"); code != 3 {
		t.Errorf("before the sign-in status exits %d, want 3", code)
	}
	signin := w.command("wine", ctl, "signin", "--no-browser", "--json")
	words, err := signin.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	signin.Stdout = &said
	if err := signin.Start(); err != nil {
		t.Fatal(err)
	}
	address := lineWith(t, words, "http://127.0.0.1")
	browse := exec.Command(tool(t, "BROWSE"), "browse", address)
	browse.Env = []string{"PERSON=ada", "HOME=" + t.TempDir(), "LAST_PAGE=" + filepath.Join(t.TempDir(), "last")}
	runCmd(t, browse)
	if err := signin.Wait(); err != nil {
		t.Fatalf("signin: %v\n%s", err, said.String())
	}
	if got, _ := w.run(ctl, "status", "--json"); !strings.Contains(got, "Ada Lovelace") {
		t.Errorf("status prints %s", got)
	}
	if got, code := w.run(ctl, "token"); code != 0 || len(strings.TrimSpace(got)) < 20 {
		t.Errorf("token exits %d and prints %d characters", code, len(got))
	}
	sealed, err := os.ReadFile(filepath.Join(w.dir, "users", "person", "AppData", "Local", "Latchkey", "vault"))
	if err != nil || strings.Contains(string(sealed), "Lovelace") {
		t.Errorf("the vault: %v, or it is not sealed", err)
	}
	if _, code := w.run(ctl, "signout"); code != 0 {
		t.Errorf("signout exits %d", code)
	}
	if _, code := w.run(ctl, "status"); code != 3 {
		t.Errorf("after the sign-out status exits %d, want 3", code)
	}
}

// wineCannot is what Wine 8 lacks: Go removes folders by a call that it does not
// know, so the tests' own folders stay, and each test says so at its end.
var wineCannot = regexp.MustCompile(`(?m)^ +testing\.go:\d+: TempDir RemoveAll cleanup: .*Invalid function\.$`)

// packages runs the tests of the packages that Windows does differently. Left out are those
// that kill a hundred writers: Wine takes minutes for them, and would prove nothing about
// Windows' file system; and one that empties a folder itself, which Wine cannot.
func packages(t *testing.T, w *wine) {
	failed := regexp.MustCompile(`(?m)^ +\w+\.go:\d+:|^panic:|^fatal error:`)
	for _, name := range []string{"vault", "logfile", "managed"} {
		tests := filepath.Join(t.TempDir(), name+".test.exe")
		build := exec.Command("go", "test", "-c", "-o", tests, "./internal/"+name)
		build.Dir, build.Env = repository(t), append(os.Environ(), "GOOS=windows", "CGO_ENABLED=0")
		runCmd(t, build)
		cmd := w.command("wine", tests, "-test.v", "-test.skip=TestAKilled|TestATurnThatIsPutOff")
		cmd.Dir = filepath.Join(repository(t), "internal", name)
		out, _ := cmd.CombinedOutput() // fails by what Wine cannot
		got := wineCannot.ReplaceAllString(strings.ReplaceAll(string(out), "\r", ""), "")
		if line := failed.FindString(got); line != "" || !strings.Contains(got, "=== RUN") ||
			strings.Contains(got, "--- SKIP") {
			t.Errorf("%s: %q\n%s", name, line, got)
		}
		// These tests use the Credential Manager. Wine does not limit an item to 2,560 bytes as Windows does, so one of
		// the tests checks the size.
		if name == "vault" && !strings.Contains(got, "--- PASS: TestKeychain/the_key_is_lost") {
			t.Errorf("the vault was not tested on a keychain:\n%s", got)
		}
	}
}
