//go:build linux

package secrets

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

const journalPath = "/run/systemd/journal/socket"

// playJournal receives what programs send to journald and adds it to the places to search. The returned func stops that
// and returns how many entries arrived.
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
