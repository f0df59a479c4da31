package provider

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// The shapes of issuers. Each takes what the preset asked for and returns the
// issuer to the letter, or what is wrong with the key that is to blame.

// wrong says what is wrong with a key.
func wrong(key, format string, args ...any) (string, *Fault) {
	return "", &Fault{key, fmt.Sprintf(format, args...)}
}

func fixed(issuer string) func(Given) (string, *Fault) {
	return func(Given) (string, *Fault) { return issuer, nil }
}

// below puts the customer's host between two fixed texts.
func below(before, after string) func(Given) (string, *Fault) {
	return func(g Given) (string, *Fault) { return before + g.Domain + after, nil }
}

var descopeProject = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^P[A-Za-z0-9]{9,}$`) })

// descopeIssuer: a project ID of 32 or more characters carries its region in
// characters 2 to 5; a domain of the customer's own replaces the host.
func descopeIssuer(g Given) (string, *Fault) {
	if !descopeProject().MatchString(g.ProjectID) {
		return wrong("project_id", "%q is no Descope project ID; it begins with P and stands in the console under "+
			"Project", g.ProjectID)
	}
	host := "api.descope.com"
	if len(g.ProjectID) >= 32 {
		host = "api." + g.ProjectID[1:5] + ".descope.com"
	}
	return "https://" + cmp.Or(g.Domain, host) + "/" + g.ProjectID, nil
}

// oktaIssuer: the organization's own authorization server and a custom one are
// different issuers.
func oktaIssuer(g Given) (string, *Fault) {
	if name, rest, ok := strings.Cut(g.Domain, "-admin.okta"); ok {
		return wrong("domain", "%q is the admin console; the organization is at %s", g.Domain, name+".okta"+rest)
	}
	if g.AuthorizationServer != "" {
		return "https://" + g.Domain + "/oauth2/" + g.AuthorizationServer, nil
	}
	return "https://" + g.Domain, nil
}

var guid = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
})

// consumers is the tenant of Microsoft's personal accounts.
const consumers = "9188040d-6c67-4c5b-b112-36a304b66dad"

// entraIssuer: asked by a domain, Entra's discovery names the tenant's ID, and
// issuers are compared exactly.
func entraIssuer(g Given) (string, *Fault) {
	tenant := strings.ToLower(g.Tenant)
	switch {
	case tenant == "consumers":
		tenant = consumers
	case tenant == "common", tenant == "organizations", guid().MatchString(tenant):
	default:
		return wrong("tenant", "%q is no directory ID; it is in Entra under Overview, such as "+
			"8eaef023-2b34-4da1-9baa-8bc8c9d6a490 (or organizations, with allowed_tenants)", g.Tenant)
	}
	return "https://login.microsoftonline.com/" + tenant + "/v2.0", nil
}

func keycloakIssuer(g Given) (string, *Fault) {
	if strings.Contains(g.BaseURL, "/realms/") {
		return wrong("base_url", "it has the realm in it already: take what stands before /realms/")
	}
	return strings.TrimRight(g.BaseURL, "/") + "/realms/" + url.PathEscape(g.Realm), nil
}

var userPool = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([a-z]{2}(?:-[a-z]+)+-\d+)_[A-Za-z0-9]+$`)
})

// cognitoIssuer: the pool's ID begins with its region.
func cognitoIssuer(g Given) (string, *Fault) {
	m := userPool().FindStringSubmatch(g.UserPool)
	if m == nil {
		return wrong("user_pool", "%q is no user pool ID such as eu-west-1_AbCdEf123", g.UserPool)
	}
	if g.Region != "" && g.Region != m[1] {
		return wrong("region", "%q is not the region of the user pool %s", g.Region, g.UserPool)
	}
	suffix := ""
	if strings.HasPrefix(m[1], "cn-") {
		suffix = ".cn"
	}
	return "https://cognito-idp." + m[1] + ".amazonaws.com" + suffix + "/" + g.UserPool, nil
}

func pingOneIssuer(g Given) (string, *Fault) {
	if !guid().MatchString(g.EnvironmentID) {
		return wrong("environment_id", "%q is no environment ID; it is in the console under Environment properties",
			g.EnvironmentID)
	}
	region := cmp.Or(g.Region, "com")
	if !slices.Contains([]string{"com", "eu", "ca", "asia", "com.au", "sg"}, region) {
		return wrong("region", "%q is none of com, eu, ca, asia, com.au, sg", region)
	}
	return "https://auth.pingone." + region + "/" + g.EnvironmentID + "/as", nil
}

// NameOf is what a provider without a name is called: its host.
func NameOf(addresses ...string) string {
	for _, a := range addresses {
		if u, err := url.Parse(a); err == nil && u.Host != "" {
			return u.Host
		}
	}
	return ""
}
