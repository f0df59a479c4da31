package picture

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"

	"code.dny.dev/ssrf"
)

// guard sends each request, redirected ones too, only to an address of the public
// internet. The name in the request was written by a stranger and may resolve to an
// address inside, so the address itself is judged:
//
//   - without a proxy, that of each connection, after the name was resolved;
//   - with a proxy, each address that the name resolves to here, before the proxy is
//     asked. The proxy itself may lie anywhere: the administrator chose it.
//
// guard does not hold a proxy to the addresses that were judged: the proxy resolves the
// name again, and a name server that answers the proxy differently is not caught.
type guard struct{ f Fetcher }

// refusal is an [ErrAddress] that says more.
type refusal string

// Error implements error.
func (r refusal) Error() string { return ErrAddress.Error() + ": " + string(r) }

// Unwrap implements the errors package's interface.
func (r refusal) Unwrap() error { return ErrAddress }

// RoundTrip implements [http.RoundTripper].
func (g guard) RoundTrip(req *http.Request) (*http.Response, error) {
	choose := g.f.Proxy
	if choose == nil {
		choose = http.ProxyFromEnvironment
	}
	proxy, err := choose(req)
	if err != nil {
		return nil, ErrFetch
	}
	trusted := g.f.trusts(req.URL.Hostname())
	if proxy != nil && !trusted {
		if err := g.resolve(req.Context(), req.URL.Hostname()); err != nil {
			return nil, err
		}
	}
	dialer := net.Dialer{Timeout: timeLimit}
	if proxy == nil && !trusted {
		dialer.Control = g.control
	}
	return (&http.Transport{
		Proxy: func(*http.Request) (*url.URL, error) { return proxy, nil }, DialContext: dialer.DialContext,
		TLSClientConfig: g.f.tls(), ResponseHeaderTimeout: timeLimit,
		DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10,
	}).RoundTrip(req)
}

// control judges the address of a connection before it is made.
func (g guard) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return ErrAddress
	}
	return g.judge(at.Addr())
}

// resolve judges every address of a host.
func (g guard) resolve(ctx context.Context, host string) error {
	all, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(all) == 0 {
		return refusal("its host cannot be resolved here, so nobody can judge where the proxy would go;" +
			" picture_hosts in the settings allows a host")
	}
	for _, ip := range all {
		if err := g.judge(ip); err != nil {
			return err
		}
	}
	return nil
}

// judge allows addresses of the public internet, and loopback where it is allowed.
// Any port will do.
func (g guard) judge(ip netip.Addr) error {
	ip = ip.Unmap()
	if g.f.Loopback && ip.IsLoopback() {
		return nil
	}
	if ssrf.New(ssrf.WithAnyPort()).SafeAddr(ip) != nil {
		return refusal("it lies in a private or special network; picture_hosts in the settings allows a host")
	}
	return nil
}
