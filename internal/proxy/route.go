package proxy

import (
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
}

func (r Route) direct() bool { return r.Scheme == "" }

// String is the way without the password.
func (r Route) String() string {
	if r.direct() {
		return "directly"
	}
	return "by the proxy " + r.Scheme + "://" + r.Address
}

func (r Route) host() string {
	host, _, _ := net.SplitHostPort(r.Address)
	return host
}

func (r Route) url() *url.URL {
	u := &url.URL{Scheme: r.Scheme, Host: r.Address}
	if r.User != "" {
		u.User = url.UserPassword(r.User, r.Password.Reveal())
	}
	return u
}

// readRoute reads a proxy's address; one without a scheme is of http. socks, socks5 and
// socks5h are one: the proxy resolves names, as browsers have it.
func readRoute(text string) (Route, error) {
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
		return Route{},
			fmt.Errorf("%w: a proxy is one of http, https, socks5 and socks5h, not %q", ErrSetting, u.Scheme)
	}
	host := u.Hostname()
	if host == "" || strings.ContainsFunc(host, func(c rune) bool { return c <= ' ' || c >= 0x7f || c == '/' }) {
		return Route{}, fmt.Errorf("%w: the proxy has no host", ErrSetting)
	}
	if u.Port() != "" {
		port = u.Port()
	}
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

// readRoutes reads a desktop's list; what it does not understand it leaves out.
func readRoutes(list []string) ([]Route, error) {
	var out []Route
	var bad error
	for _, text := range list {
		r, err := readRoute(text)
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

// readAnswer reads what a script answers: "PROXY a:8080; SOCKS5 b:1080; DIRECT".
func readAnswer(text string) ([]Route, error) {
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
		if r, err := readRoute(scheme + "://" + strings.TrimSpace(address)); err == nil {
			out = append(out, r)
		}
	}
	if len(out) == 0 {
		return []Route{{}}, fmt.Errorf("%w: it answered with no way that is known", ErrScript)
	}
	return out, nil
}

// setting is the value of the setting proxy; the zero value is the system's.
type setting struct {
	routes []Route
	pac    string
}

// readSetting tells a script's address from a proxy's by its path.
func readSetting(value string) (setting, error) {
	value = strings.TrimSpace(value)
	switch strings.ToLower(value) {
	case "", "system":
		return setting{}, nil
	case "direct":
		return setting{routes: []Route{{}}}, nil
	}
	u, err := url.Parse(value)
	if err == nil && u.User == nil {
		web := (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
		if web && (strings.Trim(u.Path, "/") != "" || u.RawQuery != "") ||
			u.Scheme == "file" && u.Host == "" && u.Path != "" {
			return setting{pac: u.String()}, nil
		}
	}
	r, err := readRoute(value)
	if err != nil {
		return setting{}, err
	}
	if u, err := url.Parse(value); err == nil && strings.Contains(value, "://") && strings.Trim(u.Path, "/") != "" {
		return setting{}, fmt.Errorf("%w: a proxy's address has no path", ErrSetting)
	}
	return setting{routes: []Route{r}}, nil
}
