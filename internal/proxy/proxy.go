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
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"app.latchkey/internal/proxy/system"
)

// Options of a Proxy. The zero value asks nobody and goes directly.
type Options struct {
	// Setting is the value of the setting proxy: "system" or empty; "direct"; a proxy's
	// address (http, https, socks5, socks5h, socks); or the address of a script.
	Setting string
	// Getenv reads HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY; nil reads none.
	Getenv func(string) string
	// System asks the desktop, as system.Sources does; nil asks none.
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
	setting setting

	mu      sync.Mutex
	scripts map[string]cached
	bad     map[string]time.Time // proxies that could not be reached, and until when they come last
}

// New reads the setting. It fails with ErrSetting.
func New(opts Options) (*Proxy, error) {
	s, err := readSetting(opts.Setting)
	if err != nil {
		return nil, err
	}
	return &Proxy{opts: opts, setting: s, scripts: map[string]cached{}, bad: map[string]time.Time{}}, nil
}

// Check says what is wrong with a value of the setting proxy, or "".
func Check(value string) string {
	if _, err := readSetting(value); err != nil {
		return strings.TrimPrefix(err.Error(), ErrSetting.Error()+": ")
	}
	return ""
}

// Choice is the way of one address.
type Choice struct {
	Routes []Route // in order; never empty
	Source string  // who said so: "the setting proxy", "the environment", "GNOME's settings", …
	PAC    string  // the script that decided, if one did
	// Err is why a script could not decide; the way is then a direct one.
	Err error
}

// String says the way in words, without passwords.
func (c Choice) String() string {
	var ways []string
	for _, r := range c.Routes {
		ways = append(ways, r.String())
	}
	text := strings.Join(ways, ", else ") + " (" + c.Source
	if c.PAC != "" {
		text += ", by " + c.PAC
	}
	return text + ")"
}

// Explain says which way an address is reached, and who decided so. It asks the desktop
// and a script, and connects to nothing else.
func (p *Proxy) Explain(ctx context.Context, address string) (Choice, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
		return Choice{}, fmt.Errorf("%w: not a web address", ErrSetting)
	}
	return p.choose(ctx, u), nil
}

// For is for http.Transport.Proxy and code that knows nothing but it: the first proxy of
// an address, nil for a direct way. It tries no second one and answers no 407.
func (p *Proxy) For(req *http.Request) (*url.URL, error) {
	first := p.choose(req.Context(), req.URL).Routes[0]
	if first.direct() {
		return nil, nil
	}
	return first.url(), nil
}

// choose asks in this order: the setting, the environment, the desktop.
func (p *Proxy) choose(ctx context.Context, u *url.URL) Choice {
	if here(u.Hostname()) {
		return Choice{Routes: []Route{{}}, Source: "an address of this computer"}
	}
	standard := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	// Desktops and scripts are given the origin alone, since path and query may hold secrets.
	u = &url.URL{Scheme: u.Scheme, Host: strings.TrimSuffix(u.Host, standard), Path: "/"}
	const bySetting = "the setting proxy"
	switch {
	case p.setting.pac != "":
		return p.byScript(ctx, bySetting, p.setting.pac, u)
	case len(p.setting.routes) > 0:
		return Choice{Routes: p.setting.routes, Source: bySetting}
	}
	if c, ok := p.byEnvironment(u); ok {
		return c
	}
	if p.opts.System == nil {
		return Choice{Routes: []Route{{}}, Source: "no setting"}
	}
	switch a := p.opts.System(ctx, u); {
	case a.PAC != "":
		return p.byScript(ctx, a.Source, a.PAC, u)
	case a.Detect:
		c := p.byScript(ctx, a.Source, wellKnown, u)
		c.Err = nil // most networks have none
		return c
	case len(a.Proxies) > 0:
		routes, err := readRoutes(a.Proxies)
		return Choice{Routes: routes, Source: a.Source, Err: err}
	}
	return Choice{Routes: []Route{{}}, Source: "no setting"}
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
