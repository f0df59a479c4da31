//go:build linux

// Package providers_test plays the day of a person at three providers that companies run: Ory
// Hydra, LemonLDAP::NG and zitadel's example server. Each is a process of its own, started by
// the test as its makers deliver it, and used by latchkeyctl and a scripted browser alone.
//
// `make test-providers` installs what is needed. npm's oidc-provider has the same story in
// test/provider, within `make test`.
package providers_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"app.latchkey/test/story"
)

func TestMain(m *testing.M) { story.Main(m) }

// starting is how long a provider may take until it answers.
const starting = time.Minute

// build builds a provider from its module in servers/, and returns the program's path.
func build(t *testing.T, module, main string, flags ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), module)
	args := append([]string{"build", "-C", filepath.Join("servers", module), "-o", path}, flags...)
	if out, err := exec.Command("go", append(args, main)...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", main, err, out)
	}
	return path
}

// serve starts a provider's process and waits until ready answers with 200. The process and its
// children end with the test, and what they have said is shown when the test has failed.
func serve(t *testing.T, cmd *exec.Cmd, ready string) {
	t.Helper()
	said := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = said, said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() { _ = cmd.Wait(); close(gone) }()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-gone
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(cmd.Path), ends(said.String()))
		}
	})
	ctx, stop := context.WithTimeout(context.Background(), starting)
	defer stop()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for !answers(ctx, ready) {
		select {
		case <-gone:
			t.Fatalf("%s has ended", cmd.Path)
		case <-ctx.Done():
			t.Fatalf("%s does not answer after %s", ready, starting)
		case <-again.C:
		}
	}
}

func answers(ctx context.Context, address string) bool {
	ctx, stop := context.WithTimeout(ctx, time.Second)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// ends is the beginning and the end of what a process has said.
func ends(said string) string {
	const part = 4 << 10
	if len(said) <= 2*part {
		return said
	}
	return said[:part] + "\n…\n" + said[len(said)-part:]
}

// freePort is a port on loopback that nobody holds.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// write writes a file of the provider's and returns its path.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
