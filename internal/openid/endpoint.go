package openid

import (
	"fmt"
	"net/url"
	"strings"

	"app.latchkey/internal/weburl"
)

// checkEndpoint refuses a URL that must not be called or opened: anything but https, or http on a loopback host when
// the issuer is such itself; with user info or a fragment (RFC 6749 §3.1); or with characters that RFC 3986 excludes.
func (c *Client) checkEndpoint(what, raw string) error {
	if err := checkURL(raw, isLoopbackHTTP(c.p.Issuer) || c.p.NoDiscovery &&
		isLoopbackHTTP(c.p.TokenEndpoint)); err != nil {
		return fmt.Errorf("openid: %s: %w", what, err)
	}
	return nil
}

func checkURL(raw string, plainLoopback bool) error {
	u, err := weburl.Parse(raw)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrEndpoint, err)
	case strings.Contains(raw, "#"):
		return fmt.Errorf("%w: it has a fragment", ErrEndpoint)
	case u.Scheme == "http" && !(plainLoopback && weburl.Loopback(u.Hostname())):
		return fmt.Errorf("%w: %w", ErrEndpoint, ErrPlainHTTP)
	}
	return nil
}

func isLoopbackHTTP(raw string) bool {
	u, err := weburl.Parse(raw)
	return err == nil && u.Scheme == "http" && weburl.Loopback(u.Hostname())
}

// withQuery adds parameters to an endpoint and keeps the endpoint's own query (RFC 6749 §3.1).
func withQuery(endpoint string, v url.Values) string {
	sep := "?"
	if strings.Contains(endpoint, "?") {
		sep = "&"
	}
	return endpoint + sep + v.Encode()
}
