package module

import (
	"bufio"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the template's code anew from examples/wails")

// The template is the example, with the names that the Wails command line fills in.
func TestTheTemplateIsTheExample(t *testing.T) {
	names := strings.NewReplacer(
		`"com.example.wails"`, `"com.example.{{.NPMProjectName}}"`, `"Example"`, `"{{.ProjectName}}"`,
		"<title>Example<", "<title>{{.ProjectName}}<",
		"// Command wails is", "// Command {{.NPMProjectName}} is", `"wails:"`, `"{{.NPMProjectName}}:"`,
	)
	for from, to := range map[string]string{
		"main.go": "main.go.tmpl", "store.go": "store.go.tmpl", "frontend/index.html": "frontend/index.tmpl.html",
		"frontend/main.js": "frontend/main.js", "frontend/style.css": "frontend/style.css",
	} {
		text, err := os.ReadFile(filepath.Join(repository, "examples/wails", from))
		if err != nil {
			t.Fatal(err)
		}
		want, path := names.Replace(string(text)), filepath.Join(repository, "templates/wails", to)
		if to == from {
			want = string(text)
		}
		if *update {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s is not what examples/wails/%s makes: go test ./test/module -run TemplateIs -update (%v)", path,
				from, err)
		}
	}
}

// The pinned Wails command line makes an app of the template in an empty folder. The app shows its home page, signs
// in, keeps the session over a restart, and signs out.
func TestWailsInitMakesAnAppThatSignsIn(t *testing.T) {
	p := newPlace(t)
	env := proxied(t, "v0.2.0")
	wails := filepath.Join(t.TempDir(), "wails")
	sh(t, repository, nil, "go", "build", "-modfile=tools/go.mod", "-o", wails,
		"github.com/wailsapp/wails/v2/cmd/wails")
	template, err := filepath.Abs(repository + "/templates/wails")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	sh(t, dir, env, wails, "init", "-n", "reader", "-t", template)
	app := filepath.Join(dir, "reader")
	sh(t, app, env, wails, "build", "-s", "-skipbindings", "-v", "0")
	p.display()
	program := filepath.Join(app, "build/bin/reader")
	closed := p.start(program)
	p.title("reader — Home")
	p.keys("Tab", "Tab", "Return")
	p.title("reader — Profile")
	p.keys("Tab", "Return") // the one button there
	p.title("reader — Ada Lovelace")
	closed()
	closed = p.start(program)
	p.title("reader — Home")
	p.keys("Tab", "Tab", "Return")
	p.title("reader — Ada Lovelace")
	p.keys("Tab", "Return")
	p.title("reader — Profile")
	closed()
}

// display starts an X server on a display of its own choosing.
func (p *place) display() {
	p.t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		p.t.Fatal(err)
	}
	server := exec.CommandContext(p.t.Context(), "Xvfb", "-noreset", "-displayfd", "3", "-screen", "0", "1024x768x24",
		"-nolisten", "tcp")
	server.ExtraFiles = []*os.File{write}
	if err := server.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	_ = write.Close()
	line, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		p.t.Fatal(err)
	}
	p.env = append(p.env, "DISPLAY=:"+strings.TrimSpace(line), "GDK_BACKEND=x11", "NO_AT_BRIDGE=1",
		"WEBKIT_DISABLE_COMPOSITING_MODE=1", "LIBGL_ALWAYS_SOFTWARE=1", "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1")
}

// start starts a program with a window; the returned function ends it.
func (p *place) start(program string) func() {
	p.t.Helper()
	cmd := exec.Command(program)
	cmd.Env, cmd.Stderr = p.env, os.Stderr
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	end := func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}
	p.t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	return end
}

// title waits for a window of exactly that title.
func (p *place) title(title string) {
	p.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		if out, err := p.run("xdotool", "search", "--onlyvisible", "--name", "^"+title+"$"); err == nil &&
			strings.TrimSpace(out) != "" {
			return
		}
	}
	names, _ := p.run("xdotool", "search", "--onlyvisible", "--name", ".", "getwindowname", "%@")
	p.t.Fatalf("there is no window %q; there are %q", title, names)
}

// keys types keys into the window.
func (p *place) keys(keys ...string) {
	p.t.Helper()
	window := strings.Fields(p.must("xdotool", "search", "--onlyvisible", "--name", "^(reader|Starter) — "))[0]
	p.must("xdotool", "windowfocus", "--sync", window)
	p.must("xdotool", append([]string{"key", "--delay", "100"}, keys...)...)
}
