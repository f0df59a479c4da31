// Package picture fetches one image that a stranger named, with limits, decodes
// it and encodes it again, so that what the window shows is pixels and nothing
// else.
//
// It asks https addresses, and http ones on loopback when it is allowed to; it
// refuses to be sent into a private network by a provider that lies, follows few
// redirects, sends no cookies, and draws no SVG. It uses the network for that one
// image and touches nothing else.
package picture

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // formats that people's pictures have
	_ "image/jpeg" // …
	"image/png"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // …
)

// Errors, one for each refusal.
var (
	ErrAddress = errors.New("picture: an address that must not be asked")
	ErrFetch   = errors.New("picture: it could not be fetched")
	ErrTooBig  = errors.New("picture: more bytes or pixels than allowed")
	ErrFormat  = errors.New("picture: no PNG, JPEG, GIF or WebP")
)

const (
	maxBytes  = 2 << 20
	maxSide   = 4096 // pixels, before decoding
	side      = 256  // pixels, of what is shown
	timeLimit = 5 * time.Second
	redirects = 3
)

// Fetcher fetches pictures. The zero value asks public https addresses alone.
type Fetcher struct {
	// Loopback allows http and https on this machine: for a provider on loopback.
	Loopback bool
	RootCAs  []byte // PEM to trust as well
}

// Fetch returns the image at address as a data: URL of a PNG of at most 256×256
// pixels. Errors: ErrAddress, ErrFetch, ErrTooBig, ErrFormat.
func (f Fetcher) Fetch(ctx context.Context, address string) (string, error) {
	if err := f.allowed(address); err != nil {
		return "", err
	}
	ctx, stop := context.WithTimeout(ctx, timeLimit)
	defer stop()
	data, err := f.get(ctx, address)
	if err != nil {
		return "", err
	}
	return encode(data)
}

func (f Fetcher) allowed(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return ErrAddress
	}
	ip := net.ParseIP(u.Hostname())
	here := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if here && !f.Loopback || u.Scheme != "https" && !(u.Scheme == "http" && here) {
		return ErrAddress
	}
	return nil
}

func (f Fetcher) get(ctx context.Context, address string) ([]byte, error) {
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: timeLimit, Control: f.control()}).DialContext,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: f.pool()},
		ResponseHeaderTimeout: timeLimit, DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10,
	}
	client := &http.Client{Transport: transport, CheckRedirect: func(req *http.Request, via []*http.Request) error {
		if len(via) > redirects {
			return ErrFetch
		}
		req.Header.Del("Referer")
		return f.allowed(req.URL.String())
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, ErrAddress
	}
	req.Header.Set("Accept", "image/png, image/jpeg, image/webp, image/gif")
	res, err := client.Do(req)
	if err != nil {
		if errors.Is(err, ErrAddress) {
			return nil, ErrAddress
		}
		return nil, ErrFetch // net/http's own words quote the address
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: HTTP %d", ErrFetch, res.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, maxBytes+1))
	if err != nil {
		return nil, ErrFetch
	}
	if len(data) > maxBytes {
		return nil, ErrTooBig
	}
	return data, nil
}

// control refuses, after the name was resolved, to connect into a private
// network: the address was written by a stranger. Behind a proxy it is the proxy
// that connects; whoever set it allowed its address.
func (f Fetcher) control() func(string, string, syscall.RawConn) error {
	if proxied() {
		return nil
	}
	return func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return ErrAddress
		}
		ip := at.Addr().Unmap()
		if ip.IsLoopback() {
			if f.Loopback {
				return nil
			}
			return ErrAddress
		}
		if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLinkLocalUnicast() {
			return ErrAddress
		}
		return nil
	}
}

func proxied() bool {
	to, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "https", Host: "picture.example"}})
	return err == nil && to != nil
}

func (f Fetcher) pool() *x509.CertPool {
	if len(f.RootCAs) == 0 {
		return nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	pool.AppendCertsFromPEM(f.RootCAs)
	return pool
}

// encode decodes the image, scales it down and encodes it anew.
func encode(data []byte) (string, error) {
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return "", ErrFormat
	}
	if config.Width < 1 || config.Height < 1 || config.Width > maxSide || config.Height > maxSide {
		return "", ErrTooBig
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return "", ErrFormat
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if longest := max(w, h); longest > side {
		w, h = max(1, w*side/longest), max(1, h*side/longest)
	}
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(small, small.Bounds(), img, b, draw.Src, nil)
	var out bytes.Buffer
	if err := png.Encode(&out, small); err != nil {
		return "", ErrFormat
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(out.Bytes()), nil
}
