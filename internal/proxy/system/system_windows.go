package system

import (
	"context"
	"net/url"
	"strings"

	"github.com/mattn/go-ieproxy"
)

// lookup asks WinHTTP, which runs the script itself. Windows' calls heed no context, so
// that one that hangs is left behind.
func (s Sources) lookup(ctx context.Context, u *url.URL) Answer {
	done := make(chan Answer, 1)
	go func() { done <- ask(u) }() // ends when Windows answers
	select {
	case a := <-done:
		return a
	case <-ctx.Done():
		return Answer{}
	}
}

func ask(u *url.URL) Answer {
	conf := ieproxy.ReloadConf()
	if conf.Automatic.Active {
		if found := conf.Automatic.FindProxyForURL(u.String()); found != "" {
			return Answer{Source: "Windows' automatic configuration", Proxies: split(found)}
		}
	}
	if conf.Static.Active {
		return windows(conf.Static.Protocols, conf.Static.NoProxy, u)
	}
	return Answer{}
}

// split reads WinHTTP's list.
func split(found string) []string {
	var out []string
	for _, one := range strings.FieldsFunc(found, func(r rune) bool { return r == ';' || r == ' ' }) {
		if _, address, named := strings.Cut(one, "="); named {
			one = address
		}
		out = append(out, withScheme("http", one))
	}
	return out
}
