package picture

import (
	"fmt"
	"net/http"
	"net/netip"

	"code.dny.dev/ssrf"
)

// What more is said of an [ErrAddress].
var (
	errInside = fmt.Errorf("%w: it lies in a private or special network; picture_hosts in the settings allows a host",
		ErrAddress)
	errUnknown = fmt.Errorf("%w: its host cannot be resolved here, so nobody can judge where the proxy would go; "+
		"picture_hosts in the settings allows a host", ErrAddress)
)

// RoundTrip sends each request, redirected ones too, only to an address of the public internet, unless the settings
// name its host. The name was written by a stranger and may resolve to an address inside, so the transport judges the
// address itself: that of each connection, and behind a proxy each one that the name resolves to here, before the
// proxy is asked. The proxy itself may lie anywhere: the administrator chose it.
//
// A proxy is not held to the addresses that were judged: it resolves the name again, and a name server that answers
// the proxy differently is not caught.
func (f *Fetcher) RoundTrip(req *http.Request) (*http.Response, error) {
	if f.trusts(req.URL.Hostname()) {
		return f.plain.RoundTrip(req)
	}
	return f.judged.RoundTrip(req)
}

// judge allows addresses of the public internet, and loopback where it is allowed. Any port will do.
func (f *Fetcher) judge(ip netip.Addr) error {
	ip = ip.Unmap()
	if f.o.Loopback && ip.IsLoopback() {
		return nil
	}
	if ssrf.New(ssrf.WithAnyPort()).SafeAddr(ip) != nil {
		return errInside
	}
	return nil
}
