package demoidp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
)

// listen takes the fixed port and the two after it. When one is taken it uses a free port instead. The notice is for
// the first port alone, since that is the issuer's, which the app knows.
func listen(ctx context.Context, addr string) (out []net.Listener, notice string, err error) {
	host, text, err := net.SplitHostPort(addr)
	port, bad := strconv.Atoi(text)
	if err != nil || bad != nil || host != "127.0.0.1" {
		return nil, "", fmt.Errorf("demoidp: %q is no address on 127.0.0.1", addr)
	}
	for i := range 3 {
		next := port
		if port != 0 {
			next = port + i
		}
		var lc net.ListenConfig
		l, err := lc.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(next)))
		if err != nil {
			var second error
			if l, second = lc.Listen(ctx, "tcp4", "127.0.0.1:0"); second != nil {
				return nil, "", fmt.Errorf("demoidp: listen: %w", errors.Join(err, second, closeAll(out)))
			}
			if i == 0 {
				port = 0
				notice = fmt.Sprintf("Port %s is taken, perhaps by another demo. The demo provider is at %s for now, "+
					"and does not know who signed in at the other address.", text, origin(l))
			}
		}
		out = append(out, l)
	}
	return out, notice, nil
}

func origin(l net.Listener) string { return "http://" + l.Addr().String() }

func closeAll(listeners []net.Listener) error {
	var errs []error
	for _, l := range listeners {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}
