package proxy

import (
	"cmp"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"app.latchkey/internal/proxy/route"
)

// byEnvironment reads HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in capitals and
// in small letters. An environment that names no proxy decides nothing.
func (p *Proxy) byEnvironment(u *url.URL) (route.Choice, bool) {
	if p.opts.Getenv == nil {
		return route.Choice{}, false
	}
	env := func(name string) string { return cmp.Or(p.opts.Getenv(name), p.opts.Getenv(strings.ToLower(name))) }
	named := ""
	if u.Scheme == "https" || u.Scheme == "http" {
		named = cmp.Or(env(strings.ToUpper(u.Scheme)+"_PROXY"), env("ALL_PROXY"))
	}
	if named == "" {
		return route.Choice{}, false
	}
	c := route.Choice{Routes: []route.Route{{}}, Source: "the environment"}
	r, err := route.Read(named)
	if err != nil {
		c.Err = err
		return c, true
	}
	// httpproxy judges NO_PROXY; the proxy itself is read as everywhere else.
	const proxy = "http://proxy.invalid"
	conf := httpproxy.Config{HTTPSProxy: proxy, HTTPProxy: proxy, NoProxy: env("NO_PROXY")}
	if by, err := conf.ProxyFunc()(u); err == nil && by != nil {
		c.Routes = []route.Route{r}
	}
	return c, true
}
