package window

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// freePort is a port that nothing listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// family are the program and all that it has started, with their environments as they
// were given them.
func family(t *testing.T, pid int) map[string]string {
	t.Helper()
	out := map[string]string{}
	below := map[int]bool{pid: true}
	for grown := true; grown; {
		grown = false
		stats, _ := filepath.Glob("/proc/[0-9]*/stat")
		for _, path := range stats {
			data, err := os.ReadFile(path)
			if err != nil {
				continue // it has ended
			}
			// The name, in brackets, may have anything in it; the parent is the second word behind.
			fields := strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:]))
			self, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			parent, _ := strconv.Atoi(fields[1])
			if below[parent] && !below[self] {
				below[self], grown = true, true
				env, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "environ"))
				name, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "comm"))
				out[strings.TrimSpace(string(name))+" "+strconv.Itoa(self)] = string(env)
			}
		}
	}
	return out
}

// A window that was started with WebKit's inspector switched on listens nowhere, and
// what it starts has neither the variables nor the secrets of the settings.
func TestTheWindowIsNotScriptable(t *testing.T) {
	d := newDesktop(t, true)
	one, two := freePort(t), freePort(t)
	d.set("WEBKIT_INSPECTOR_SERVER", one)
	d.set("WEBKIT_INSPECTOR_HTTP_SERVER", two)
	d.set("LATCHKEY_STORE_PASSPHRASE", "hush hush hush")
	d.set("LATCHKEY_CLIENT_SECRET", "hush hush hush")
	app := d.app()
	d.drawn("signin", 1)
	for _, address := range []string{one, two} {
		if c, err := net.Dial("tcp4", address); err == nil {
			_ = c.Close()
			t.Errorf("something listens on %s", address)
		}
	}
	processes := family(t, app.Process.Pid)
	web := 0
	for name, env := range processes {
		if strings.HasPrefix(name, "WebKit") {
			web++
		}
		if strings.Contains(env, "hush") || strings.Contains(env, "WEBKIT_INSPECTOR") {
			t.Errorf("%s was given the secrets or the inspector", name)
		}
	}
	if web < 2 {
		t.Errorf("WebKit's processes were not found: %d of %d", web, len(processes))
	}
}
