package openid

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// checkEndpoint refuses a URL that must not be called or opened: anything but
// https, or http on a loopback host when the issuer is such itself; with user
// info or a fragment (RFC 6749 §3.1); or with characters that RFC 3986 excludes.
func (c *Client) checkEndpoint(what, raw string) error {
	if err := checkURL(raw, isLoopbackHTTP(c.p.Issuer) || c.p.NoDiscovery && isLoopbackHTTP(c.p.TokenEndpoint)); err != nil {
		return fmt.Errorf("openid: %s: %w", what, err)
	}
	return nil
}

func checkURL(raw string, plainLoopback bool) error {
	for _, r := range []byte(raw) {
		if r <= ' ' || r >= 0x7f || strings.IndexByte("\"<>\\^`{|}", r) >= 0 {
			return fmt.Errorf("%w: a character that no URL has", ErrEndpoint)
		}
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Opaque != "" || u.Hostname() == "":
		return fmt.Errorf("%w: not a URL with a host", ErrEndpoint)
	case u.User != nil:
		return fmt.Errorf("%w: it names a user", ErrEndpoint)
	case u.Fragment != "" || strings.Contains(raw, "#"):
		return fmt.Errorf("%w: it has a fragment", ErrEndpoint)
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && plainLoopback && loopbackHost(u.Hostname()):
		return nil
	case u.Scheme == "http":
		return fmt.Errorf("%w: %w", ErrEndpoint, ErrPlainHTTP)
	}
	return fmt.Errorf("%w: neither https nor http", ErrEndpoint)
}

func isLoopbackHTTP(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.Scheme == "http" && loopbackHost(u.Hostname())
}

func loopbackHost(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// withQuery adds parameters to an endpoint and keeps the endpoint's own query
// (RFC 6749 §3.1).
func withQuery(endpoint string, v url.Values) string {
	sep := "?"
	if strings.Contains(endpoint, "?") {
		sep = "&"
	}
	return endpoint + sep + v.Encode()
}
