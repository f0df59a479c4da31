// Package picture fetches one image that a stranger named, with limits, decodes it and encodes it again, so that what
// the window shows is pixels and nothing else.
//
// The package asks https addresses, and http ones on loopback when it is allowed to. Each connection is judged by the
// address that it would go to, also behind a proxy, so that a provider that lies cannot send it into a private
// network. It follows few redirects, sends no cookies, and draws no SVG. It uses the network for that one image and
// touches nothing else.
//
// The work on an image is bounded before it begins and stops with the context. The package does not
// remember pictures and does not try again.
package picture

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"app.latchkey/internal/weburl"
)

// Errors, one for each refusal.
var (
	ErrAddress = errors.New("picture: an address that must not be asked")
	ErrFetch   = errors.New("picture: it could not be fetched")
	ErrTooBig  = errors.New("picture: more bytes, pixels or work than allowed")
	ErrFormat  = errors.New("picture: no PNG, JPEG, GIF or WebP")
)

// timeLimit is that of a whole fetch, the decoding included.
const timeLimit = 5 * time.Second

// Options of a [Fetcher].
type Options struct {
	// Loopback allows http and https on this machine: for a provider on loopback.
	Loopback bool
	// Hosts are names of hosts whose pictures are fetched wherever they lie: those of
	// an intranet, and those that only the proxy can resolve. https is still demanded.
	Hosts []string
	// Transport makes a transport that judges each address by the guard before a
	// connection goes there, also behind a proxy; nil judges none.
	Transport func(guard func(netip.Addr) error) (http.RoundTripper, error)
}

// Fetcher fetches pictures, from public https addresses alone but for its options.
type Fetcher struct {
	o             Options
	judged, plain http.RoundTripper
}

// New makes a fetcher. Errors are those of Options.Transport.
func New(o Options) (*Fetcher, error) {
	f := &Fetcher{o: o}
	var err error
	if f.judged, err = o.Transport(f.judge); err != nil {
		return nil, err
	}
	f.plain, err = o.Transport(nil)
	return f, err
}

// Fetch returns the image at address as a data: URL of a PNG or JPEG of at most 256×256
// pixels and 96 KiB. Errors: [ErrAddress], [ErrFetch], [ErrTooBig], [ErrFormat].
func (f *Fetcher) Fetch(ctx context.Context, address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || !f.allowed(u) {
		return "", ErrAddress
	}
	ctx, stop := context.WithTimeout(ctx, timeLimit)
	defer stop()
	data, err := f.get(ctx, u)
	if err != nil {
		return "", err
	}
	return encode(ctx, data)
}

// allowed judges what the address says. Where its name leads to is judged by [Fetcher.judge].
func (f *Fetcher) allowed(u *url.URL) bool {
	return u.Hostname() != "" && u.User == nil && weburl.Secure(u) && (f.o.Loopback || !weburl.Loopback(u.Hostname()))
}

// trusts says whether the administrator named the host.
func (f *Fetcher) trusts(host string) bool {
	return slices.ContainsFunc(f.o.Hosts, func(h string) bool { return strings.EqualFold(h, host) })
}
