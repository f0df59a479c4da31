// Package proxy decides which way an address is reached, and makes the transport that
// goes it: directly, or by the proxies that the settings, the environment, the desktop
// or a company's script name, one after the other.
//
// Every connection by a proxy is a tunnel (CONNECT, or SOCKS 5): no proxy reads what is
// sent, unless it breaks the encryption open, and then the certificate shows who did.
// This computer's own addresses never go by a proxy.
//
// The package uses the network. It reads a script from disk when the settings name one
// by a file: address. It writes nothing, and no password of a proxy enters an error.
package proxy

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"app.latchkey/internal/proxy/route"
	"app.latchkey/internal/proxy/system"
)

// Options of a [Proxy]. The zero value asks nobody and goes directly.
type Options struct {
	// Setting is the value of the setting proxy: "system" or empty; "direct"; a proxy's
	// address (http, https, socks5, socks5h, socks); or the address of a script.
	Setting string
	// Getenv reads HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY; nil reads none.
	Getenv func(string) string
	// System asks the desktop, as [system.Sources] does; nil asks none.
	System func(context.Context, *url.URL) system.Answer
	// Ticket starts a proof of who the person is, by what the system knows of the
	// person: scheme is "negotiate" or "ntlm", host the proxy's name. nil knows nothing.
	Ticket func(ctx context.Context, scheme, host string) (Leg, error)
}

// Leg gives the next message to a proxy; the first challenge is nil.
type Leg func(challenge []byte) ([]byte, error)

// Proxy decides. Its methods may be called at the same time.
type Proxy struct {
	opts    Options
	setting route.Setting

	mu      sync.Mutex
	scripts map[string]cached
	bad     map[string]time.Time // proxies that could not be reached, and until when they come last
}

// New reads the setting. It fails with [route.ErrSetting].
func New(opts Options) (*Proxy, error) {
	s, err := route.ReadSetting(opts.Setting)
	if err != nil {
		return nil, err
	}
	return &Proxy{opts: opts, setting: s, scripts: map[string]cached{}, bad: map[string]time.Time{}}, nil
}

// Explain says which way an address is reached, and who decided so. It asks the desktop
// and a script, and connects to nothing else.
func (p *Proxy) Explain(ctx context.Context, address string) (route.Choice, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
		return route.Choice{}, fmt.Errorf("%w: not a web address", route.ErrSetting)
	}
	return p.choose(ctx, u), nil
}

// choose decides, and notes in each way who named it.
func (p *Proxy) choose(ctx context.Context, u *url.URL) route.Choice {
	c := p.decide(ctx, u)
	c.Routes = slices.Clone(c.Routes)
	for i := range c.Routes {
		c.Routes[i].Source = c.NamedBy()
	}
	return c
}

// decide asks in this order: the setting, the environment, the desktop.
func (p *Proxy) decide(ctx context.Context, u *url.URL) route.Choice {
	if here(u.Hostname()) {
		return route.Choice{Routes: []route.Route{{}}, Source: "an address of this computer"}
	}
	standard := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	// Desktops and scripts are given the origin alone, since path and query may hold secrets.
	u = &url.URL{Scheme: u.Scheme, Host: strings.TrimSuffix(u.Host, standard), Path: "/"}
	const bySetting = "the setting proxy"
	switch {
	case p.setting.PAC != "":
		return p.byScript(ctx, bySetting, p.setting.PAC, u)
	case len(p.setting.Routes) > 0:
		return route.Choice{Routes: p.setting.Routes, Source: bySetting}
	}
	if c, ok := p.byEnvironment(u); ok {
		return c
	}
	if p.opts.System == nil {
		return route.Choice{Routes: []route.Route{{}}, Source: "nothing names a proxy"}
	}
	switch a := p.opts.System(ctx, u); {
	case a.PAC != "":
		return p.byScript(ctx, a.Source, a.PAC, u)
	case a.Detect:
		c := p.byScript(ctx, a.Source, wellKnown, u)
		c.Err = nil // most networks have none
		return c
	case len(a.Proxies) > 0:
		routes, err := route.ReadAll(a.Proxies)
		return route.Choice{Routes: routes, Source: a.Source, Err: err}
	}
	return route.Choice{Routes: []route.Route{{}}, Source: "nothing names a proxy"}
}

// wellKnown is where a network without settings may have its script.
const wellKnown = "http://wpad/wpad.dat"

func here(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.Unmap().IsLoopback()
}

// own are this computer's addresses, the one that reaches the network first.
func own() []netip.Addr {
	var out []netip.Addr
	addrs, _ := net.InterfaceAddrs()
	for _, a := range addrs {
		p, err := netip.ParsePrefix(a.String())
		if err == nil && p.Addr().IsGlobalUnicast() {
			out = append(out, p.Addr())
		}
	}
	return out
}

func lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}
