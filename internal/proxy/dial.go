package proxy

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"

	socks "golang.org/x/net/proxy"
)

const (
	dialLimit  = 10 * time.Second // of one connection
	routeLimit = 20 * time.Second // of one proxy, its sign-in included
	badFor     = 5 * time.Minute
)

// dialer makes the connections of one transport.
type dialer struct {
	proxy *Proxy
	guard func(netip.Addr) error
	tls   *tls.Config
}

// dial tries the ways of an address in order. The first proxy that answers decides, even when it
// refuses.
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	scheme, _ := ctx.Value(schemeKey{}).(string)
	choice := d.proxy.choose(ctx, &url.URL{Scheme: scheme, Host: address})
	var failed error
	for _, route := range d.proxy.sorted(choice.Routes) {
		conn, err := d.by(ctx, route, network, address)
		if err == nil {
			return conn, nil
		}
		failed = errors.Join(failed, err)
		if errors.Is(err, ErrReach) {
			d.proxy.note(route)
			continue
		}
		if !route.direct() || ctx.Err() != nil {
			break
		}
	}
	if choice.Err != nil {
		return nil, errors.Join(failed, choice.Err)
	}
	return nil, failed
}

func (d *dialer) by(ctx context.Context, route Route, network, address string) (net.Conn, error) {
	if route.direct() {
		return (&net.Dialer{Timeout: dialLimit, Control: d.control}).DialContext(ctx, network, address)
	}
	if err := d.judge(ctx, address); err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, routeLimit)
	defer stop()
	if route.Scheme == "socks5" {
		return d.socks(ctx, route, address)
	}
	return d.tunnel(ctx, route, address)
}

// control judges the address of a direct connection.
func (d *dialer) control(_, address string, _ syscall.RawConn) error {
	if d.guard == nil {
		return nil
	}
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return ErrGuard
	}
	return d.refused(at.Addr())
}

// judge resolves a name here before a proxy is asked to go there.
func (d *dialer) judge(ctx context.Context, address string) error {
	if d.guard == nil {
		return nil
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return ErrGuard
	}
	found, err := lookup(ctx, host)
	if err != nil {
		return fmt.Errorf("%w: its name cannot be resolved here, so that nobody can judge where the proxy would go",
			ErrGuard)
	}
	for _, ip := range found {
		if err := d.refused(ip); err != nil {
			return err
		}
	}
	return nil
}

func (d *dialer) refused(ip netip.Addr) error {
	if err := d.guard(ip.Unmap()); err != nil {
		return fmt.Errorf("%w: %w", ErrGuard, err)
	}
	return nil
}

// reach connects to the proxy itself, which may stand anywhere: whoever named it chose.
func (d *dialer) reach(ctx context.Context, route Route) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: dialLimit}).DialContext(ctx, "tcp", route.Address)
	if err != nil {
		return nil, &ReachError{route.Address, err}
	}
	if route.Scheme != "https" {
		return conn, nil
	}
	conf := d.tls.Clone()
	conf.ServerName = route.host()
	secure := tls.Client(conn, conf)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		var untrusted *tls.CertificateVerificationError
		if errors.As(err, &untrusted) && len(untrusted.UnverifiedCertificates) > 0 {
			return nil,
				&CertificateError{
					conf.ServerName, issuer(untrusted.UnverifiedCertificates[0]), "as the proxy itself", err,
				}
		}
		return nil, &ReachError{route.Address, err}
	}
	return secure, nil
}

// socks speaks SOCKS 5 (RFC 1928, RFC 1929); the proxy resolves the name.
func (d *dialer) socks(ctx context.Context, route Route, address string) (net.Conn, error) {
	conn, err := d.reach(ctx, route)
	if err != nil {
		return nil, err
	}
	var auth *socks.Auth
	if route.User != "" {
		auth = &socks.Auth{User: route.User, Password: route.Password.Reveal()}
	}
	client, err := socks.SOCKS5("tcp", route.Address, auth, given{conn})
	if err == nil {
		stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
		_, err = client.(socks.ContextDialer).DialContext(ctx, "tcp", address)
		stop()
	}
	if err != nil {
		_ = conn.Close()
		return nil, &RefusedError{Proxy: route.Address, Target: address, Err: bare(err)}
	}
	return conn, nil
}

// bare takes the addresses off, which the error above names.
func bare(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// given is a dialer that has the connection already.
type given struct{ net.Conn }

// Dial implements socks.Dialer.
func (g given) Dial(string, string) (net.Conn, error) { return g.Conn, nil }

// DialContext implements socks.ContextDialer.
func (g given) DialContext(context.Context, string, string) (net.Conn, error) { return g.Conn, nil }

// sorted puts proxies last that could not be reached a moment ago.
func (p *Proxy) sorted(routes []Route) []Route {
	p.mu.Lock()
	defer p.mu.Unlock()
	late := func(r Route) int {
		if time.Now().Before(p.bad[r.Address]) {
			return 1
		}
		return 0
	}
	out := slices.Clone(routes)
	slices.SortStableFunc(out, func(a, b Route) int { return late(a) - late(b) })
	return out
}

func (p *Proxy) note(r Route) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.bad) > 100 {
		clear(p.bad)
	}
	p.bad[r.Address] = time.Now().Add(badFor)
}
