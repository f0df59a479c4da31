package demoidp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
)

// listen takes the fixed port and the two after it, or other ones. Only of the first
// a word is due: it is the issuer that the app knows.
func listen(ctx context.Context, addr string) ([]net.Listener, string, error) {
	host, text, err := net.SplitHostPort(addr)
	port, bad := strconv.Atoi(text)
	if err != nil || bad != nil || host != "127.0.0.1" {
		return nil, "", fmt.Errorf("demoidp: %q is no address on 127.0.0.1", addr)
	}
	var out []net.Listener
	notice := ""
	for i := range 3 {
		next := port
		if port != 0 {
			next = port + i
		}
		l, moved, err := listenOn(ctx, next)
		if err != nil {
			return nil, "", fmt.Errorf("demoidp: listen: %w", errors.Join(err, closeAll(out)))
		}
		if moved && i == 0 {
			port = 0
			notice = fmt.Sprintf("Port %s is taken, by another demo perhaps. The demo provider is at %s for now, and "+
				"does not know who signed in at the other address.", text, origin(l))
		}
		out = append(out, l)
	}
	return out, notice, nil
}

// listenOn listens on a port, or on another one when it is taken.
func listenOn(ctx context.Context, port int) (l net.Listener, moved bool, err error) {
	var lc net.ListenConfig
	if l, err = lc.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err == nil {
		return l, false, nil
	}
	l, second := lc.Listen(ctx, "tcp4", "127.0.0.1:0")
	if second != nil {
		return nil, false, errors.Join(err, second)
	}
	return l, true, nil
}

func origin(l net.Listener) string { return "http://" + l.Addr().String() }

func closeAll(listeners []net.Listener) error {
	var errs []error
	for _, l := range listeners {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}
