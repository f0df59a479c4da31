package provider

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// Ways in which a provider is asked for a token of one API.
const (
	ByResource = "resource" // a refresh with resource (RFC 8707 §2.2)
	ByAudience = "audience" // a refresh with audience, as Auth0 has it
	ByScope    = "scope"    // a refresh with the API's scopes alone (RFC 6749 §6), as Entra and Okta have it
	ByExchange = "exchange" // the access token is exchanged (RFC 8693)
)

// Ways are all of them.
func Ways() []string { return []string{ByResource, ByAudience, ByScope, ByExchange} }

// API is an API that gets access tokens of its own.
type API struct {
	Name string
	// Origins are where its token may be sent: scheme, host and port (RFC 6454 §4).
	Origins []string
	// Resource is the API's identifier, an absolute URI without a fragment (RFC 8707 §2); empty sends none.
	Resource string
	// Audience is the API's name at the provider, where that is no resource (RFC 8693 §2.1). A token that is a
	// JWT must name one of Resource and Audience.
	Audience string
	Scopes   []string
	Way      string // one of [Ways]
}

// Settle completes what the settings say of an API by what the preset knows, and returns what is wrong with it
// otherwise.
func (p Provider) Settle(a API) (API, string) {
	if a.Way == "" {
		a.Way = p.wayOf(a)
	}
	if p.APIScopesBelow != "" && a.Way == ByScope {
		a.Scopes = p.scopesBelow(a)
	}
	switch {
	case a.Resource == "" && a.Audience == "" && len(a.Scopes) == 0:
		return a, "it needs a resource, an audience or scopes: what is the provider to be asked for?"
	case a.Way == ByResource && a.Resource == "":
		return a, `way = "resource" needs resource`
	case a.Way == ByAudience && a.Resource == "" && a.Audience == "":
		return a, `way = "audience" needs audience`
	case a.Way == ByScope && len(a.Scopes) == 0:
		return a, "the provider tells its APIs apart by scopes: it needs scopes"
	}
	return a, ""
}

// wayOf is the preset's way, or the one that fits what is given.
func (p Provider) wayOf(a API) string {
	switch {
	case p.APIWay != "":
		return p.APIWay
	case a.Resource != "":
		return ByResource
	case a.Audience != "":
		return ByExchange
	}
	return ByScope
}

// scopesBelow writes the scopes as Entra has them: below the resource, and all of its scopes where none is named.
func (p Provider) scopesBelow(a API) []string {
	if a.Resource == "" {
		return a.Scopes
	}
	base := strings.TrimSuffix(a.Resource, "/") + "/"
	if len(a.Scopes) == 0 {
		return []string{base + p.APIScopesBelow}
	}
	out := slices.Clone(a.Scopes)
	for i, scope := range out {
		if !strings.Contains(scope, "/") {
			out[i] = base + scope
		}
	}
	return out
}

// Expected are the audiences of which the API's token, where it is a JWT, must name one; none where the settings do
// not say how the provider calls the API.
func (a API) Expected() []string {
	var out []string
	if a.Audience != "" {
		out = append(out, a.Audience)
	}
	if a.Resource != "" && a.Way != ByScope {
		out = append(out, a.Resource)
	}
	return out
}

// Parameters are what the token request says of the API.
func (a API) Parameters() url.Values {
	v := url.Values{}
	if len(a.Scopes) > 0 {
		v.Set("scope", strings.Join(a.Scopes, " "))
	}
	switch a.Way {
	case ByResource:
		v.Set("resource", a.Resource)
	case ByAudience:
		v.Set("audience", cmp.Or(a.Audience, a.Resource))
	case ByExchange:
		for name, value := range map[string]string{"resource": a.Resource, "audience": a.Audience} {
			if value != "" {
				v.Set(name, value)
			}
		}
	}
	return v
}

// Asked is what is asked of the provider, as one text: the token of other settings is not used.
func (a API) Asked() string { return a.Way + " " + a.Audience + "?" + a.Parameters().Encode() }
