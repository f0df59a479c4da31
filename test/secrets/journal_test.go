//go:build linux

package secrets

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

const journalPath = "/run/systemd/journal/socket"

// inOwnRun runs the test again where the folder /run is the test's own, and reports whether this is that run.
func inOwnRun(t *testing.T) bool {
	t.Helper()
	const mark = "LATCHKEY_TEST_RUN"
	if os.Getenv(mark) != "" {
		if err := syscall.Mount("test", "/run", "tmpfs", 0, ""); err != nil {
			t.Fatal(err)
		}
		return true
	}
	again := exec.CommandContext(t.Context(), "unshare", "--map-root-user", "--mount", os.Args[0], "-test.run",
		"^"+t.Name()+"$")
	again.Env = append(os.Environ(), mark+"=1")
	if out, err := again.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("PASS")) {
		t.Fatalf("%v\n%s", err, out)
	}
	return false
}

// playJournal takes what programs send to journald, to be looked at. The returned func ends that, and says how many
// entries came.
func playJournal(t *testing.T, l *Look) func() int {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(journalPath), 0o755); err != nil {
		t.Fatal(err)
	}
	at := &net.UnixAddr{Name: journalPath, Net: "unixgram"}
	conn, err := net.ListenUnixgram("unixgram", at)
	if err != nil {
		t.Fatal(err)
	}
	const last = "the last one"
	entries := make(chan int, 1)
	go func() {
		defer func() { _ = conn.Close() }()
		data := make([]byte, 1<<20)
		for n := 0; ; n++ {
			size, _, err := conn.ReadFromUnix(data)
			if err != nil || string(data[:size]) == last {
				entries <- n
				return
			}
			l.Add("an entry of the journal", data[:size])
		}
	}()
	return func() int {
		out, err := net.DialUnix("unixgram", nil, at)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = out.Close() }()
		if _, err := out.Write([]byte(last)); err != nil {
			t.Fatal(err)
		}
		return <-entries
	}
}
