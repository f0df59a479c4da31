package settings

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"app.latchkey/internal/proxy/route"
	"app.latchkey/internal/weburl"
)

// The checks of single values. Each returns what is wrong, or "".

// chosen returns what is wrong with a text that has only certain values.
func (k key) chosen(v any) string {
	if k.Choices == nil || slices.Contains(k.Choices, v.(string)) {
		return ""
	}
	return fmt.Sprintf("%q is none of %s", v, strings.Join(k.Choices, ", "))
}

// protected are the parameters of the authorization request that a setting must
// not touch.
var protected = []string{
	"client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge",
	"code_challenge_method", "request", "request_uri", "dpop_jkt", "client_secret", "client_assertion",
	"client_assertion_type",
}

func authParams(v any) string {
	for name := range v.(map[string]string) {
		if slices.Contains(protected, name) {
			return fmt.Sprintf("%s is the program's own and cannot be set", name)
		}
	}
	return ""
}

// parameter refuses what are no names of further parameters.
func parameter(v any) string {
	for _, name := range strings.Fields(v.(string)) {
		if problem := segment(name); problem != "" {
			return problem
		}
		if problem := authParams(map[string]string{name: ""}); problem != "" {
			return problem
		}
	}
	return ""
}

func filled(v any) string {
	if s := v.(string); s == "" || strings.TrimSpace(s) != s {
		return "it is empty, or has a space at an end"
	}
	return ""
}

var segmentShape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._~-]*$`) })

// segment refuses what would not be one part of an address.
func segment(v any) string {
	if !segmentShape().MatchString(v.(string)) {
		return fmt.Sprintf("%q has other characters than letters, digits and . _ ~ -", v)
	}
	return ""
}

// hostName refuses what is no bare host, with a port perhaps.
func hostName(v any) string {
	host := v.(string)
	u, err := url.Parse("https://" + host)
	if err != nil || u.Host != host || u.Hostname() == "" || strings.ContainsAny(host, "@ ") {
		return fmt.Sprintf("%q is no host such as acme.example.com, without https:// and path", host)
	}
	return ""
}

// hostNames refuses what names no host alone; a port is none of its name.
func hostNames(v any) string {
	for _, host := range v.([]string) {
		if problem := hostName(host); problem != "" {
			return problem
		}
		if strings.Contains(host, ":") {
			return fmt.Sprintf("%q names a port too: leave it out, any port will do", host)
		}
	}
	return ""
}

func between(low, high time.Duration) func(any) string {
	return func(v any) string {
		if d := v.(time.Duration); d < low || d > high {
			return fmt.Sprintf("%s is not between %s and %s", d, low, high)
		}
		return ""
	}
}

// limit is how long a session may last; zero takes away the limit of an earlier source.
func limit(v any) string {
	if v.(time.Duration) == 0 {
		return ""
	}
	return between(time.Second, 10*365*24*time.Hour)(v)
}

func portRange(v any) string {
	for _, p := range v.([]int) {
		if p < 0 || p > 65535 {
			return fmt.Sprintf("%d is no port (0 is any free one)", p)
		}
	}
	return ""
}

var pathShape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^/[A-Za-z0-9/_.~-]*$`) })

func path(v any) string {
	if s := v.(string); !pathShape().MatchString(s) || strings.HasPrefix(s, "/done/") {
		return "it must begin with / and have letters, digits and / _ . ~ - alone"
	}
	return ""
}

func proxyAddress(v any) string { return route.Check(v.(string)) }

// address refuses a URL that could never be used: https, or http on this machine.
func address(v any) string {
	raw := v.(string)
	u, err := weburl.Parse(raw)
	switch {
	case raw != strings.TrimSpace(raw):
		return "it has a space at an end"
	case errors.Is(err, weburl.ErrUser), err == nil && strings.Contains(raw, "#"):
		return "an address here has neither a user nor a fragment"
	case errors.Is(err, weburl.ErrScheme):
		return fmt.Sprintf("%q is neither https nor http", raw)
	case err != nil:
		return fmt.Sprintf("%q is no address such as https://id.example.com", raw)
	case !weburl.Secure(u):
		return "plain http is allowed for an address on this machine alone: use https"
	}
	return ""
}
