//go:build linux

package packages

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// root is a newly made Debian system in a folder, with a user account. Its programs share this machine's network, and
// so its loopback addresses and its display.
type root struct {
	t    *testing.T
	dir  string
	env  []string
	data string // where the app of the person keeps its things
}

const person = "1000"

func newRoot(t *testing.T) *root {
	t.Helper()
	r := &root{t: t, dir: filepath.Join(t.TempDir(), "root")}
	r.data = filepath.Join(r.dir, "home", "person", ".local", "share", "latchkey")
	release := strings.TrimSpace(run(t, "sh", "-c", ". /etc/os-release; echo $VERSION_CODENAME"))
	run(t, "mmdebstrap", "--quiet", "--mode=root", "--variant=apt", "--skip=cleanup/apt", release, r.dir)
	for _, kind := range []string{"proc", "dev/pts"} {
		target := filepath.Join(r.dir, kind)
		_ = os.MkdirAll(target, 0o755)
		if err := syscall.Mount(filepath.Base(kind), target,
			map[string]string{"proc": "proc", "dev/pts": "devpts"}[kind], 0, ""); err != nil {
			t.Fatalf("mount %s: %v (this test runs as root)", kind, err)
		}
		t.Cleanup(func() { _ = syscall.Unmount(target, syscall.MNT_DETACH) })
	}
	for _, file := range []string{"/etc/resolv.conf", "/etc/hosts"} {
		r.copy(file, file)
	}
	r.run("useradd", "--create-home", "--uid", person, "person")
	r.env = []string{
		"HOME=/home/person", "USER=person", "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "XDG_RUNTIME_DIR=/home/person/run",
		"GDK_BACKEND=x11", "NO_AT_BRIDGE=1",
		"WEBKIT_DISABLE_COMPOSITING_MODE=1", "LIBGL_ALWAYS_SOFTWARE=1", "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1",
		"LATCHKEY_LOG=debug",
		"BROWSER=/usr/local/bin/browser browse %s", "PERSON=ada", "LAST_PAGE=/home/person/last-page",
	}
	r.run("install", "-d", "-o", person, "-m", "700", "/home/person/run")
	r.copy(tool(t, "BROWSE"), "/usr/local/bin/browser")
	return r
}

// copy copies a file of this machine into the root.
func (r *root) copy(from, to string) {
	r.t.Helper()
	run(r.t, "cp", "--dereference", "--remove-destination", from, filepath.Join(r.dir, to))
}

// run runs a program in the root, as its administrator.
func (r *root) run(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("chroot", append([]string{r.dir}, args...)...)
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive", "LANG=C.UTF-8"}
	return runCmd(r.t, cmd)
}

// session prepares a program of the person's, within a session of theirs: a bus,
// and the keychain, unlocked.
func (r *root) session(program string) *exec.Cmd {
	script := `dbus-run-session -- sh -c 'printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null; ` +
		program + `'`
	cmd := exec.Command("chroot", "--userspec="+person+":"+person, r.dir, "sh", "-c", script)
	cmd.Env = r.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// start starts the app; stop ends its session.
func (r *root) start() (stop func()) {
	r.t.Helper()
	cmd := r.session("latchkey")
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	stop = func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	}
	r.t.Cleanup(stop)
	return stop
}

// display gives the root a screen of this machine's.
func (r *root) display() {
	r.t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		r.t.Fatal(err)
	}
	cmd := exec.Command("Xvfb", "-noreset", "-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp",
		"-ac")
	cmd.ExtraFiles = []*os.File{write}
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	_ = write.Close()
	line, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		r.t.Fatalf("Xvfb: %v", err)
	}
	r.env = append(r.env, "DISPLAY=:"+strings.TrimSpace(line))
}

// provider starts the demo provider in a process of its own, on this machine.
func provider(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command(tool(t, "CTL"), "demo")
	cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	var env []string
	for scanner := bufio.NewScanner(out); len(env) < 2 && scanner.Scan(); {
		if strings.HasPrefix(scanner.Text(), "LATCHKEY_") {
			env = append(env, scanner.Text())
		}
	}
	if len(env) != 2 {
		t.Fatalf("the demo provider printed %v", env)
	}
	return env
}

// events are the names of the lines in the app's log; a screen stands as screen:name.
func (r *root) events() []string {
	data, _ := os.ReadFile(filepath.Join(r.data, "logs", "latchkey.log"))
	var out []string
	for line := range strings.Lines(string(data)) {
		var entry struct{ Msg, Screen string }
		if json.Unmarshal([]byte(line), &entry) == nil {
			if entry.Msg == "screen.shown" {
				entry.Msg = "screen:" + entry.Screen
			}
			out = append(out, entry.Msg)
		}
	}
	return out
}

// happened waits until the log has an event n times.
func (r *root) happened(event string, n int) {
	r.t.Helper()
	wait(r.t, fmt.Sprintf("%s, %d times; so far %v", event, n, r.events()), func() bool {
		count := 0
		for _, e := range r.events() {
			if e == event {
				count++
			}
		}
		return count >= n
	})
}

// key types a key into the window.
func (r *root) key(name string) {
	r.t.Helper()
	cmd := exec.Command("xdotool", "search", "--sync", "--onlyvisible", "--class", "^latchkey$", "windowfocus",
		"--sync", "key", name)
	cmd.Env = append(r.env, "PATH="+os.Getenv("PATH"))
	runCmd(r.t, cmd)
}

// status is what latchkeyctl says of who is signed in.
func (r *root) status() map[string]any {
	r.t.Helper()
	out := runCmd(r.t, r.session("latchkeyctl status --json"))
	var v map[string]any
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		r.t.Fatalf("status --json printed %q", out)
	}
	return v
}
