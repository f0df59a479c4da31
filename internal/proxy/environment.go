package proxy

import (
	"net/url"

	"golang.org/x/net/http/httpproxy"

	"app.latchkey/internal/proxy/route"
)

// byEnvironment reads HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in capitals and
// in small letters. An environment that names no proxy decides nothing.
func (p *Proxy) byEnvironment(u *url.URL) (route.Choice, bool) {
	env := func(big, small string) string {
		if p.opts.Getenv == nil {
			return ""
		}
		if v := p.opts.Getenv(big); v != "" {
			return v
		}
		return p.opts.Getenv(small)
	}
	all := env("ALL_PROXY", "all_proxy")
	conf := httpproxy.Config{
		HTTPSProxy: env("HTTPS_PROXY", "https_proxy"), HTTPProxy: env("HTTP_PROXY", "http_proxy"),
		NoProxy: env("NO_PROXY", "no_proxy"),
	}
	if conf.HTTPSProxy == "" {
		conf.HTTPSProxy = all
	}
	if conf.HTTPProxy == "" {
		conf.HTTPProxy = all
	}
	named := map[string]string{"https": conf.HTTPSProxy, "http": conf.HTTPProxy}[u.Scheme]
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
	conf.HTTPSProxy, conf.HTTPProxy = "http://proxy.invalid", "http://proxy.invalid"
	if by, err := conf.ProxyFunc()(u); err == nil && by != nil {
		c.Routes = []route.Route{r}
	}
	return c, true
}
