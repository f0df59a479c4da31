package proxy

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	socks "golang.org/x/net/proxy"

	"app.latchkey/internal/proxy/route"
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
	alive net.KeepAliveConfig
}

// dial tries the ways of an address in order. The first proxy that answers decides, even when it
// refuses.
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	trip := tripOf(ctx)
	choice := d.proxy.choose(ctx, &url.URL{Scheme: trip.scheme, Host: address})
	var failed error
	for _, hop := range d.proxy.sorted(choice.Routes) {
		trip.goes(hop, choice.Err)
		conn, err := d.by(ctx, hop, network, address)
		if err == nil {
			trip.arrived()
			return conn, nil
		}
		failed = errors.Join(failed, err)
		if errors.Is(err, route.ErrReach) {
			d.proxy.note(hop)
			continue
		}
		if !hop.Direct() || ctx.Err() != nil {
			break
		}
	}
	if choice.Err != nil {
		return nil, errors.Join(choice.Err, failed)
	}
	return nil, failed
}

func (d *dialer) by(ctx context.Context, hop route.Route, network, address string) (net.Conn, error) {
	if hop.Direct() {
		to := net.Dialer{Timeout: dialLimit, Control: d.control, KeepAliveConfig: d.alive}
		return to.DialContext(ctx, network, address)
	}
	if err := d.judge(ctx, address); err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, routeLimit)
	defer stop()
	if hop.Scheme == "socks5" {
		return d.socks(ctx, hop, address)
	}
	return d.tunnel(ctx, hop, address)
}

// control judges the address of a direct connection.
func (d *dialer) control(_, address string, _ syscall.RawConn) error {
	if d.guard == nil {
		return nil
	}
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return route.ErrGuard
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
		return route.ErrGuard
	}
	found, err := lookup(ctx, host)
	if err != nil {
		return fmt.Errorf("%w: its name cannot be resolved here, so that nobody can judge where the proxy would go",
			route.ErrGuard)
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
		return fmt.Errorf("%w: %w", route.ErrGuard, err)
	}
	return nil
}

// keepAlive lets the system find, within twice the time, that an idle connection is dead. Zero leaves it to Go: a
// connection is given up after two and a half minutes.
func keepAlive(ping time.Duration) net.KeepAliveConfig {
	return net.KeepAliveConfig{Enable: ping > 0, Idle: ping, Interval: ping / 2, Count: 2}
}

// reach connects to the proxy itself, which may stand anywhere: whoever named it chose.
func (d *dialer) reach(ctx context.Context, hop route.Route) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: dialLimit, KeepAliveConfig: d.alive}).DialContext(ctx, "tcp", hop.Address)
	if err != nil {
		return nil, hop.Unreachable(err)
	}
	if hop.Scheme != "https" {
		return conn, nil
	}
	conf := d.tls.Clone()
	conf.ServerName = hop.Host()
	secure := tls.Client(conn, conf)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		untrusted, ok := errors.AsType[*tls.CertificateVerificationError](err)
		if ok && len(untrusted.UnverifiedCertificates) > 0 {
			return nil, &route.CertificateError{
				Host: conf.ServerName, Issuer: issuer(untrusted.UnverifiedCertificates[0]), Way: hop, Self: true,
				Err: err,
			}
		}
		return nil, hop.Unreachable(err)
	}
	return secure, nil
}

// socks speaks SOCKS 5 (RFC 1928, RFC 1929); the proxy resolves the name.
func (d *dialer) socks(ctx context.Context, hop route.Route, address string) (net.Conn, error) {
	conn, err := d.reach(ctx, hop)
	if err != nil {
		return nil, err
	}
	var auth *socks.Auth
	if hop.User != "" {
		auth = &socks.Auth{User: hop.User, Password: hop.Password.Reveal()}
	}
	client, err := socks.SOCKS5("tcp", hop.Address, auth, given{conn})
	if err == nil {
		stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
		_, err = client.(socks.ContextDialer).DialContext(ctx, "tcp", address)
		stop()
	}
	if err != nil {
		_ = conn.Close()
		return nil, socksFault(hop, address, bare(err))
	}
	return conn, nil
}

// socksFault tells a proxy's own no from one that wants a name or gives no answer.
func socksFault(hop route.Route, address string, err error) error {
	_, network := errors.AsType[net.Error](err)
	switch {
	case strings.Contains(err.Error(), "authentication"): // of the library, which has texts alone
		tried := errNoPassword.Error()
		if hop.User != "" {
			tried = "name and password were not accepted"
		}
		return &route.SignInError{
			Proxy: hop.Address, Source: hop.Source, Schemes: []string{"SOCKS"}, Tried: []string{tried},
		}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), network:
		return hop.Unreachable(err)
	}
	return &route.RefusedError{Proxy: hop.Address, Source: hop.Source, Target: address, Err: err}
}

// bare takes the addresses off, which the error above names.
func bare(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err
	}
	return err
}

// given is a dialer that has the connection already.
type given struct{ net.Conn }

// Dial implements [socks.Dialer].
func (g given) Dial(string, string) (net.Conn, error) { return g.Conn, nil }

// DialContext implements [socks.ContextDialer].
func (g given) DialContext(context.Context, string, string) (net.Conn, error) { return g.Conn, nil }

// sorted puts proxies last that could not be reached a moment ago.
func (p *Proxy) sorted(routes []route.Route) []route.Route {
	p.mu.Lock()
	defer p.mu.Unlock()
	late := func(r route.Route) int {
		if time.Now().Before(p.bad[r.Address]) {
			return 1
		}
		return 0
	}
	out := slices.Clone(routes)
	slices.SortStableFunc(out, func(a, b route.Route) int { return late(a) - late(b) })
	return out
}

func (p *Proxy) note(r route.Route) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.bad) > 100 {
		clear(p.bad)
	}
	p.bad[r.Address] = time.Now().Add(badFor)
}
