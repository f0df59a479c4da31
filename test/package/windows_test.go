//go:build linux

package packages

import (
	"bufio"
	"debug/pe"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

// lineWith reads on to the first line with the text, and goes on reading behind it.
func lineWith(t *testing.T, r io.Reader, text string) string {
	t.Helper()
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if strings.Contains(lines.Text(), text) {
			go func() { _, _ = io.Copy(io.Discard, r) }() // ends with the program that writes
			return strings.TrimSpace(lines.Text())
		}
	}
	t.Fatalf("no line with %s", text)
	return ""
}

// wide returns a text in UTF-16, as the resources of Windows programs hold it.
func wide(text string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

func headers(t *testing.T, w *wine) {
	const windowed, console = 2, 3
	for name, subsystem := range map[string]uint16{
		"latchkey.exe": windowed, "latchkeyctl.exe": console, "uninstall.exe": windowed,
	} {
		file, err := pe.Open(filepath.Join(w.folder(), name))
		if err != nil {
			t.Fatal(err)
		}
		header, ok := file.OptionalHeader.(*pe.OptionalHeader64)
		_ = file.Close()
		const dynamicBase, noExecute = 0x40, 0x100
		if !ok || file.Machine != pe.IMAGE_FILE_MACHINE_AMD64 || header.Subsystem != subsystem ||
			header.DllCharacteristics&(dynamicBase|noExecute) != dynamicBase|noExecute {
			t.Errorf("%s: machine %x, header %+v", name, file.Machine, file.OptionalHeader)
		}
	}
	arm, err := pe.Open(program(t, unpack(t, made(t, "latchkeyctl-*-windows-arm64.zip")), "latchkeyctl.exe"))
	if err != nil || arm.Machine != pe.IMAGE_FILE_MACHINE_ARM64 {
		t.Errorf("the arm64 program: %v", err)
	}
}

// The programs have the version, names and icon that Explorer shows, and the manifest that Windows reads before it
// starts them.
func resources(t *testing.T, w *wine) {
	base := strings.TrimSpace(run(t, "sh", "-c", `sed -n 's/.*"productVersion": *"\([^"]*\)".*/\1/p' ../../wails.json`))
	for _, path := range []string{filepath.Join(w.folder(), "latchkey.exe"), made(t, "latchkey-*-setup.exe")} {
		resources := run(t, "wrestool", "-l", path)
		for _, kind := range []string{"type=group_icon", "type=version", "type=24"} {
			if !strings.Contains(strings.ReplaceAll(resources, "'", ""), strings.TrimPrefix(kind, "type=")) {
				t.Errorf("%s has no %s:\n%s", path, kind, resources)
			}
		}
		version := run(t, "wrestool", "-x", "--raw", "-t", "16", path)
		for _, want := range []string{"ProductVersion", base, "Latchkey contributors"} {
			if !strings.Contains(version, wide(want)) {
				t.Errorf("%s does not say %q", path, want)
			}
		}
		manifest := run(t, "wrestool", "-x", "--raw", "-t", "24", path)
		for _, want := range []string{
			`Microsoft.Windows.Common-Controls`, "{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}",
			"requestedExecutionLevel level=\"asInvoker\"",
		} {
			if !strings.Contains(manifest, want) {
				t.Errorf("the manifest of %s has no %s:\n%s", path, want, manifest)
			}
		}
		icon := filepath.Join(t.TempDir(), "icon.ico")
		run(t, "wrestool", "-x", "-t", "14", "-o", icon, path)
		if got := run(t, "icotool", "-l", icon); !strings.Contains(got, "--width=16 ") ||
			!strings.Contains(got, "--width=256 ") {
			t.Errorf("the icon of %s: %s", path, got)
		}
	}
}

// The hook signs with a key of the test's own, and what was changed is found out.
func TestTheSigningHook(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	run(t, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
		"/CN=Test of the signing hook", "-addext", "extendedKeyUsage=codeSigning", "-keyout", at("key"), "-out",
		at("cert"))
	run(t, "openssl", "pkcs12", "-export", "-inkey", at("key"), "-in", at("cert"), "-passout", "pass:hush", "-out",
		at("p12"))
	if err := os.WriteFile(at("pass"), []byte("hush"), 0o600); err != nil {
		t.Fatal(err)
	}
	program := at("program.exe")
	run(t, "cp", made(t, "latchkey-*-setup.exe"), program)
	sign := exec.Command(filepath.Join(repository(t), "build", "windows", "sign.sh"), program)
	sign.Env = append(os.Environ(), "LATCHKEY_SIGN_PKCS12="+at("p12"), "LATCHKEY_SIGN_PASSFILE="+at("pass"))
	runCmd(t, sign)
	run(t, "osslsigncode", "verify", "-CAfile", at("cert"), "-in", program)

	data, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(program, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("osslsigncode", "verify", "-CAfile", at("cert"), "-in",
		program).CombinedOutput(); err == nil {
		t.Errorf("a changed program is verified:\n%s", out)
	}
}
