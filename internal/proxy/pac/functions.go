package pac

import (
	"context"
	"encoding/binary"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// functions are those of Netscape's specification, and Microsoft's for IPv6 (…Ex).
type functions struct {
	ctx   context.Context
	world World
}

func (f functions) all() map[string]any {
	return map[string]any{
		"isPlainHostName": func(host string) bool { return !strings.ContainsAny(host, ".:") },
		"dnsDomainIs": func(host, domain string) bool {
			return strings.HasSuffix(strings.ToLower(host), strings.ToLower(domain))
		},
		"localHostOrDomainIs": func(host, name string) bool {
			return host == name || !strings.Contains(host, ".") && strings.HasPrefix(name, host+".")
		},
		"dnsDomainLevels": func(host string) int { return strings.Count(host, ".") },
		"shExpMatch":      shellMatch,
		"isResolvable":    func(host string) bool { return len(f.lookup(host, true)) > 0 },
		"isResolvableEx":  func(host string) bool { return len(f.lookup(host, false)) > 0 },
		"dnsResolve":      func(host string) any { return firstOf(f.lookup(host, true)) },
		"dnsResolveEx":    func(host string) string { return joined(f.lookup(host, false)) },
		"myIpAddress":     f.mine,
		"myIpAddressEx":   func() string { return joined(f.world.Own) },
		"isInNet":         f.isInNet,
		"isInNetEx":       f.isInNetEx,
		"convert_addr":    convertAddr,
		"sortIpAddressList": func(list string) string {
			addrs := addresses(list)
			slices.SortFunc(addrs, netip.Addr.Compare)
			return joined(addrs)
		},
		"getClientVersion": func() string { return "1.0" },
		"alert":            func(goja.FunctionCall) goja.Value { return goja.Undefined() },
		"weekdayRange":     f.weekdayRange,
		"dateRange":        f.dateRange,
		"timeRange":        f.timeRange,
	}
}

func (f functions) lookup(host string, four bool) []netip.Addr {
	addrs := addresses(host)
	if len(addrs) == 0 && f.world.Lookup != nil {
		addrs, _ = f.world.Lookup(f.ctx, host)
	}
	var out []netip.Addr
	for _, a := range addrs {
		if a = a.Unmap(); a.Is4() || !four {
			out = append(out, a)
		}
	}
	return out
}

func (f functions) mine() string {
	if i := slices.IndexFunc(f.world.Own, netip.Addr.Is4); i >= 0 {
		return f.world.Own[i].String()
	}
	return "127.0.0.1"
}

func (f functions) isInNet(host, pattern, mask string) bool {
	of, m := addresses(pattern), addresses(mask)
	found := f.lookup(host, true)
	if len(of) != 1 || len(m) != 1 || !of[0].Is4() || !m[0].Is4() || len(found) == 0 {
		return false
	}
	return convertAddr(found[0].String())&convertAddr(mask) == convertAddr(pattern)&convertAddr(mask)
}

func (f functions) isInNetEx(host, prefix string) bool {
	p, err := netip.ParsePrefix(prefix)
	return err == nil && slices.ContainsFunc(f.lookup(host, false), p.Contains)
}

// shellMatch knows * and ?, and nothing else.
func shellMatch(text, pattern string) bool {
	escape := strings.NewReplacer(`\`, `\\`, "[", `\[`, "/", "\x00")
	ok, err := path.Match(escape.Replace(pattern), strings.ReplaceAll(text, "/", "\x00")) // path's * stops at /
	return ok && err == nil
}

func convertAddr(text string) uint32 {
	a, err := netip.ParseAddr(text)
	if err != nil || !a.Is4() {
		return 0
	}
	return binary.BigEndian.Uint32(a.AsSlice())
}

// addresses reads addresses with semicolons between them; a name gives none.
func addresses(list string) []netip.Addr {
	var out []netip.Addr
	for _, text := range strings.Split(list, ";") {
		if a, err := netip.ParseAddr(strings.Trim(strings.TrimSpace(text), "[]")); err == nil {
			out = append(out, a.WithZone(""))
		}
	}
	return out
}

func joined(addrs []netip.Addr) string {
	var out []string
	for _, a := range addrs {
		out = append(out, a.String())
	}
	return strings.Join(out, ";")
}

// firstOf gives null for none, as scripts expect.
func firstOf(addrs []netip.Addr) any {
	if len(addrs) == 0 {
		return nil
	}
	return addrs[0].String()
}

// number reads an argument that a script may have written as a text.
func number(v goja.Value) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(v.String()))
	return n, err == nil
}
