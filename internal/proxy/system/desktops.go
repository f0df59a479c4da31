package system

import (
	"net/url"
	"strings"
)

// gnome reads what `gsettings list-recursively org.gnome.system.proxy` prints.
func gnome(text string, u *url.URL) (Answer, bool) {
	const source = "GNOME's settings"
	v := map[string]string{}
	for line := range strings.Lines(text) {
		if fields := strings.SplitN(strings.TrimSpace(line), " ", 3); len(fields) == 3 {
			v[strings.TrimPrefix(fields[0], "org.gnome.system.proxy")+"."+fields[1]] = strings.Trim(fields[2], "'")
		}
	}
	at := func(kind string) string {
		host, port := v["."+kind+".host"], v["."+kind+".port"]
		if host == "" || port == "" || port == "0" {
			return ""
		}
		return host + ":" + port
	}
	switch v[".mode"] {
	case "auto":
		pac := v[".autoconfig-url"]
		return Answer{Source: source, PAC: pac, Detect: pac == ""}, true
	case "manual":
		m := manual{https: at("https"), http: at("http"), socks: at("socks"), suffixes: true}
		m.except = strings.Split(strings.Trim(strings.TrimPrefix(v[".ignore-hosts"], "@as "), "[]"), ",")
		return m.answer(source, u), true
	}
	return Answer{}, false
}

// kde reads kioslaverc.
func kde(text string, getenv func(string) string, u *url.URL) (Answer, bool) {
	const source = "KDE's settings"
	v := map[string]string{}
	var group string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			group = line
		}
		if key, value, found := strings.Cut(line, "="); found && group == "[Proxy Settings]" {
			v[strings.TrimSpace(strings.TrimSuffix(key, "[$e]"))] = strings.TrimSpace(value)
		}
	}
	m := manual{
		https: v["httpsProxy"], http: v["httpProxy"], socks: v["socksProxy"], suffixes: true,
		only: v["ReversedException"] == "true",
	}
	except := v["NoProxyFor"]
	switch v["ProxyType"] {
	case "2":
		return Answer{Source: source, PAC: v["Proxy Config Script"], Detect: v["Proxy Config Script"] == ""}, true
	case "3":
		return Answer{Source: source, Detect: true}, true
	case "4": // the names of variables stand for their values
		m.https, m.http, m.socks, except = getenv(m.https), getenv(m.http), getenv(m.socks), getenv(except)
	case "1":
	default:
		return Answer{}, false
	}
	m.except = strings.FieldsFunc(except, func(r rune) bool { return r == ',' || r == ' ' })
	return m.answer(source, u), true
}

// scutil reads what `scutil --proxy` prints on macOS.
func scutil(text string, u *url.URL) (Answer, bool) {
	const source = "macOS' network settings"
	v := map[string]string{}
	var m manual
	list := false
	for line := range strings.Lines(text) {
		key, value, found := strings.Cut(strings.TrimSpace(line), " : ")
		switch {
		case !found:
			list = list && strings.TrimSpace(line) != "}"
		case strings.HasPrefix(value, "<array>"):
			list = key == "ExceptionsList"
		case list:
			m.except = append(m.except, value)
		default:
			v[key] = value
		}
	}
	at := func(kind string) string {
		if v[kind+"Enable"] != "1" || v[kind+"Proxy"] == "" {
			return ""
		}
		return v[kind+"Proxy"] + ":" + v[kind+"Port"]
	}
	if v["ExcludeSimpleHostnames"] == "1" {
		m.except = append(m.except, "<local>")
	}
	m.https, m.http, m.socks = at("HTTPS"), at("HTTP"), at("SOCKS")
	switch {
	case v["ProxyAutoConfigEnable"] == "1" && v["ProxyAutoConfigURLString"] != "":
		return Answer{Source: source, PAC: v["ProxyAutoConfigURLString"]}, true
	case v["ProxyAutoDiscoveryEnable"] == "1":
		return Answer{Source: source, Detect: true}, true
	case m.https+m.http+m.socks != "":
		return m.answer(source, u), true
	}
	return Answer{}, false
}

// windows reads the person's Internet options: proxies by kind, and exceptions.
func windows(proxies map[string]string, exceptions string, u *url.URL) Answer {
	m := manual{https: proxies["https"], http: proxies["http"], all: proxies[""], socks: proxies["socks"]}
	m.except = strings.FieldsFunc(exceptions, func(r rune) bool { return r == ',' || r == ';' || r == ' ' })
	return m.answer("Windows' Internet options", u)
}
