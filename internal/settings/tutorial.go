package settings

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"app.latchkey/internal/provider"
)

// The variables of the .env file that Descope's tutorial for a Flet app writes.
// They are read in development builds alone, unchanged, so that the file that
// worked there works here; what is unsafe in them is said.
const (
	oauthClientID     = "OAUTH_CLIENT_ID"
	oauthClientSecret = "OAUTH_CLIENT_SECRET" // #nosec G101 -- the name of a variable
	oauthAuthorize    = "OAUTH_AUTHORIZATION_ENDPOINT"
	oauthToken        = "OAUTH_TOKEN_ENDPOINT" // #nosec G101 -- the name of a variable
	oauthUser         = "OAUTH_USER_ENDPOINT"
	oauthRedirect     = "OAUTH_REDIRECT_URI"
	oauthUserID       = "OAUTH_USER_ID_FIELD"
	oauthScopes       = "OAUTH_SCOPES"
	oauthTokenSecret  = "OAUTH_TOKEN_SECRET" // #nosec G101 -- the name of a variable
	oauthTokenKey     = "OAUTH_TOKEN_KEY"    // #nosec G101 -- the name of a variable
)

// tutorial takes OAUTH_* over, as settings of ours.
func (l *loader) tutorial(vars map[string]string, at func(string) Source) {
	used := false
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		switch name {
		case oauthClientID, oauthClientSecret, oauthAuthorize, oauthToken, oauthUser, oauthRedirect, oauthUserID,
			oauthScopes, oauthTokenSecret, oauthTokenKey:
			used = true
		default:
			if strings.HasPrefix(name, "OAUTH_") {
				l.warn("%s: %s is not one of the tutorial's variables, and is not read", at(name), name)
			}
		}
	}
	if !used {
		return
	}
	vars = maps.Clone(vars)
	maps.DeleteFunc(vars, func(_, text string) bool { return strings.TrimSpace(text) == "" })
	take := func(variable, key string) {
		if vars[variable] != "" {
			l.put(at(variable), key, vars[variable])
		}
	}
	take(oauthClientID, "client_id")
	take(oauthClientSecret, "client_secret")
	take(oauthScopes, "scopes")
	take(oauthUserID, "user_id_field")
	l.tutorialUserID = at(oauthUserID)
	if vars[oauthRedirect] != "" {
		l.tutorialRedirect(vars[oauthRedirect], at(oauthRedirect))
	}
	for _, name := range []string{oauthTokenSecret, oauthTokenKey} {
		if vars[name] != "" {
			l.warn("%s: %s is accepted and unused: a key that lies beside what it locks protects nothing. The "+
				"vault's key is random and in the keychain; take this line out", at(name), name)
		}
	}
	before, _ := l.values["client_id"].data.(string)
	vars[oauthClientID] = cmp.Or(vars[oauthClientID], vars["LATCHKEY_CLIENT_ID"], l.env["LATCHKEY_CLIENT_ID"], before)
	host := hostOf(cmp.Or(vars[oauthAuthorize], vars[oauthToken], vars[oauthUser]))
	_, _, descope := descopeClient(vars[oauthClientID])
	switch {
	case l.ownWay(vars, host != "", descope):
	case l.tutorialLacks(vars, at, host):
	case host == "" && descope, strings.HasSuffix(host, ".descope.com"):
		l.tutorialDescope(vars, at, host)
	default:
		l.put(at(oauthAuthorize), "provider", "oidc")
		take(oauthAuthorize, "authorization_endpoint")
		take(oauthToken, "token_endpoint")
		take(oauthUser, "userinfo_endpoint")
		l.put(at(oauthAuthorize), "id_token", false)
		l.warn("%s: explicit endpoints know no ID token, so who signs in is not verified by one: set LATCHKEY_ISSUER "+
			"if the provider speaks OpenID Connect", at(oauthAuthorize))
		if vars[oauthClientSecret] != "" {
			l.warn("%s: %s would be in every user's hands: a native client with PKCE needs none", at(oauthClientSecret),
				oauthClientSecret)
		}
	}
}

// ownWay reports whether the provider is named in our own way: beside the tutorial's
// variables in the same file, or, when these have no endpoint, by another source. A
// client ID of Descope's counts more than the sources before it.
func (l *loader) ownWay(vars map[string]string, endpoint, descope bool) bool {
	elsewhere := l.locked || l.described && !descope
	for _, key := range []string{"issuer", "provider", "authorization_endpoint"} {
		variable := "LATCHKEY_" + strings.ToUpper(key)
		if vars[variable] != "" {
			return true
		}
		elsewhere = elsewhere || l.env[variable] != "" || l.o.Flags[key] != ""
	}
	return elsewhere && !endpoint
}

// tutorialLacks reports whether a variable is missing that this provider needs, and says so of all of them. A client ID
// of Descope's is enough by itself. Of another provider all endpoints are needed.
func (l *loader) tutorialLacks(vars map[string]string, at func(string) Source, host string) bool {
	lacks := false
	need := func(name, sample, why string) {
		if vars[name] != "" {
			return
		}
		how := "add the line"
		if at(name).Line > 0 {
			how = "fill in the line"
		}
		l.fail(at(name), "", fmt.Sprintf("%s is required but not set: %s %s=%s (%s)", name, how, name, sample, why))
		lacks = true
	}
	switch _, _, descope := descopeClient(vars[oauthClientID]); {
	case strings.HasSuffix(host, ".descope.com"), host == "" && descope:
		need(oauthClientID, "P2…", "the ID of your Descope project")
	case host == "" && vars[oauthClientID] == "":
		need(oauthClientID, "P2…", "the ID of your Descope project, which is enough; another provider needs "+
			oauthAuthorize+", "+oauthToken+" and "+oauthUser+" as well")
	default:
		need(oauthClientID, "…", "what the provider knows this program as")
		address := "https://" + cmp.Or(host, "id.example.com") + "/…/"
		for _, e := range [][2]string{{oauthAuthorize, "authorize"}, {oauthToken, "token"}, {oauthUser, "userinfo"}} {
			need(e[0], address+e[1], "the provider's own, as this is no client ID of Descope's")
		}
	}
	return lacks
}

// tutorialDescope derives the issuer from the client ID: a project ID, or an inbound
// app's, which is the project's and the app's ID in base64 (that form is not verified
// against a live tenant). The host is that of the endpoints, if there are any.
func (l *loader) tutorialDescope(vars map[string]string, at func(string) Source, host string) {
	source := at(oauthClientID)
	l.put(source, "provider", "descope")
	issuer, project, ok := descopeClient(vars[oauthClientID])
	if !ok {
		l.fail(source, oauthClientID, "no issuer follows from it: it is neither a Descope project ID (P…) nor an "+
			"inbound app's client ID. Set LATCHKEY_ISSUER beside it")
		return
	}
	inbound := project != vars[oauthClientID]
	host = cmp.Or(host, hostOf(issuer))
	switch {
	case inbound:
		issuer = "https://" + host + "/v1/apps/" + project
		l.put(source, "issuer", issuer)
		l.put(source, "trusted_audiences", []any{project})
	case hostOf(issuer) != host:
		l.put(at(oauthAuthorize), "domain", host)
		l.put(source, "project_id", project)
		issuer = "https://" + host + "/" + project
	default:
		l.put(source, "project_id", project)
	}
	if vars[oauthAuthorize] != "" {
		l.warn("%s: the endpoints are Descope's: they are discovered from %s instead, and the ID token is verified",
			at(oauthAuthorize), issuer)
	}
}

// descopeClient reads a client ID of Descope's: the project's own ID, or an inbound app's.
func descopeClient(id string) (issuer, project string, ok bool) {
	projects := []string{id}
	for _, encoding := range []*base64.Encoding{
		base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding,
	} {
		data, err := encoding.DecodeString(id)
		if project, _, ok := strings.Cut(string(data), ":"); ok && err == nil {
			projects = append(projects, project)
		}
	}
	descope, _ := provider.PresetOf("descope")
	for _, project := range projects {
		if issuer, wrong := descope.IssuerOf(provider.Given{ProjectID: project}); wrong == nil {
			return issuer, project, true
		}
	}
	return "", "", false
}

// tutorialRedirect takes the redirect address apart.
func (l *loader) tutorialRedirect(raw string, at Source) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" || u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" ||
		u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		l.fail(at, oauthRedirect,
			fmt.Sprintf("%q is no address such as http://localhost:8550/oauth_callback: a desktop app is sent back "+
				"to this computer alone", raw))
		return
	}
	l.put(at, "redirect_host", u.Hostname())
	if u.Path != "" {
		l.put(at, "redirect_path", u.Path)
	}
	if u.Port() != "" {
		l.put(at, "redirect_ports", u.Port())
	}
}

// hostOf is an address's host, with its port.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Host
}
