package signin

import "maps"

// Provider describes an OpenID Connect provider and the client that it knows this program as. It is made by the
// functions below; the zero value is refused by [Open].
//
// The client must be a native (public) client without a secret wherever the provider allows it. Its redirect address
// is http://127.0.0.1/callback with any port, unless docs/providers says otherwise of the provider.
type Provider struct {
	installed string            // the application whose settings are read; else values are all
	values    map[string]string // by the names of docs/settings.md
}

// Issuer is any OpenID Connect provider. The issuer is compared to the letter, a slash at its end included.
func Issuer(issuer, clientID string) Provider {
	return preset("oidc").With("issuer", issuer).With("client_id", clientID)
}

// Descope is a Descope project. Its ID is the client ID too.
func Descope(projectID string) Provider { return preset("descope").With("project_id", projectID) }

// Okta is an Okta organization such as "acme.okta.com". For a custom authorization server add
// [Provider.With]("authorization_server", "default").
func Okta(domain, clientID string) Provider {
	return preset("okta").With("domain", domain).With("client_id", clientID)
}

// Entra is a Microsoft Entra tenant: its ID, or a domain of it.
func Entra(tenant, clientID string) Provider {
	return preset("entra").With("tenant", tenant).With("client_id", clientID)
}

// Google is Google's own sign-in. Google gives desktop programs a secret that is no secret: everybody who has the
// program has it, and Google demands it all the same.
func Google(clientID, clientSecret string) Provider {
	return preset("google").With("client_id", clientID).With("client_secret", clientSecret)
}

// Auth0 is an Auth0 tenant such as "acme.eu.auth0.com".
func Auth0(domain, clientID string) Provider {
	return preset("auth0").With("domain", domain).With("client_id", clientID)
}

// Keycloak is a realm of a Keycloak server, whose address is such as "https://id.example.com".
func Keycloak(baseURL, realm, clientID string) Provider {
	return preset("keycloak").With("base_url", baseURL).With("realm", realm).With("client_id", clientID)
}

// Cognito is a user pool of Amazon Cognito, such as "eu-central-1_AbCdEfGhI".
func Cognito(userPool, clientID string) Provider {
	return preset("cognito").With("user_pool", userPool).With("client_id", clientID)
}

// PingOne is a PingOne environment. Outside North America add [Provider.With]("region", "eu").
func PingOne(environmentID, clientID string) Provider {
	return preset("pingone").With("environment_id", environmentID).With("client_id", clientID)
}

// OneLogin is a OneLogin domain such as "acme.onelogin.com".
func OneLogin(domain, clientID string) Provider {
	return preset("onelogin").With("domain", domain).With("client_id", clientID)
}

// Zitadel is a Zitadel instance such as "acme.zitadel.cloud".
func Zitadel(domain, clientID string) Provider {
	return preset("zitadel").With("domain", domain).With("client_id", clientID)
}

// GitHub is GitHub by OAuth 2.0. It has no ID tokens: the person is who its API says, and [Account.Verified] is
// false. Its browser flow demands [Provider.With]("client_secret", …); the device grant does not.
func GitHub(clientID string) Provider { return preset("github").With("client_id", clientID) }

// Settings reads the provider, and all that docs/settings.md lists, as the installed application of that ID reads
// them: the files in its settings folder, the LATCHKEY_ variables of the environment, and the administrator's policy,
// which locks what it sets. [Config.Scopes], [Config.APIs], [Config.Store], [Config.Timeout] and [Config.RootCAs]
// then overrule the settings only where the policy does not lock them.
//
// The other functions read none of these.
func Settings(appID string) Provider { return Provider{installed: appID} }

// With returns a copy of the provider with one more setting, by its name in docs/settings.md. The last one counts.
// [Open] refuses names and values that it does not know, and settings that are no matter of the provider's.
func (p Provider) With(setting, value string) Provider {
	p.values = maps.Clone(p.values)
	if p.values == nil {
		p.values = map[string]string{}
	}
	p.values[setting] = value
	return p
}

// preset is the provider of that preset, to which the settings are added that the preset cannot know.
func preset(name string) Provider { return Provider{}.With("provider", name) }

func (p Provider) isZero() bool { return p.installed == "" && len(p.values) == 0 }
