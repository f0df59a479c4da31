package system

import (
	"cmp"
	"net/netip"
	"net/url"
	"path"
	"strings"
)

// excepted judges an address by the exceptions of any desktop: a name, .suffix,
// *.pattern, an address, a network (also 169.254/16), each with or without a port or a
// scheme, and Windows' <local> for names without a dot.
func excepted(list []string, u *url.URL, suffixes bool) bool {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	port := cmp.Or(u.Port(), map[string]string{"https": "443", "http": "80"}[u.Scheme])
	for _, entry := range list {
		entry = strings.ToLower(strings.Trim(strings.TrimSpace(entry), `'"`))
		if scheme, rest, found := strings.Cut(entry, "://"); found {
			if scheme != u.Scheme {
				continue
			}
			entry = rest
		}
		if entry == "<local>" && !strings.ContainsAny(host, ".:") ||
			entry != "" && matches(entry, host, port, suffixes) {
			return true
		}
	}
	return false
}

func matches(entry, host, port string, suffixes bool) bool {
	if p, err := prefix(entry); err == nil {
		addr, err := netip.ParseAddr(host)
		return err == nil && p.Contains(addr.Unmap())
	}
	if addr, err := netip.ParseAddr(strings.Trim(entry, "[]")); err == nil {
		at, err := netip.ParseAddr(host)
		return err == nil && at.Unmap() == addr.Unmap()
	}
	if name, of, found := strings.Cut(entry, ":"); found && !strings.Contains(of, ":") {
		if of != port {
			return false
		}
		entry = name
	}
	switch {
	case strings.ContainsAny(entry, "*?"):
		ok, err := path.Match(entry, host)
		return err == nil && ok || suffixes && strings.TrimPrefix(entry, "*.") == host
	case strings.HasPrefix(entry, "."):
		return strings.HasSuffix(host, entry) || host == entry[1:]
	}
	return host == entry || suffixes && strings.HasSuffix(host, "."+entry)
}

// prefix reads a network, and one whose last numbers were left out as macOS does.
func prefix(entry string) (netip.Prefix, error) {
	address, bits, found := strings.Cut(entry, "/")
	for found && !strings.Contains(address, ":") && strings.Count(address, ".") < 3 {
		address += ".0"
	}
	p, err := netip.ParsePrefix(address + "/" + bits)
	return p.Masked(), err
}
