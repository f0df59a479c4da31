package pac_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/proxy/pac"
)

var names = map[string]string{
	"intra.corp.example": "10.1.2.3", "six.example": "2001:db8::7", "both.example": "192.0.2.9",
}

// world has three names, two addresses and one moment: Friday, 27 November 2026, 18:45:30 UTC.
func world() pac.World {
	return pac.World{
		Lookup: func(_ context.Context, host string) ([]netip.Addr, error) {
			if a, ok := names[host]; ok {
				return []netip.Addr{netip.MustParseAddr(a)}, nil
			}
			return nil, errors.New("no such host")
		},
		Own: []netip.Addr{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("10.9.8.7")},
		Now: func() time.Time { return time.Date(2026, time.November, 27, 18, 45, 30, 0, time.UTC) },
	}
}

func find(t testing.TB, text, url, host string) (string, error) {
	t.Helper()
	script, err := pac.Compile([]byte(text))
	if err != nil {
		return "", err
	}
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	return script.Find(ctx, world(), url, host)
}

func TestTheStandardFunctions(t *testing.T) {
	for expression, want := range map[string]string{
		`isPlainHostName("www")`: "true", `isPlainHostName("www.example")`: "false", `isPlainHostName("::1")`: "false",
		`dnsDomainIs("WWW.Example.com", ".example.com")`:             "true",
		`dnsDomainIs("www.other.com", ".example.com")`:               "false",
		`localHostOrDomainIs("www", "www.example.com")`:              "true",
		`localHostOrDomainIs("home.example.com", "www.example.com")`: "false",
		`isResolvable("intra.corp.example")`:                         "true", `isResolvable("six.example")`: "false",
		`isResolvableEx("six.example")`: "true", `isResolvable("no.example")`: "false",
		`isInNet("intra.corp.example", "10.0.0.0", "255.0.0.0")`: "true",
		`isInNet("10.1.2.3", "10.1.2.3", "255.255.255.255")`:     "true",
		`isInNet("192.0.2.1", "10.0.0.0", "255.0.0.0")`:          "false",
		`isInNet("no.example", "0.0.0.0", "0.0.0.0")`:            "false",
		`isInNet("10.1.2.3", "x", "255.0.0.0")`:                  "false",
		`isInNetEx("six.example", "2001:db8::/32")`:              "true", `isInNetEx("10.1.2.3", "10.0.0.0/8")`: "true",
		`isInNetEx("10.1.2.3", "nonsense")`: "false",
		`dnsResolve("intra.corp.example")`:  "10.1.2.3", `dnsResolve("no.example")`: "null",
		`dnsResolveEx("six.example")`: "2001:db8::7",
		`myIpAddress()`:               "10.9.8.7", `myIpAddressEx()`: "2001:db8::1;10.9.8.7",
		`dnsDomainLevels("a.b.c")`: "2", `convert_addr("104.16.41.2")`: "1745889538",
		`sortIpAddressList("10.2.0.1;10.1.0.1")`:                   "10.1.0.1;10.2.0.1",
		`shExpMatch("http://home.example/people/x", "*/people/*")`: "true", `shExpMatch("a.b", "?.b")`: "true",
		`shExpMatch("a[b", "a[b")`: "true", `shExpMatch("axb", "a.b")`: "false",
		`weekdayRange("FRI", "GMT")`: "true", `weekdayRange("MON", "FRI", "GMT")`: "true",
		`weekdayRange("SAT", "MON", "GMT")`: "false", `weekdayRange("THU", "MON", "GMT")`: "true",
		`weekdayRange("X", "GMT")`: "false",
		`dateRange(27, "GMT")`:     "true", `dateRange(1, 15, "GMT")`: "false", `dateRange("NOV", "GMT")`: "true",
		`dateRange("OCT", "JAN", "GMT")`: "true", `dateRange(2026, "GMT")`: "true",
		`dateRange(2027, 2030, "GMT")`: "false", `dateRange(1, "JUN", 15, "AUG", "GMT")`: "false",
		`dateRange(24, "DEC", 2025, 1, "DEC", 2026, "GMT")`: "true",
		`dateRange("OCT", 2026, "NOV", 2026, "GMT")`:        "true", `dateRange()`: "false",
		`timeRange(18, "GMT")`: "true", `timeRange(9, 17, "GMT")`: "false", `timeRange(22, 19, "GMT")`: "true",
		`timeRange(18, 30, 18, 45, "GMT")`: "true", `timeRange(18, 45, 31, 19, 0, 0, "GMT")`: "false",
		`timeRange("a")`: "false",
		`alert("x")`:     "undefined", `typeof require`: "undefined", `typeof XMLHttpRequest`: "undefined",
		`getClientVersion()`: "1.0",
	} {
		got, err := find(t, "function FindProxyForURL(url, host) { return String("+expression+"); }",
			"https://a.example/", "a.example")
		if err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", expression, got, want, err)
		}
	}
}

func TestAScriptDecides(t *testing.T) {
	const script = `function FindProxyForURL(url, host) {
		if (isPlainHostName(host) || shExpMatch(host, "*.corp.example")) return "DIRECT";
		return url.substring(0, 6) == "https:" ? "PROXY a:8080; DIRECT" : null; }`
	for url, want := range map[string]string{
		"https://x.corp.example/": "DIRECT", "https://id.example/": "PROXY a:8080; DIRECT",
		"http://id.example/": "DIRECT",
	} {
		host := strings.Trim(strings.SplitN(url, ":", 2)[1], "/")
		if got, err := find(t, script, url, host); err != nil || got != want {
			t.Errorf("%s: %q, %v", url, got, err)
		}
	}
	if got, err := find(t, `function FindProxyForURLEx() { return "SOCKS b"; }`, "https://a/", "a"); err != nil ||
		got != "SOCKS b" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestBrokenScripts(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "a page": "<html>", "no function": "var a = 1", "not a function": "FindProxyForURL = 1",
		"throws":         `function FindProxyForURL() { throw "x" }`,
		"throws at once": "nothing()", "a number": "function FindProxyForURL() { return 1 }",
		"too deep": "function FindProxyForURL() { return FindProxyForURL() }",
		"too long": `function FindProxyForURL() { var s = "x"; while (s.length < 20000) s += s; return s }`,
	} {
		if got, err := find(t, text, "https://a/", "a"); !errors.Is(err, pac.ErrScript) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := pac.Compile(make([]byte, pac.MaxSize+1)); !errors.Is(err, pac.ErrSize) {
		t.Errorf("too large: %v", err)
	}
}

func TestAScriptWithoutEndIsEnded(t *testing.T) {
	for name, text := range map[string]string{
		"in the function": "function FindProxyForURL() { while (true) {} }",
		"before it":       "while (true) {}",
		"catching all":    "function FindProxyForURL() { while (true) { try { for (;;) {} } catch (e) {} } }",
	} {
		script, err := pac.Compile([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if got, err := script.Find(ctx, world(), "https://a/", "a"); !errors.Is(err, pac.ErrSlow) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		stop()
	}
}

func FuzzScript(f *testing.F) {
	for _, s := range []string{
		`isInNet("10.1.2.3", "10.0.0.0", "255.0.0.0")`, `dateRange(1, "JAN")`, `timeRange(1,2)`, `shExpMatch("a", "[")`,
		`weekdayRange()`, `dnsResolve()`, `sortIpAddressList(";")`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, expression string) {
		script, err := pac.Compile([]byte("function FindProxyForURL(url, host) { return String(" + expression + "); }"))
		if err != nil {
			return
		}
		ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer stop()
		if _, err := script.Find(ctx, world(), "https://a/", "a"); err != nil && !errors.Is(err, pac.ErrScript) &&
			!errors.Is(err, pac.ErrSlow) {
			t.Errorf("%s: %v", expression, err)
		}
	})
}
