package loopback

import (
	"context"
	"net"
	"strconv"
)

// bindTries is how often another free port is asked for when the one that IPv4
// gave is taken on IPv6.
const bindTries = 20

// bind listens on the first port that can be had, on both stacks for localhost.
func bind(ctx context.Context, c Config) ([]net.Listener, int, error) {
	ports := c.Ports
	if len(ports) == 0 {
		ports = []int{0}
	}
	var last error
	for _, port := range ports {
		tries := 1
		if port == 0 {
			tries = bindTries
		}
		for range tries {
			ls, got, err := bindPort(ctx, c.Host, port)
			if err == nil {
				return ls, got, nil
			}
			last = err
		}
	}
	return nil, 0, &PortError{Ports: ports, Err: last}
}

// bindPort listens on one port. Where the machine has no IPv6 loopback, localhost
// resolves to IPv4 alone and one listener is enough; a port that another program
// holds on ::1 is not ours, since the browser might reach that program.
func bindPort(ctx context.Context, host string, port int) ([]net.Listener, int, error) {
	var lc net.ListenConfig
	four, err := lc.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, 0, err
	}
	got := four.Addr().(*net.TCPAddr).Port
	if host != "localhost" {
		return []net.Listener{four}, got, nil
	}
	six, err := lc.Listen(ctx, "tcp6", net.JoinHostPort("::1", strconv.Itoa(got)))
	if err == nil {
		return []net.Listener{four, six}, got, nil
	}
	if probe, noSix := lc.Listen(ctx, "tcp6", "[::1]:0"); noSix == nil {
		_ = probe.Close()
		_ = four.Close()
		return nil, 0, err // there is IPv6, and the port is taken on it
	}
	return []net.Listener{four}, got, nil
}
