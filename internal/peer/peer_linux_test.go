package peer_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"app.latchkey/internal/peer"
)

// visit names the address that the test binary, run by another user, connects to.
const visit = "PEER_TEST_VISIT"

// withoutNetlink makes the test binary refuse itself netlink sockets, as a container's filter does.
const withoutNetlink = "PEER_TEST_WITHOUT_NETLINK"

func TestMain(m *testing.M) {
	if os.Getenv(withoutNetlink) != "" {
		if err := refuseNetlink(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
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

// ways are what the program does, and both of its ways to ask the kernel, as far as this process may go them.
func ways() map[string]func(local, remote net.Addr) error {
	out := map[string]func(local, remote net.Addr) error{"own": peer.Own, "tables": peer.Searched}
	if os.Getenv(withoutNetlink) == "" {
		out["sock_diag"] = peer.Asked
	}
	return out
}

func TestAnotherUser(t *testing.T) {
	for _, way := range [][2]string{{"tcp4", "127.0.0.1"}, {"tcp6", "::1"}} {
		c := asNobody(t, way[0], way[1])
		for name, own := range ways() {
			if err := own(c.LocalAddr(), c.RemoteAddr()); !errors.Is(err, peer.ErrOther) ||
				!strings.Contains(err.Error(), "65534") {
				t.Errorf("%s, %s: %v", way[0], name, err)
			}
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
	for name, own := range ways() {
		if err := own(c.LocalAddr(), c.RemoteAddr()); !errors.Is(err, peer.ErrUnknown) ||
			!strings.Contains(err.Error(), "closed it") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Each way alone names the user, whichever family the two sockets are of.
func TestEachWayAlone(t *testing.T) {
	for kind, c := range map[string]net.Conn{
		"IPv4": accepted(t, "tcp4", "tcp4", "127.0.0.1"), "IPv6": accepted(t, "tcp6", "tcp6", "::1"),
		"accepted by a socket of both": accepted(t, "tcp", "tcp4", "127.0.0.1"), "dialled by a socket of both": both(t),
	} {
		for name, own := range ways() {
			if err := own(c.LocalAddr(), c.RemoteAddr()); err != nil {
				t.Errorf("%s, %s: %v", kind, name, err)
			}
			// The listener has the same address as the accepted end, and the kernel tells of it where it knows no
			// such connection.
			other := *c.RemoteAddr().(*net.TCPAddr)
			other.Port ^= 1
			if err := own(&other, c.LocalAddr()); !errors.Is(err, peer.ErrUnknown) {
				t.Errorf("%s, %s: another connection's port: %v", kind, name, err)
			}
		}
	}
}

// both is a connection that an IPv6 socket has made to an IPv4 address.
func both(t *testing.T) net.Conn {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	to := &unix.SockaddrInet6{Port: l.Addr().(*net.TCPAddr).Port, Addr: [16]byte(net.IPv4(127, 0, 0, 1).To16())}
	if err := unix.Connect(fd, to); err != nil {
		t.Fatal(err)
	}
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// Where a container lets no program have a netlink socket, the tables are read.
func TestWithoutNetlink(t *testing.T) {
	if os.Getenv(withoutNetlink) == "" {
		again := exec.Command("/proc/self/exe", "-test.run", "^(TestWithoutNetlink|TestTheSameUser|TestAnotherUser)$",
			"-test.v")
		again.Env = append(os.Environ(), withoutNetlink+"=1")
		out, err := again.CombinedOutput()
		if err != nil || strings.Count(string(out), "\n--- PASS: Test") != 3 {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	c := accepted(t, "tcp4", "tcp4", "127.0.0.1")
	if err := peer.Asked(c.LocalAddr(), c.RemoteAddr()); !errors.Is(err, unix.EPERM) {
		t.Errorf("the filter does not hold: %v", err)
	}
	if err := peer.Own(c.LocalAddr(), c.RemoteAddr()); err != nil {
		t.Error(err)
	}
}

// refuseNetlink installs a filter over all threads: socket(AF_NETLINK, …) fails with EPERM (seccomp(2)).
func refuseNetlink() error {
	const number, argument = 0, 16 // where a filter finds the call and its first argument
	load := func(at uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
	}
	skipUnless := func(value uint32, skip uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: value, Jf: skip}
	}
	end := func(how uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: how} }
	rules := []unix.SockFilter{
		load(number), skipUnless(unix.SYS_SOCKET, 3), load(argument), skipUnless(unix.AF_NETLINK, 1),
		end(unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)), end(unix.SECCOMP_RET_ALLOW),
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	program := unix.SockFprog{Len: uint16(len(rules)), Filter: &rules[0]}
	_, _, code := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&program)))
	if code != 0 {
		return code
	}
	return nil
}
