package doctor_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"app.latchkey/internal/doctor"
)

// The program itself is what is tested, in a process of its own: proxies, home
// folders and keychains are read from the environment at its start.

// program builds latchkeyctl once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "doctor-*")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "latchkeyctl")
	out, err := exec.Command("go", "build", "-o", path, "app.latchkey/cmd/latchkeyctl").CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := program(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// secrets must be in no report.
const (
	clientSecret = "hush-hush-hush"
	passphrase   = "correct horse battery"
)

// machine is a person's computer: a home with settings, and an environment.
type machine struct {
	t      *testing.T
	home   string
	site   *site
	config map[string]string // in TOML
	env    map[string]string
	mode   os.FileMode // of config.toml
}

// newMachine is a set-up in which everything is right.
func newMachine(t *testing.T, s *site) *machine {
	t.Helper()
	home := t.TempDir()
	return &machine{
		t: t, home: home, site: s, mode: 0o600,
		config: map[string]string{"issuer": quoted(s.issuer), "client_id": `"desk"`},
		env: map[string]string{
			"HOME": home, "PATH": os.Getenv("PATH"), "BROWSER": "true", "XDG_RUNTIME_DIR": home,
			"LATCHKEY_STORE": "file", "LATCHKEY_STORE_PASSPHRASE": passphrase,
		},
	}
}

func quoted(s string) string { return `"` + s + `"` }

func (m *machine) path(parts ...string) string {
	return filepath.Join(append([]string{m.home}, parts...)...)
}

func (m *machine) write(text string, parts ...string) string {
	m.t.Helper()
	path := m.path(parts...)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		m.t.Fatal(err)
	}
	return path
}

func (m *machine) command(args ...string) *exec.Cmd {
	m.t.Helper()
	path, err := program()
	if err != nil {
		m.t.Fatal(err)
	}
	var text strings.Builder
	for key, value := range m.config {
		text.WriteString(key + " = " + value + "\n")
	}
	file := m.write(text.String(), ".config", "latchkey", "config.toml")
	if err := os.Chmod(file, m.mode); err != nil {
		m.t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = m.home
	for name, value := range m.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// examine runs the doctor and holds its exit code against its report.
func (m *machine) examine() doctor.Report {
	m.t.Helper()
	cmd := m.command("doctor", "--json")
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		m.t.Fatal(err)
	}
	if err := ofSchema(m.t, out); err != nil {
		m.t.Errorf("%v: %s", err, out)
	}
	var r doctor.Report
	if err := json.Unmarshal(out, &r); err != nil {
		m.t.Fatalf("%v: %s", err, out)
	}
	code := cmd.ProcessState.ExitCode()
	if r.OK && code != 0 || !r.OK && code != 1 {
		m.t.Errorf("exit code %d, ok %v", code, r.OK)
	}
	for _, secret := range []string{clientSecret, passphrase} {
		if strings.Contains(string(out), secret) {
			m.t.Errorf("the report has a secret: %s", out)
		}
	}
	return r
}

// worst is the worst finding of that name.
func worst(r doctor.Report, id string) doctor.Finding {
	var out doctor.Finding
	for _, f := range r.Findings {
		if f.ID == id &&
			(out.ID == "" || f.Status == doctor.Fail || f.Status == doctor.Warn && out.Status == doctor.Pass) {
			out = f
		}
	}
	return out
}
