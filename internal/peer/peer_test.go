package peer_test

import (
	"errors"
	"net"
	"testing"

	"app.latchkey/internal/peer"
)

// accepted connects to a listener and returns the accepted end.
func accepted(t *testing.T, listen, network, dial string) net.Conn {
	t.Helper()
	l, err := net.Listen(listen, "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	client, err := net.Dial(network, net.JoinHostPort(dial, port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestTheSameUser(t *testing.T) {
	for name, way := range map[string][3]string{
		"IPv4": {"tcp4", "tcp4", "127.0.0.1"}, "IPv6": {"tcp6", "tcp6", "::1"},
		"IPv4 within IPv6": {"tcp", "tcp4", "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			c := accepted(t, way[0], way[1], way[2])
			if err := peer.Own(c.LocalAddr(), c.RemoteAddr()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWhatIsNoConnection(t *testing.T) {
	a, b := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 2}
	for name, err := range map[string]error{
		"no such connection": peer.Own(a, b), "no TCP": peer.Own(&net.UnixAddr{}, b), "nothing": peer.Own(nil, nil),
	} {
		if !errors.Is(err, peer.ErrUnknown) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
