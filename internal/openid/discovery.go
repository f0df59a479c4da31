package openid

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"app.latchkey/internal/session"
)

// Metadata is what is known of the provider: its discovery document
// (OpenID Connect Discovery §3), overruled by the settings' explicit endpoints.
type Metadata struct {
	oidc.ProviderConfig

	RevocationURL         string   `json:"revocation_endpoint"`
	EndSessionURL         string   `json:"end_session_endpoint"`
	ScopesSupported       []string `json:"scopes_supported"`
	AuthMethods           []string `json:"token_endpoint_auth_methods_supported"`
	ChallengeMethods      []string `json:"code_challenge_methods_supported"`
	AnswerNamesIssuer     bool     `json:"authorization_response_iss_parameter_supported"` // RFC 9207 §3
	GrantTypes            []string `json:"grant_types_supported"`
	UserinfoAlgorithms    []string `json:"userinfo_signing_alg_values_supported"`
	ScopesSupportedListed bool     `json:"-"` // scopes_supported stands in the document
}

// metadataAge is how long a discovery document is used before it is asked for
// again: an app stays open for weeks, and endpoints move.
const metadataAge = 24 * time.Hour

// Discover returns the provider's metadata. It is fetched at the first use and once
// a day; while a later fetch fails, the earlier answer stands.
func (c *Client) Discover(ctx context.Context) (Metadata, error) {
	c.discovering.Lock()
	defer c.discovering.Unlock()
	c.mu.Lock()
	known, age := c.meta, c.now().Sub(c.asked)
	c.mu.Unlock()
	if known != nil && age >= 0 && age < metadataAge {
		return *known, nil
	}
	meta, err := c.rediscover(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil && known != nil {
		c.opts.Log.Warn("discovery.failed", "err", err)
		c.asked = c.now()
		return *known, nil
	}
	if err != nil {
		return Metadata{}, err
	}
	if known == nil || known.JWKSURL != meta.JWKSURL {
		c.keys = newKeySet(c, meta.JWKSURL)
	}
	c.meta, c.asked = &meta, c.now()
	return meta, nil
}

func (c *Client) rediscover(ctx context.Context) (Metadata, error) {
	meta, err := c.discover(ctx)
	if err != nil {
		return Metadata{}, err
	}
	c.explicit(&meta)
	return meta, c.checkMetadata(&meta)
}

// discover fetches the document and checks who it is about.
func (c *Client) discover(ctx context.Context) (Metadata, error) {
	if c.p.NoDiscovery {
		return Metadata{ProviderConfig: oidc.ProviderConfig{IssuerURL: c.p.Issuer}}, nil
	}
	address := c.p.DiscoveryURL
	if address == "" {
		// OIDC Discovery §4: a trailing slash goes before the path is appended.
		address = strings.TrimSuffix(c.p.Issuer, "/") + "/.well-known/openid-configuration"
	}
	if err := c.checkEndpoint("discovery", address); err != nil {
		return Metadata{}, err
	}
	res, body, err := c.get(ctx, address, nil)
	if err != nil {
		return Metadata{}, transient(fmt.Errorf("openid: discovery: %w", err))
	}
	if res.StatusCode != http.StatusOK {
		return Metadata{}, c.statusError(ErrDiscovery, res)
	}
	members, err := parseObject(body)
	if err != nil {
		return Metadata{}, errors.Join(ErrDiscovery, err)
	}
	meta, err := decodeMetadata(members)
	if err != nil {
		return Metadata{}, err
	}
	// OIDC Discovery §4.3: the issuer must be the one that was asked, exactly.
	if meta.IssuerURL != c.p.Issuer && !templateOf(meta.IssuerURL, c.p.Issuer) {
		return Metadata{}, fmt.Errorf("%w: it says %q, the settings say %q", ErrDiscoveryIssuer, clean(meta.IssuerURL, 200), c.p.Issuer)
	}
	return meta, nil
}

// decodeMetadata reads the members by their exact names.
func decodeMetadata(o object) (Metadata, error) {
	exact := map[string]json.RawMessage{}
	for _, name := range []string{
		"issuer", "authorization_endpoint", "token_endpoint", "device_authorization_endpoint", "userinfo_endpoint", "jwks_uri",
		"id_token_signing_alg_values_supported", "revocation_endpoint", "end_session_endpoint", "scopes_supported",
		"token_endpoint_auth_methods_supported", "grant_types_supported", "code_challenge_methods_supported",
		"authorization_response_iss_parameter_supported", "userinfo_signing_alg_values_supported",
	} {
		if o.has(name) {
			exact[name] = o[name]
		}
	}
	data, err := json.Marshal(exact)
	if err != nil {
		return Metadata{}, fmt.Errorf("%w: %w", ErrDiscovery, ErrDocument)
	}
	meta := Metadata{ScopesSupportedListed: o.has("scopes_supported")}
	if err := json.Unmarshal(data, &meta); err != nil {
		var shape *json.UnmarshalTypeError
		if errors.As(err, &shape) {
			return Metadata{}, fmt.Errorf("%w: %w: %s is a %s", ErrDiscovery, ErrDocument, shape.Field, shape.Value)
		}
		return Metadata{}, fmt.Errorf("%w: %w", ErrDiscovery, ErrDocument)
	}
	return meta, nil
}

// explicit lets the settings overrule the document.
func (c *Client) explicit(m *Metadata) {
	for _, e := range []struct{ to, from *string }{
		{&m.AuthURL, &c.p.AuthorizationEndpoint}, {&m.TokenURL, &c.p.TokenEndpoint}, {&m.UserInfoURL, &c.p.UserinfoEndpoint},
		{&m.RevocationURL, &c.p.RevocationEndpoint}, {&m.EndSessionURL, &c.p.EndSessionEndpoint},
		{&m.DeviceAuthURL, &c.p.DeviceEndpoint}, {&m.JWKSURL, &c.p.JWKSURI},
	} {
		if *e.from != "" {
			*e.to = *e.from
		}
	}
}

// checkMetadata demands what a sign-in needs, and of every address that it is one
// that may be used. An optional endpoint that may not be used is dropped.
func (c *Client) checkMetadata(m *Metadata) error {
	need := map[string]string{"authorization_endpoint": m.AuthURL, "token_endpoint": m.TokenURL}
	if !c.p.NoIDToken {
		need["jwks_uri"] = m.JWKSURL
	} else {
		need["userinfo_endpoint"] = m.UserInfoURL
	}
	for name, address := range need {
		if address == "" {
			return fmt.Errorf("%w: no %s", ErrDiscovery, name)
		}
		if err := c.checkEndpoint(name, address); err != nil {
			return fmt.Errorf("%w: %w", ErrDiscovery, err)
		}
	}
	for name, address := range map[string]*string{
		"userinfo_endpoint": &m.UserInfoURL, "revocation_endpoint": &m.RevocationURL,
		"end_session_endpoint": &m.EndSessionURL, "device_authorization_endpoint": &m.DeviceAuthURL,
	} {
		if *address == "" {
			continue
		}
		if err := c.checkEndpoint(name, *address); err != nil {
			c.opts.Log.Warn("discovery.endpoint_ignored", "endpoint", name, "err", err)
			*address = ""
		}
	}
	return nil
}

// tenantMark stands for the tenant in the issuer of Microsoft Entra's multi-tenant
// discovery.
const tenantMark = "{tenantid}"

// templateOf reports whether the document's issuer is Entra's template at the
// address that was asked.
func templateOf(document, asked string) bool {
	before, after, ok := strings.Cut(document, tenantMark)
	if !ok {
		return false
	}
	for _, name := range []string{"common", "organizations", "consumers"} {
		if asked == before+name+after {
			return true
		}
	}
	return false
}

// transient marks an error of the network as one that may pass.
func transient(err error) error {
	var retry *session.RetryError
	if errors.As(err, &retry) {
		return err
	}
	return &session.RetryError{Err: err}
}
