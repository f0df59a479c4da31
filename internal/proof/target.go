package proof

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
)

// target returns an address as a proof names it (htu, RFC 9449 §4.2: without query and fragment) and its origin.
//
// The address is written as the server sees it: scheme and host in small letters, no default port, no user
// information, "/" for an empty path (RFC 3986 §6.2.2.1 and §6.2.3). Dot segments and percent-encoding stay as they
// are sent: a server that normalises addresses does so with both, and a server that compares octets gets the octets
// that it received.
func target(address string) (htu, origin string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", "", ErrAddress // url.Parse quotes the address, query and all
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	standard := map[string]string{"https": ":443", "http": ":80"}[scheme]
	switch {
	case standard == "":
		return "", "", fmt.Errorf("%w: it is neither https nor http", ErrAddress)
	case u.Hostname() == "":
		return "", "", fmt.Errorf("%w: it names no host", ErrAddress)
	case strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return "", "", fmt.Errorf("%w: write its host in ASCII (xn--…)", ErrAddress)
	}
	host = strings.TrimSuffix(strings.TrimSuffix(host, standard), ":")
	origin = scheme + "://" + host
	return origin + cmp.Or(u.EscapedPath(), "/"), origin, nil
}
