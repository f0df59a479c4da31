// Package weburl judges addresses in one place: which texts are URLs that may be
// opened or called at all, which hosts are this machine, and where plain http is as
// good as https. What else a use demands, such as an origin alone, is for that use.
//
// It touches nothing: no name is looked up.
package weburl

import (
	"errors"
	"net"
	"net/url"
	"strings"
)

// What is wrong with an address.
var (
	ErrCharacter = errors.New("a character that no URL has")
	ErrHost      = errors.New("not a URL with a host")
	ErrUser      = errors.New("it names a user")
	ErrScheme    = errors.New("neither https nor http")
)

// Parse returns the URL of an http or https address with a host, without user info, and without characters that RFC
// 3986 excludes: what another program would read otherwise than this one is refused.
func Parse(raw string) (*url.URL, error) {
	if strings.ContainsFunc(raw,
		func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"<>\\^`{|}", r) }) {
		return nil, ErrCharacter
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Opaque != "" || u.Hostname() == "":
		return nil, ErrHost
	case u.User != nil:
		return nil, ErrUser
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, ErrScheme
	}
	return u, nil
}

// Secure reports whether nobody in between can read what is sent to a URL: it is https,
// or http on this machine.
func Secure(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && Loopback(u.Hostname())
}

// Origin is the origin of a URL in one form: scheme, host in small letters, and the port unless it is the scheme's own
// (RFC 6454 §6.2).
func Origin(u *url.URL) string {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if port == "" || port == map[string]string{"https": "443", "http": "80"}[u.Scheme] {
		if strings.Contains(host, ":") { // IPv6
			host = "[" + host + "]"
		}
		return u.Scheme + "://" + host
	}
	return u.Scheme + "://" + net.JoinHostPort(host, port)
}

// Loopback reports whether a host, as it is written, is this machine's own.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
