//go:build bench

package bench

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"app.latchkey/test/bench/instant"
	"app.latchkey/test/bus"
)

// limit is the longest that the measurements wait for one thing.
const limit = 2 * time.Minute

// machine is where the programs run.
type machine struct {
	t       *testing.T
	home    string
	out     string // for what is built, and the table
	env     []string
	screens map[string]*screen // each window's own
	idp     *instant.Provider
	program map[string]string // by name

	arguments map[string][]string // of each window
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	idp, err := instant.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(idp.Close)
	d := &machine{t: t, home: t.TempDir(), out: os.Getenv("OUT"), idp: idp, program: map[string]string{},
		arguments: map[string][]string{}}
	if d.out == "" {
		t.Fatal("OUT names no folder: run make bench")
	}
	d.env = []string{
		"HOME=" + d.home, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "XDG_RUNTIME_DIR=" + d.folder("run"),
		"XDG_DATA_HOME=" + d.folder("data"), "XDG_CONFIG_HOME=" + d.folder("config"),
		"XDG_CACHE_HOME=" + d.folder("cache"),
		"GDK_BACKEND=x11", "NO_AT_BRIDGE=1", "WEBKIT_DISABLE_COMPOSITING_MODE=1", "LIBGL_ALWAYS_SOFTWARE=1",
		"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1",
		"LATCHKEY_ISSUER=" + idp.Issuer(), "LATCHKEY_CLIENT_ID=" + instant.ClientID,
		"BROWSER=" + filepath.Join(d.out, "browse") + " %s",
	}
	b := bus.Start(t, d.home)
	d.env = append(d.env, "DBUS_SESSION_BUS_ADDRESS="+b.Address)
	b.Keychain(t, d.env)
	d.screens = map[string]*screen{}
	for _, window := range []string{"latchkey", "static", "emptyapp"} {
		d.screens[window] = d.newScreen(window)
	}
	return d
}

func (d *machine) folder(name string) string {
	d.t.Helper()
	dir := filepath.Join(d.home, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		d.t.Fatal(err)
	}
	return dir
}

// build builds every program of the table, Latchkey's as a release is.
func (d *machine) build() {
	d.t.Helper()
	window := []string{"-tags", "desktop,production,webkit2_41", "-ldflags", "-s -w"} // as wails build does
	plain := []string{"-ldflags", "-s -w"}
	for _, p := range []struct {
		name, dir, path string
		flags           []string
		cgo             string
	}{
		{"latchkeyctl", "../..", "./cmd/latchkeyctl", plain, "0"},
		{"browse", ".", "./browse", plain, "0"},
		{"plain", ".", "./plain", plain, "0"},
		{"durable", ".", "./plain", append([]string{"-tags", "durable"}, plain...), "0"},
		{"floor", ".", "./floor", plain, "0"},
		{"crowd", ".", "./crowd", plain, "0"},
		{"floor-library", ".", "./floor", append([]string{"-tags", "library"}, plain...), "0"},
		{"floor-linked", ".", "./floor", append([]string{"-tags", "linked"}, plain...), "0"},
		{"given", ".", "./given", plain, "0"},
		{"linked", ".", "./linked", plain, "0"},
		{"kubelogin", "kubelogin", "github.com/int128/kubelogin", plain, "0"},
		{"seed", "kubelogin", ".", plain, "0"},
		{"latchkey", "../..", ".", window, "1"},
		{"emptyapp", ".", "./emptyapp", window, "1"},
	} {
		d.built(p.name, p.dir, p.path, p.flags, p.cgo)
	}
	d.buildNothing(plain)
	d.program["static"] = d.program["emptyapp"]
}

// built builds a program and writes it from its beginning to its end, as an installer does. The linker writes in no
// order, and the kernel maps the pages of such a file one by one, which costs 15 % of the processor time of a start.
func (d *machine) built(name, dir, path string, flags []string, cgo string) {
	d.t.Helper()
	d.program[name] = filepath.Join(d.out, name)
	linked := d.program[name] + ".linked"
	cmd := exec.Command("go", append(append([]string{"build", "-o", linked}, flags...), path)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED="+cgo)
	if out, err := cmd.CombinedOutput(); err != nil {
		d.t.Fatalf("build %s: %v\n%s", name, err, out)
	}
	data, err := os.ReadFile(linked)
	if err == nil {
		err = os.RemoveAll(d.program[name]) // one of an earlier run, if there is any
	}
	if err == nil {
		err = os.WriteFile(d.program[name], data, 0o700)
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// size is a built program's, in bytes.
func (d *machine) size(name string) int64 {
	d.t.Helper()
	info, err := os.Stat(d.program[name])
	if err != nil {
		d.t.Fatal(err)
	}
	return info.Size()
}

// buildNothing builds an empty program, and makes it as large as latchkeyctl.
func (d *machine) buildNothing(flags []string) {
	d.t.Helper()
	dir := d.folder("nothing")
	for name, text := range map[string]string{
		"go.mod": "module nothing\n\ngo 1.26\n",
		"main.go": "package main\n\nimport _ \"embed\"\n\n//go:embed rest\nvar rest string\n\nfunc main() { " +
			"println(len(rest)) }\n",
		"rest": "",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			d.t.Fatal(err)
		}
	}
	d.built("nothing", dir, ".", flags, "0")
	rest := make([]byte, d.size("latchkeyctl")-d.size("nothing"))
	if err := os.WriteFile(filepath.Join(dir, "rest"), rest, 0o600); err != nil {
		d.t.Fatal(err)
	}
	d.built("nothing", dir, ".", flags, "0")
}

// command prepares a program of the machine.
func (d *machine) command(name string, args ...string) *exec.Cmd {
	path, built := d.program[name]
	if !built {
		path = name
	}
	cmd := exec.Command(path, args...)
	cmd.Env = d.env
	return cmd
}

// start starts a program that ends with the run.
func (d *machine) start(cmd *exec.Cmd) {
	d.t.Helper()
	if err := cmd.Start(); err != nil {
		d.t.Fatalf("%s: %v", cmd.Path, err)
	}
	d.t.Cleanup(func() { end(cmd) })
}

func end(cmd *exec.Cmd) {
	if cmd.ProcessState == nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

// run runs a program to its end and returns what it printed.
func (d *machine) run(name string, args ...string) string {
	d.t.Helper()
	cmd := d.command(name, args...)
	var words bytes.Buffer
	cmd.Stderr = &words
	out, err := cmd.Output()
	if err != nil {
		d.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, words.String())
	}
	return string(out)
}

// firstLine starts a program, returns how long it took to print its first line on
// standard output, and waits for its end.
func (d *machine) firstLine(cmd *exec.Cmd) time.Duration {
	d.t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), limit)
	defer stop()
	out, err := cmd.StdoutPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	began := time.Now()
	d.start(cmd)
	context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	lines := bufio.NewReader(out)
	_, err = lines.ReadString('\n')
	took := time.Since(began)
	if err != nil {
		d.t.Fatalf("%s printed nothing: %v", cmd.Path, err)
	}
	_, _ = io.Copy(io.Discard, lines)
	if err := cmd.Wait(); err != nil {
		d.t.Fatalf("%s: %v", cmd.Path, err)
	}
	return took
}
