//go:build linux

package packages

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// wine is a Wine prefix that presents itself as Windows 10.
type wine struct {
	t   *testing.T
	dir string // of drive C
	env []string
}

// prng stands in for bcryptprimitives.dll, which Wine 8 has not and no Go program
// starts without. It has the one export that they use.
const prng = `#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE p, SIZE_T n) { return SystemFunction036(p, (ULONG)n); }
`

func newWine(t *testing.T) *wine {
	t.Helper()
	home := t.TempDir()
	w := &wine{t: t, dir: filepath.Join(home, "prefix", "drive_c"), env: []string{
		"HOME=" + home, "PATH=" + os.Getenv("PATH"), "WINEPREFIX=" + filepath.Join(home, "prefix"), "WINEARCH=win64",
		"WINEDEBUG=-all", "USER=person",
	}}
	t.Cleanup(func() { _ = w.command("wineserver", "-k").Run(); _ = w.command("wineserver", "-w").Run() })
	runCmd(t, w.command("wineboot", "--init"))
	runCmd(t, w.command("wine", "winecfg", "-v", "win10"))
	source := filepath.Join(home, "prng.c")
	if err := os.WriteFile(source, []byte(prng), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "x86_64-w64-mingw32-gcc", "-shared", "-o",
		filepath.Join(w.dir, "windows", "system32", "bcryptprimitives.dll"), source, "-ladvapi32")
	return w
}

func (w *wine) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = w.env
	return cmd
}

// run runs a program of Windows' and returns what it printed and its exit code.
func (w *wine) run(args ...string) (string, int) {
	w.t.Helper()
	cmd := w.command("wine", args...)
	var words strings.Builder
	cmd.Stderr = &words
	out, err := cmd.Output()
	if cmd.ProcessState == nil {
		w.t.Fatalf("wine: %v", err)
	}
	if cmd.ProcessState.ExitCode() != 0 {
		w.t.Logf("%v: exit %d\n%s%s", args, cmd.ProcessState.ExitCode(), out, words.String())
	}
	_ = w.command("wineserver", "-w").Run() // an uninstaller goes on after its first process
	return strings.ReplaceAll(string(out), "\r", ""), cmd.ProcessState.ExitCode()
}

// ours lists the files of Latchkey on drive C.
func (w *wine) ours() string {
	return run(w.t, "find", w.dir, "-iname", "*latchkey*")
}

// registered is the entry in the list of programs, below HKCU or HKLM.
func (w *wine) registered(hive string) string {
	out, err := w.command("wine", "reg", "query",
		hive+`\Software\Microsoft\Windows\CurrentVersion\Uninstall\latchkey`).Output()
	if err != nil {
		return ""
	}
	return string(out)
}
