//go:build linux

package packages

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What Windows reads of the MSI before it installs anything.
func TestTheMSI(t *testing.T) {
	path := made(t, "latchkey-*-windows-amd64.msi")
	version := strings.TrimSpace(run(t, filepath.Join(repository(t), "build", "version.sh"), "version"))
	numbers, _, _ := strings.Cut(version, "-")
	summary := run(t, "msiinfo", "suminfo", path)
	for _, want := range []string{
		"Subject: Latchkey " + version, "Author: Latchkey contributors", "Template: x64;1033",
	} {
		if !strings.Contains(summary, want) {
			t.Errorf("%q is not in the summary:\n%s", want, summary)
		}
	}
	for table, wanted := range map[string][]string{
		"Property":  {"ProductVersion\t" + numbers, "ALLUSERS\t1", "ProductName\tLatchkey"},
		"Upgrade":   {"\t0.0.0\t" + numbers + "\t\t768\t\tOLDER", "\t" + numbers + "\t\t\t2\t\tNEWER"},
		"Component": {"policy.provider\t", "\tPROVIDER\t", "policy.client_id\t", "\tCLIENT_ID\t"},
		"Registry":  {"\t2\tSOFTWARE\\Policies\\Latchkey\tclient_id\t[CLIENT_ID]\tpolicy.client_id"},
		"Shortcut":  {"\t[#latchkey.exe]\t"},
	} {
		rows := strings.ReplaceAll(run(t, "msiinfo", "export", path, table), "\r", "")
		for _, want := range wanted {
			if !strings.Contains(rows, want) {
				t.Errorf("%q is not in the table %s:\n%s", want, table, rows)
			}
		}
		if strings.Contains(rows, "client_secret") {
			t.Errorf("the table %s knows a secret:\n%s", table, rows)
		}
	}
	dir := t.TempDir()
	run(t, "msiextract", "-C", dir, path)
	setup, err := os.ReadFile(program(t, dir, "latchkeyctl.exe"))
	if err != nil {
		t.Fatal(err)
	}
	alone, err := os.ReadFile(program(t, unpack(t, made(t, "latchkeyctl-*-windows-amd64.zip")), "latchkeyctl.exe"))
	if err != nil || string(alone) != string(setup) {
		t.Errorf("the command line program of the MSI is another one than that of the archive: %v", err)
	}
}

// as makes the MSI of other numbers, with the programs of the one that ships.
func as(t *testing.T, version, numbers string) string {
	t.Helper()
	dir := t.TempDir()
	run(t, "msiextract", "-C", dir, made(t, "latchkey-*-windows-amd64.msi"))
	out := filepath.Join(dir, "latchkey-"+version+".msi")
	cmd := exec.Command(filepath.Join(repository(t), "build", "windows", "msi.sh"), version, numbers,
		filepath.Dir(program(t, dir, "latchkey.exe")), out)
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=1795501518")
	runCmd(t, cmd)
	return out
}

// policy is what the registry says to every user, one line a value.
func (w *wine) policy() string {
	out, _ := w.command("wine", "reg", "query", `HKLM\SOFTWARE\Policies\Latchkey`).Output()
	var values []string
	for line := range strings.Lines(strings.ReplaceAll(string(out), "\r", "")) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "    REG_SZ    "); ok {
			values = append(values, name+"="+value)
		}
	}
	return strings.Join(values, "\n")
}

// An administrator installs the MSI silently with the provider on the command line, upgrades it, and uninstalls it.
func rollOut(t *testing.T, w *wine) {
	folder := filepath.Join(w.dir, "Program Files", "Latchkey")
	shipped := made(t, "latchkey-*-windows-amd64.msi")
	before, after := as(t, "0.0.1", "0.0.1"), as(t, "99.0.0-dev.1", "99.0.0")
	const okta = "client_id=0oa1b2c3\ndomain=acme.okta.com\nname=Acme ID\nprovider=okta"
	for _, step := range []struct {
		what   string
		args   []string
		code   int
		policy string
	}{
		{"installs", []string{"/i", before, "PROVIDER=okta", "DOMAIN=acme.okta.com", "CLIENT_ID=0oa1b2c3",
			"NAME=Acme ID"}, 0, okta},
		{"upgrades and keeps the policy", []string{"/i", shipped}, 0, okta},
		{"repairs and keeps the policy", []string{"/i", shipped, "REINSTALL=ALL"}, 0, okta},
		{"upgrades to another provider", []string{"/i", after, "PROVIDER=descope", "PROJECT_ID=P2abc"}, 0,
			"project_id=P2abc\nprovider=descope"},
		{"refuses to go back", []string{"/i", shipped}, 1603 & 0xff, "project_id=P2abc\nprovider=descope"},
		{"uninstalls", []string{"/x", after}, 0, ""},
		{"installs without a policy", []string{"/i", shipped}, 0, ""},
	} {
		if _, code := w.run(append([]string{"msiexec", "/qn"}, step.args...)...); code != step.code {
			t.Fatalf("%s: msiexec exits %d, want %d", step.what, code, step.code)
		}
		if got := w.policy(); got != step.policy {
			t.Errorf("%s: the policy is\n%s\nwant\n%s", step.what, got, step.policy)
		}
		_, err := os.Stat(filepath.Join(folder, "latchkey.exe"))
		if gone := step.what == "uninstalls"; gone != os.IsNotExist(err) || !gone && err != nil {
			t.Errorf("%s: %v\n%s", step.what, err, w.ours())
		}
	}
	if _, code := w.run(made(t, "latchkey-*-setup.exe"), "/S", "/ALLUSERS"); code != 1638&0xff {
		t.Errorf("over the MSI the setup program exits %d, want %d", code, 1638&0xff)
	}
	commit := strings.TrimSpace(run(t, filepath.Join(repository(t), "build", "version.sh"), "commit"))
	if got, _ := w.run(`C:\Program Files\Latchkey\latchkeyctl.exe`, "version"); !strings.Contains(got, commit) {
		t.Errorf("version prints %q, and the commit is %s", got, commit)
	}
	if _, code := w.run("msiexec", "/qn", "/x", shipped); code != 0 {
		t.Errorf("the removal exits %d", code)
	}
	for line := range strings.Lines(w.ours()) {
		if !strings.Contains(line, "AppData/Local/Latchkey") && !strings.Contains(line, "AppData/Roaming/latchkey") {
			t.Errorf("after the removal this stays: %s", line)
		}
	}
}
