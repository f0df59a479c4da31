package openid

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"app.latchkey/internal/session"
)

// Metadata is what is known of the provider: its discovery document (OpenID Connect Discovery §3), overruled by the
// settings' explicit endpoints.
type Metadata struct {
	oidc.ProviderConfig

	RevocationURL       string
	EndSessionURL       string
	ScopesSupported     []string
	AuthMethods         []string
	ChallengeMethods    []string
	AnswerNamesIssuer   bool // RFC 9207 §3
	GrantTypes          []string
	UserinfoAlgorithms  []string
	PromptValues        []string // Initiating User Registration 1.0 §4.1
	AssertionAlgorithms []string // of private_key_jwt (RFC 8414 §2)
	DPoPAlgorithms      []string // RFC 9449 §5.1; nil when the document does not list them
	PushedURL           string   // RFC 9126 §5
	RequirePushed       bool

	// Ignored says what is wrong with optional members of the document, which count as absent: "scopes_supported is an
	// object, not a list of texts".
	Ignored []string

	faults map[string]string // of members, by name
}

// metadataAge is how long a discovery document is used before it is asked for again: an app stays open for weeks, and
// endpoints move.
const metadataAge = 24 * time.Hour

// Discover returns the provider's metadata. It is fetched at the first use and once a day; when a later fetch fails,
// the earlier document is used on.
func (c *Client) Discover(ctx context.Context) (meta Metadata, err error) {
	err = c.discovering.take(func() (err error) {
		meta, err = c.discoverOnce(ctx)
		return err
	})
	return meta, err
}

// known is the metadata at hand, however old; nil before the first discovery.
func (c *Client) known() *Metadata {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.meta
}

// discoverOnce returns the metadata at hand, or fetches it; c.discovering is held.
func (c *Client) discoverOnce(ctx context.Context) (Metadata, error) {
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
		c.keys = &keySet{c: c, address: meta.JWKSURL}
	}
	c.meta, c.asked = &meta, c.now()
	return meta, nil
}

// keySet returns the keys of the metadata at hand; nil before the first discovery.
func (c *Client) keySet() *keySet {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.keys
}

// rediscover fetches the metadata; where the settings give all of it, it uses no network.
func (c *Client) rediscover(ctx context.Context) (Metadata, error) {
	meta, err := c.discover(ctx)
	if err == nil {
		c.explicit(&meta)
		err = c.checkMetadata(&meta)
	}
	if err != nil {
		return Metadata{}, err
	}
	if len(meta.Ignored) > 0 {
		c.opts.Log.Warn("discovery.members_ignored", "members", strings.Join(meta.Ignored, "; "))
	}
	return meta, nil
}

// discover fetches the document and checks who it is about.
func (c *Client) discover(ctx context.Context) (Metadata, error) {
	if c.p.NoDiscovery {
		return Metadata{ProviderConfig: oidc.ProviderConfig{IssuerURL: c.p.Issuer}, faults: map[string]string{}}, nil
	}
	address := c.discoveryURL()
	if isTemplate(c.p.Issuer) {
		return Metadata{}, fmt.Errorf("%w: the settings say %q", ErrDiscoveryTemplate, c.p.Issuer)
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
	members, twice, err := readObject(body)
	if err != nil {
		return Metadata{}, errors.Join(ErrDiscovery, err)
	}
	meta := decodeMetadata(members, twice)
	return meta, c.checkNamed(meta)
}

// checkNamed: the issuer is the one that was asked, exactly (OIDC Discovery §4.3).
func (c *Client) checkNamed(m Metadata) error {
	switch {
	case m.IssuerURL == c.p.Issuer && !isTemplate(m.IssuerURL), templateOf(m.IssuerURL, c.p.Issuer):
		return nil
	case m.IssuerURL == "" && m.faults["issuer"] == twiceFault:
		return fmt.Errorf("%w: %w: issuer", ErrDiscovery, ErrDoubledClaim)
	case m.IssuerURL == "":
		return &MemberError{Member: "issuer", Fault: m.faults["issuer"]}
	case isTemplate(m.IssuerURL):
		return fmt.Errorf("%w: it says %q, the settings say %q", ErrDiscoveryTemplate, clean(m.IssuerURL, 200),
			c.p.Issuer)
	}
	return fmt.Errorf("%w: it says %q, the settings say %q", ErrDiscoveryIssuer, clean(m.IssuerURL, 200), c.p.Issuer)
}

// explicit lets the settings overrule the document.
func (c *Client) explicit(m *Metadata) {
	for setting, member := range map[*string]*string{
		&c.p.AuthorizationEndpoint: &m.AuthURL, &c.p.TokenEndpoint: &m.TokenURL, &c.p.UserinfoEndpoint: &m.UserInfoURL,
		&c.p.RevocationEndpoint: &m.RevocationURL, &c.p.EndSessionEndpoint: &m.EndSessionURL,
		&c.p.DeviceEndpoint: &m.DeviceAuthURL, &c.p.JWKSURI: &m.JWKSURL, &c.p.PushedEndpoint: &m.PushedURL,
	} {
		*member = cmp.Or(*setting, *member)
	}
}

// checkMetadata demands what a sign-in needs, and of every address that it is one that may be used. An optional
// endpoint that may not be used is dropped.
func (c *Client) checkMetadata(m *Metadata) error {
	need := []struct{ name, address string }{
		{"authorization_endpoint", m.AuthURL}, {"token_endpoint", m.TokenURL}, {"jwks_uri", m.JWKSURL},
	}
	if c.p.NoIDToken {
		need[2].name, need[2].address = "userinfo_endpoint", m.UserInfoURL
	}
	for _, n := range need {
		if n.address == "" {
			return &MemberError{Member: n.name, Fault: m.faults[n.name], Setting: n.name}
		}
		if err := c.checkEndpoint(n.name, n.address); err != nil {
			return fmt.Errorf("%w: %w", ErrDiscovery, err)
		}
	}
	for _, e := range []struct {
		name    string
		address *string
	}{
		{"userinfo_endpoint", &m.UserInfoURL}, {"revocation_endpoint", &m.RevocationURL},
		{"end_session_endpoint", &m.EndSessionURL}, {"device_authorization_endpoint", &m.DeviceAuthURL},
		{pushedEndpoint, &m.PushedURL},
	} {
		if err := c.checkEndpoint(e.name, *e.address); err != nil && *e.address != "" {
			c.opts.Log.Warn("discovery.endpoint_ignored", "endpoint", e.name, "err", err)
			m.ignore(e.name, "is an address that must not be used")
			*e.address = ""
		}
	}
	return nil
}

// tenantMark stands for the tenant in the issuer of Microsoft Entra's multi-tenant discovery.
const tenantMark = "{tenantid}"

// isTemplate reports whether an issuer has a place left in it that somebody should have filled: {tenantid}, ${TENANT},
// <tenant>.
func isTemplate(issuer string) bool {
	lower := strings.ToLower(issuer)
	return strings.ContainsAny(issuer, "{}<>") || strings.Contains(lower, "%7b") || strings.Contains(lower, "%3c")
}

// templateOf reports whether the document's issuer is Entra's template at the address that was asked.
func templateOf(document, asked string) bool {
	before, after, ok := strings.Cut(document, tenantMark)
	return ok && slices.ContainsFunc([]string{"common", "organizations", "consumers"},
		func(tenant string) bool { return asked == before+tenant+after })
}

// transient marks an error of the network as one that may pass.
func transient(err error) error {
	if _, ok := errors.AsType[*session.RetryError](err); ok {
		return err
	}
	return &session.RetryError{Err: err}
}
