package doctor

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"app.latchkey/internal/loopback"
)

// families: both loopback addresses can be bound and reached.
func (r *round) families(ctx context.Context) {
	if err := dialSelf(ctx, "tcp4", "127.0.0.1:0"); err != nil {
		r.fail("loopback.ipv4", "127.0.0.1 cannot be reached from this computer itself", err.Error())
	} else {
		r.pass("loopback.ipv4", "127.0.0.1 can be listened on and reached", "")
	}
	needed := r.p().RedirectHost == "localhost"
	switch err := dialSelf(ctx, "tcp6", "[::1]:0"); {
	case err == nil:
		r.pass("loopback.ipv6", "::1 can be listened on and reached", "")
	case !needed:
		r.pass("loopback.ipv6", "There is no ::1 here, and it is not needed", "redirect_host is "+r.p().RedirectHost)
	default:
		r.warn("loopback.ipv6", "::1 cannot be used here", err.Error())
	}
	if needed {
		r.localhost(ctx)
	}
}

// localhost: the name must be this computer.
func (r *round) localhost(ctx context.Context) {
	addresses, err := net.DefaultResolver.LookupHost(ctx, "localhost")
	for _, a := range addresses {
		if ip := net.ParseIP(a); ip == nil || !ip.IsLoopback() {
			err = fmt.Errorf("localhost is %s", strings.Join(addresses, ", "))
		}
	}
	if err != nil {
		r.fail("localhost", "The name localhost does not lead to this computer", err.Error())
	}
}

// dialSelf listens, connects and closes.
func dialSelf(ctx context.Context, network, address string) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, network, address)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	var d net.Dialer
	c, err := d.DialContext(ctx, network, l.Addr().String())
	if err != nil {
		return err
	}
	return c.Close()
}

// ports binds each configured port as a sign-in would, and asks it as a browser
// would.
func (r *round) ports(ctx context.Context) {
	p := r.p()
	if p.RedirectHost == "" {
		return // the settings could not be read at all
	}
	list := p.RedirectPorts
	if len(list) == 0 {
		list = []int{0}
	}
	var taken []Finding
	for _, port := range list {
		id := "port.any"
		if port != 0 {
			id = fmt.Sprintf("port.%d", port)
		}
		address, err := r.port(ctx, port)
		if err != nil {
			taken = append(taken, Finding{ID: id, Detail: last(err).Error()})
			continue
		}
		r.free = append(r.free, address)
		r.pass(id, "The sign-in can come back", address)
	}
	for _, f := range taken {
		if len(r.free) > 0 {
			r.warn(f.ID, "The port cannot be opened", f.Detail+"; the next one is taken instead")
		} else {
			r.fail(f.ID, "The port cannot be opened", f.Detail)
		}
	}
}

// port listens as a sign-in does, and returns the redirect address.
func (r *round) port(ctx context.Context, port int) (string, error) {
	recv, err := loopback.Listen(ctx, loopback.Config{
		Host: r.p().RedirectHost, Ports: []int{port}, Path: r.p().RedirectPath, State: rand.Text(), App: r.o.App,
	})
	if err != nil {
		return "", err
	}
	defer func() { _ = recv.Close() }()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, recv.RedirectURI(), nil)
	if err != nil {
		return "", err
	}
	// A browser is sent there by no proxy either.
	transport := &http.Transport{Proxy: nil, DisableKeepAlives: true}
	res, err := transport.RoundTrip(req)
	if err != nil {
		return "", fmt.Errorf("bound, and not reached: %w", err)
	}
	_ = res.Body.Close()
	if res.StatusCode < 400 {
		return "", errors.New("another program answers there")
	}
	return recv.RedirectURI(), nil
}
