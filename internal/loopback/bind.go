package loopback

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// bindTries is how often another free port is asked for when the one that IPv4 gave is taken on IPv6, and how often a
// port is tried whose holder frees it.
const bindTries = 20

// bind listens on the first port that can be had, on both stacks for localhost.
func bind(ctx context.Context, c Config) ([]net.Listener, int, error) {
	ports := c.Ports
	if len(ports) == 0 {
		ports = []int{0}
	}
	var last error
	for _, port := range ports {
		for range bindTries {
			ls, got, err := bindPort(ctx, c.Host, port)
			if err == nil {
				return ls, got, nil
			}
			if last = err; port != 0 && !askWay(ctx, port) {
				break
			}
		}
	}
	return nil, 0, &PortError{Ports: ports, Err: last}
}

// origin is where a port is reached.
func origin(host string, port int) *url.URL {
	return &url.URL{Scheme: "http", Host: net.JoinHostPort(host, strconv.Itoa(port))}
}

// makeWayPath is where a receiver that was given up is asked to free its port.
const makeWayPath = donePrefix + "make-way"

// askWay asks whoever holds the port to free it, and reports whether they did: a sign-in
// of ours that was given up does. Another program is asked for a page that it has not.
func askWay(ctx context.Context, port int) bool {
	ctx, stop := context.WithTimeout(ctx, time.Second)
	defer stop()
	address := origin("127.0.0.1", port).JoinPath(makeWayPath).String()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false
	}
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusNoContent
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
