package peer_test

import (
	"bufio"
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"app.latchkey/internal/peer"
)

// visit names the address that the test binary, run by another user, connects to.
const visit = "PEER_TEST_VISIT"

func TestMain(m *testing.M) {
	if address := os.Getenv(visit); address != "" {
		c, err := net.Dial("tcp", address)
		if err != nil {
			os.Exit(1)
		}
		_, _ = bufio.NewReader(c).ReadString('\n') // until the test has looked
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// asNobody runs the test binary as another user and returns its connection.
func asNobody(t *testing.T, listen, host string) net.Conn {
	t.Helper()
	l, err := net.Listen(listen, net.JoinHostPort(host, "0"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	cmd := exec.Command("/proc/self/exe")
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	} else {
		self, _ := os.Executable()
		cmd = exec.Command("sudo", "-n", "-u", "#65534", "env", visit+"="+l.Addr().String(), self)
	}
	cmd.Dir, cmd.Env = "/", append(os.Environ(), visit+"="+l.Addr().String())
	if err := cmd.Start(); err != nil {
		t.Fatalf("this test runs a program as another user, which takes root or sudo: %v", err)
	}
	t.Cleanup(func() { _ = cmd.Wait() })
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestAnotherUser(t *testing.T) {
	for _, way := range [][2]string{{"tcp4", "127.0.0.1"}, {"tcp6", "::1"}} {
		c := asNobody(t, way[0], way[1])
		if err := peer.Own(c.LocalAddr(), c.RemoteAddr()); !errors.Is(err, peer.ErrOther) ||
			!strings.Contains(err.Error(), "65534") {
			t.Errorf("%s: %v", way[0], err)
		}
	}
}

// The kernel shows a socket that its program has closed as root's.
func TestOneWhoHasGone(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	client, err := net.Dial("tcp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = client.Close()
	if err := peer.Own(c.LocalAddr(), c.RemoteAddr()); !errors.Is(err, peer.ErrUnknown) {
		t.Errorf("%v", err)
	}
}
