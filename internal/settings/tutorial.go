package settings

import (
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
	known := []string{oauthClientID, oauthClientSecret, oauthAuthorize, oauthToken, oauthUser, oauthRedirect, oauthUserID, oauthScopes, oauthTokenSecret, oauthTokenKey}
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		if strings.HasPrefix(name, "OAUTH_") && !slices.Contains(known, name) {
			l.warn("%s: %s is not one of the tutorial's variables, and is not read", at(name), name)
		}
	}
	take := func(variable, key string) {
		if vars[variable] != "" {
			l.put(at(variable), key, vars[variable])
		}
	}
	take(oauthClientID, "client_id")
	take(oauthClientSecret, "client_secret")
	take(oauthScopes, "scopes")
	if vars[oauthRedirect] != "" {
		l.tutorialRedirect(vars[oauthRedirect], at(oauthRedirect))
	}
	for _, name := range []string{oauthTokenSecret, oauthTokenKey} {
		if vars[name] != "" {
			l.warn("%s: %s is accepted and unused: a key that lies beside what it locks protects nothing. The vault's key is random and in the keychain; take this line out", at(name), name)
		}
	}
	switch {
	case vars[oauthAuthorize] == "" || vars["LATCHKEY_ISSUER"] != "" || vars["LATCHKEY_PROVIDER"] != "":
		return // whoever names the provider our way is taken at their word
	case strings.HasSuffix(hostOf(vars[oauthAuthorize]), ".descope.com"):
		l.tutorialDescope(vars, at)
		return
	}
	l.put(at(oauthAuthorize), "provider", "oidc")
	take(oauthAuthorize, "authorization_endpoint")
	take(oauthToken, "token_endpoint")
	take(oauthUser, "userinfo_endpoint")
	take(oauthUserID, "user_id_field")
	l.put(at(oauthAuthorize), "id_token", false)
	l.warn("%s: explicit endpoints know no ID token, so who signs in is not verified by one: set LATCHKEY_ISSUER if the provider speaks OpenID Connect", at(oauthAuthorize))
	if vars[oauthClientSecret] != "" {
		l.warn("%s: %s would be in every user's hands: a native client with PKCE needs none", at(oauthClientSecret), oauthClientSecret)
	}
}

// tutorialDescope derives the issuer of Descope's endpoints from the client ID: a
// project ID, or an inbound app's, which is the project's and the app's ID in
// base64 (that form is not verified against a live tenant).
func (l *loader) tutorialDescope(vars map[string]string, at func(string) Source) {
	id, host, source := vars[oauthClientID], hostOf(vars[oauthAuthorize]), at(oauthClientID)
	l.put(source, "provider", "descope")
	issuer, ok := projectIssuer(id)
	if ok {
		l.put(source, "project_id", id)
		if hostOf(issuer) != host {
			l.put(at(oauthAuthorize), "domain", host)
			issuer = "https://" + host + "/" + id
		}
	} else if project, inbound := inboundProject(id); inbound {
		issuer = "https://" + host + "/v1/apps/" + project
		l.put(source, "issuer", issuer)
		l.put(source, "trusted_audiences", []any{project})
	} else {
		l.fail(source, oauthClientID, "no issuer follows from it: it is neither a Descope project ID (P…) nor an inbound app's client ID. Set LATCHKEY_ISSUER beside it")
		return
	}
	l.warn("%s: the endpoints are Descope's: they are discovered from %s instead, and the ID token is verified", at(oauthAuthorize), issuer)
	if field := vars[oauthUserID]; field != "" && field != "sub" {
		l.warn("%s: %s is not used: the ID token names the person by sub", at(oauthUserID), oauthUserID)
	}
}

// projectIssuer is the issuer of a Descope project, if id is a project's ID.
func projectIssuer(id string) (string, bool) {
	descope, _ := provider.PresetOf("descope")
	issuer, wrong := descope.IssuerOf(provider.Given{ProjectID: id})
	return issuer, wrong == nil
}

// inboundProject reads the project ID out of an inbound app's client ID.
func inboundProject(id string) (string, bool) {
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		data, err := encoding.DecodeString(id)
		project, _, ok := strings.Cut(string(data), ":")
		if err != nil || !ok {
			continue
		}
		if _, ok := projectIssuer(project); ok {
			return project, true
		}
	}
	return "", false
}

// tutorialRedirect takes the redirect address apart.
func (l *loader) tutorialRedirect(raw string, at Source) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" || u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		l.fail(at, oauthRedirect, fmt.Sprintf("%q is no address such as http://localhost:8550/oauth_callback: a desktop app is sent back to this computer alone", raw))
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
