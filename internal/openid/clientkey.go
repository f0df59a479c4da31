package openid

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/proof"
)

// ofTokenEndpoint is the value of client_assertion_audience that names the token endpoint in the place of the issuer.
const ofTokenEndpoint = "token_endpoint"

// openClientKey reads the key by which the client names itself (private_key_jwt, RFC 7523): a private key in PEM, or
// what package proof keeps of a key in this computer's hardware. nil where the settings name none.
func (c *Client) openClientKey() (*proof.Key, error) {
	if c.p.ClientKey.IsZero() {
		return nil, nil
	}
	if _, _, err := proof.ReadBlob(c.p.ClientKey); err == nil {
		prover, err := c.Prover(c.p.ClientKey)
		if err != nil {
			return nil, err
		}
		return prover.Key, nil
	}
	return proof.ParseKey([]byte(c.p.ClientKey.Reveal()))
}

// public reports whether the client has nothing to prove who it is: then its refresh tokens are bound to the session's
// key alone (RFC 9449 §5).
func (c *Client) public() bool { return c.clientKey == nil && c.p.ClientSecret.IsZero() }

// introduce puts into a form who the client is, unless the Authorization header says so. An assertion is good for one
// request.
func (c *Client) introduce(ctx context.Context, m Metadata, form url.Values) error {
	if c.basicAuth(m) {
		return nil
	}
	form.Set("client_id", c.p.ClientID)
	switch {
	case c.clientKey != nil:
		text, err := c.assertion(m).Sign(ctx, c.clientKey)
		if err != nil {
			return fmt.Errorf("%w: %w", errNoProof, err)
		}
		form.Set("client_assertion_type", proof.AssertionType)
		form.Set("client_assertion", text)
	case !c.p.ClientSecret.IsZero():
		form.Set("client_secret", c.p.ClientSecret.Reveal())
	}
	return nil
}

// assertion is for the issuer (RFC 7523bis, FAPI 2.0), or for the token endpoint where the settings say so. An RSA key
// signs by RS256, or by PS256 at a provider that lists that alone of the two.
func (c *Client) assertion(m Metadata) proof.Assertion {
	a := proof.Assertion{
		ClientID: c.p.ClientID, Audience: cmp.Or(c.p.Issuer, m.TokenURL), KeyID: c.p.ClientKeyID, Now: c.skew.providers,
	}
	if c.p.ClientAssertionAudience == ofTokenEndpoint {
		a.Audience = m.TokenURL
	}
	lists := func(alg jose.SignatureAlgorithm) bool { return slices.Contains(m.AssertionAlgorithms, string(alg)) }
	if c.clientKey.Algorithm() == jose.RS256 && !lists(jose.RS256) && lists(jose.PS256) {
		a.Algorithm = jose.PS256
	}
	return a
}
