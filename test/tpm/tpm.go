//go:build linux

// Package tpm gives a test a TPM 2.0 of its own: swtpm, a simulated TPM. For keys, two of them are two computers.
package tpm

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// limit is how long swtpm may take to start.
const limit = 30 * time.Second

// Start starts a TPM and returns the socket at which it is reached, for
// hardware.Maker's Device. It ends with the test.
func Start(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tpm") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	own, front := filepath.Join(dir, "swtpm"), filepath.Join(dir, "tpm")
	cmd := exec.Command("swtpm", "socket", "--tpm2", "--tpmstate", "dir="+dir,
		"--server", "type=unixio,path="+own, "--flags", "not-need-init,startup-clear")
	if err := cmd.Start(); err != nil {
		t.Fatalf("swtpm: %v", err)
	}
	listener, err := net.Listen("unix", front)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	t.Cleanup(func() {
		_ = listener.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		all.Wait()
		_ = os.RemoveAll(dir)
	})
	for end := time.Now().Add(limit); ; time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(own); err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("swtpm made no socket")
		}
	}
	all.Go(func() { serve(listener, own, &all) })
	return front
}

// serve hands one connection after the other to swtpm, which takes one at a time and
// refuses those that wait.
func serve(listener net.Listener, own string, all *sync.WaitGroup) {
	var one sync.Mutex
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		all.Go(func() {
			defer func() { _ = client.Close() }()
			one.Lock()
			defer one.Unlock()
			tpm, err := net.Dial("unix", own)
			for end := time.Now().Add(limit); err != nil && time.Now().Before(end); time.Sleep(time.Millisecond) {
				tpm, err = net.Dial("unix", own) // it has not let go of the last one yet
			}
			if err != nil {
				return
			}
			all.Go(func() {
				_, _ = io.Copy(client, tpm)
				_ = client.Close()
			})
			_, _ = io.Copy(tpm, client)
			_ = tpm.Close()
		})
	}
}
