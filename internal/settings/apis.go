package settings

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"app.latchkey/internal/provider"
	"app.latchkey/internal/weburl"
)

// API is an API that gets access tokens of its own.
type API = provider.API

// maxAPIs is how many APIs there may be: as many as a session keeps tokens for.
const maxAPIs = 16

// readAPIs makes the APIs of a table of tables, or of the one line of TOML that the environment and a program give.
func readAPIs(raw any) (any, string) {
	const problem = `a table such as [apis.orders] is needed, or in one line ` +
		`orders = { origins = ["https://orders.example"], …`
	if line, ok := raw.(string); ok {
		var read map[string]any
		err := toml.Unmarshal([]byte("apis = { "+line+" }"), &read)
		if err != nil || len(read) != 1 {
			return nil, problem
		}
		raw = read["apis"]
	}
	members, ok := raw.(map[string]any)
	if !ok {
		return nil, problem
	}
	if len(members) > maxAPIs {
		return nil, fmt.Sprintf("%d APIs are named, and %d are the most", len(members), maxAPIs)
	}
	out := []provider.API{}
	of := map[string]string{} // which API an origin is of
	for _, name := range slices.Sorted(maps.Keys(members)) {
		api, problem := readAPI(name, members[name])
		if problem != "" {
			return nil, name + ": " + problem
		}
		for _, origin := range api.Origins {
			if other, taken := of[origin]; taken {
				return nil, fmt.Sprintf("%s: origins: %s is an origin of %s too: which token would it get?", name,
					origin, other)
			}
			of[origin] = name
		}
		out = append(out, api)
	}
	return out, ""
}

// readAPI makes one API.
func readAPI(name string, raw any) (provider.API, string) {
	api := provider.API{Name: name}
	if problem := segment(name); problem != "" || len(name) > 64 {
		return api, "a name of at most 64 letters, digits and . _ ~ - is needed"
	}
	members, ok := raw.(map[string]any)
	if !ok {
		return api, `a table such as { origins = ["https://orders.example"], scopes = ["orders"] } is needed`
	}
	of := map[string]binding{
		"origins":  {&api.Origins, origins},
		"resource": {&api.Resource, resource},
		"audience": {&api.Audience, filled},
		"scopes":   {&api.Scopes, scopes},
		"way":      {&api.Way, key{Choices: provider.Ways()}.chosen},
	}
	for _, member := range slices.Sorted(maps.Keys(members)) {
		to, known := of[member]
		if !known {
			return api, member + ": unknown: an API has origins, resource, audience, scopes and way"
		}
		v, problem := convert(kindOf(to.at), members[member])
		if problem == "" {
			problem = to.check(v)
		}
		if problem != "" {
			return api, member + ": " + problem
		}
		assign(to.at, v)
	}
	if len(api.Origins) == 0 {
		return api, "origins is missing: where may its token be sent?"
	}
	return api, ""
}

// origins checks that each text is scheme, host and port of an address, and writes all of them in one form.
func origins(v any) string {
	all := v.([]string)
	for i, raw := range all {
		u, err := weburl.Parse(raw)
		if err != nil || u.Path != "" && u.Path != "/" || strings.ContainsAny(raw, "?#*") {
			return fmt.Sprintf("%q is no origin such as https://orders.example or https://orders.example:8443", raw)
		}
		if !weburl.Secure(u) {
			return fmt.Sprintf("%q is neither https nor on this machine", raw)
		}
		all[i] = weburl.Origin(u)
	}
	return ""
}

// resource is an absolute URI without a fragment (RFC 8707 §2), such as https://orders.example or api://orders.
func resource(v any) string {
	raw := v.(string)
	u, err := url.Parse(raw)
	switch {
	case err != nil, u.Scheme == "", u.Host == "" && u.Opaque == "", !ascii(raw):
		return fmt.Sprintf("%q is no absolute URI such as https://orders.example or api://orders", raw)
	case strings.Contains(raw, "#"):
		return "a resource has no fragment (RFC 8707 §2)"
	}
	return ""
}

// scopes are of the characters that a scope may have (RFC 6749 §3.3).
func scopes(v any) string {
	for _, scope := range v.([]string) {
		if scope == "" || !ascii(scope) || strings.ContainsAny(scope, `"\`) {
			return fmt.Sprintf("%q is no scope", scope)
		}
	}
	return ""
}

// ascii reports whether a text has printable characters of ASCII alone, and no space.
func ascii(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// APIsText writes APIs as one line of TOML: the form that the environment and a program's own settings take.
func APIsText(all []provider.API) string {
	var out []string
	for _, a := range all {
		name := a.Name
		if strings.ContainsAny(name, ".~") || name == "" { // no bare key of TOML
			name = strconv.Quote(name)
		}
		out = append(out, name+" = "+apiText(a))
	}
	return strings.Join(out, ", ")
}

// apiText writes one API as an inline table of TOML.
func apiText(a provider.API) string {
	members := []string{"origins = " + quotedList(a.Origins)}
	for _, m := range []struct{ name, text string }{
		{"resource", a.Resource}, {"audience", a.Audience}, {"way", a.Way},
	} {
		if m.text != "" {
			members = append(members, m.name+" = "+strconv.Quote(m.text))
		}
	}
	if len(a.Scopes) > 0 {
		members = append(members, "scopes = "+quotedList(a.Scopes))
	}
	return "{ " + strings.Join(members, ", ") + " }"
}

func quotedList(all []string) string {
	var out []string
	for _, one := range all {
		out = append(out, strconv.Quote(one))
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// apis completes the APIs by what the preset knows.
func (l *loader) apis(p *provider.Provider) {
	p.APIs = slices.Clone(p.APIs)
	for i, a := range p.APIs {
		settled, problem := p.Settle(a)
		if problem != "" {
			l.blame("apis", "%s: %s", a.Name, problem)
		}
		p.APIs[i] = settled
	}
}
