// Package route reads what settings, desktops and scripts write of proxies, and names what
// can go wrong on the way through one. Whoever shows such an error, or checks such a
// setting, needs this package alone, and nothing that runs scripts or signs in.
//
// It touches nothing.
package route

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"app.latchkey/internal/secret"
)

// Route is one proxy, or, as the zero value, the direct way.
type Route struct {
	Scheme   string // http, https or socks5; empty is direct
	Address  string // host:port
	User     string
	Password secret.Secret
	Source   string // who named it, such as "GNOME's settings"
}

// Direct reports whether no proxy stands on the way.
func (r Route) Direct() bool { return r.Scheme == "" }

// String is the way without the password.
func (r Route) String() string {
	if r.Direct() {
		return "directly"
	}
	return "by the proxy " + r.Scheme + "://" + r.Address
}

// Host is the proxy's name, without its port.
func (r Route) Host() string {
	host, _, _ := net.SplitHostPort(r.Address)
	return host
}

// Choice is the way of one address.
type Choice struct {
	Routes []Route // in order; never empty
	Source string  // who said so: "the setting proxy", "the environment", "GNOME's settings", …
	PAC    string  // the script that decided, if one did
	// Err is why a script could not decide; the way is then a direct one.
	Err error
}

// Proxied reports whether a proxy is the first way.
func (c Choice) Proxied() bool { return len(c.Routes) > 0 && !c.Routes[0].Direct() }

// String says the way in words, without passwords.
func (c Choice) String() string {
	var ways []string
	for _, r := range c.Routes {
		ways = append(ways, r.String())
	}
	return strings.Join(ways, ", else ") + " (" + c.NamedBy() + ")"
}

// NamedBy says who decided, the script included, whose query may be a secret.
func (c Choice) NamedBy() string {
	if c.PAC == "" {
		return c.Source
	}
	address, _, _ := strings.Cut(c.PAC, "?")
	return c.Source + ", by " + address
}

// Read reads a proxy's address; one without a scheme is of http. socks, socks5 and
// socks5h are one: the proxy resolves names, as browsers have it.
func Read(text string) (Route, error) {
	text = strings.TrimSpace(text)
	if strings.EqualFold(text, "direct") || strings.EqualFold(text, "direct://") {
		return Route{}, nil
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return Route{}, fmt.Errorf("%w: no address of a proxy", ErrSetting) // url.Parse quotes the password
	}
	var port string
	r := Route{Scheme: strings.ToLower(u.Scheme)}
	switch r.Scheme {
	case "http":
		port = "80"
	case "https":
		port = "443"
	case "socks", "socks5", "socks5h":
		r.Scheme, port = "socks5", "1080"
	default:
		return Route{}, fmt.Errorf("%w: a proxy is one of http, https, socks5 and socks5h, not %q", ErrSetting,
			u.Scheme)
	}
	host := u.Hostname()
	if host == "" || strings.ContainsFunc(host, func(c rune) bool { return c <= ' ' || c >= 0x7f || c == '/' }) {
		return Route{}, fmt.Errorf("%w: the proxy has no host", ErrSetting)
	}
	port = cmp.Or(u.Port(), port)
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return Route{}, fmt.Errorf("%w: the proxy's port is no port", ErrSetting)
	}
	r.Address = net.JoinHostPort(host, port)
	if u.User != nil {
		password, _ := u.User.Password()
		r.User, r.Password = u.User.Username(), secret.New(password)
	}
	return r, nil
}

// ReadAll reads a desktop's list; what it does not understand it leaves out.
func ReadAll(list []string) ([]Route, error) {
	var out []Route
	var bad error
	for _, text := range list {
		r, err := Read(text)
		if err != nil {
			bad = err
			continue
		}
		out = append(out, r)
	}
	if len(out) == 0 {
		out = []Route{{}}
	}
	return out, bad
}

// maxRoutes is how many ways of a script are tried.
const maxRoutes = 10

// ReadAnswer reads what a script answers: "PROXY a:8080; SOCKS5 b:1080; DIRECT".
func ReadAnswer(text string) ([]Route, error) {
	var out []Route
	for _, part := range strings.Split(text, ";") {
		kind, address, _ := strings.Cut(strings.TrimSpace(part), " ")
		scheme, known := map[string]string{
			"PROXY": "http", "HTTP": "http", "HTTPS": "https", "SOCKS": "socks5", "SOCKS5": "socks5", "DIRECT": "",
		}[strings.ToUpper(kind)]
		if !known || len(out) == maxRoutes {
			continue // SOCKS4, say
		}
		if scheme == "" {
			out = append(out, Route{})
			continue
		}
		if r, err := Read(scheme + "://" + strings.TrimSpace(address)); err == nil {
			out = append(out, r)
		}
	}
	if len(out) == 0 {
		return []Route{{}}, errors.New("it answered with no way that is known")
	}
	return out, nil
}

// Setting is the value of the setting proxy; the zero value is the system's.
type Setting struct {
	Routes []Route // the one way that it names
	PAC    string  // or the address of a script
}

// ReadSetting tells a script's address from a proxy's by its path.
func ReadSetting(value string) (Setting, error) {
	value = strings.TrimSpace(value)
	switch strings.ToLower(value) {
	case "", "system":
		return Setting{}, nil
	case "direct":
		return Setting{Routes: []Route{{}}}, nil
	}
	u, err := url.Parse(value)
	if err == nil && u.User == nil {
		web := (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
		if web && (strings.Trim(u.Path, "/") != "" || u.RawQuery != "") ||
			u.Scheme == "file" && u.Host == "" && u.Path != "" {
			return Setting{PAC: u.String()}, nil
		}
	}
	r, err := Read(value)
	if err != nil {
		return Setting{}, err
	}
	if u, err := url.Parse(value); err == nil && strings.Contains(value, "://") && strings.Trim(u.Path, "/") != "" {
		return Setting{}, fmt.Errorf("%w: a proxy's address has no path", ErrSetting)
	}
	return Setting{Routes: []Route{r}}, nil
}

// Check says what is wrong with a value of the setting proxy, or "".
func Check(value string) string {
	if _, err := ReadSetting(value); err != nil {
		return strings.TrimPrefix(err.Error(), ErrSetting.Error()+": ")
	}
	return ""
}

// Masked is a value of the setting proxy as it may be shown, without its password.
func Masked(value string) string {
	scheme, rest, found := strings.Cut(value, "://")
	if scheme += "://"; !found {
		scheme, rest = "", value
	}
	at := strings.LastIndex(rest, "@")
	user, _, named := strings.Cut(rest[:max(at, 0)], ":")
	if !named {
		return value
	}
	return scheme + user + ":[redacted]" + rest[at:]
}
