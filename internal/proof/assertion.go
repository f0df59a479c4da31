package proof

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// AssertionType is the client_assertion_type of a request with an [Assertion] (RFC 7523 §2.2).
const AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// assertionLife is how long an assertion is good for. Okta refuses more than an hour, others more than some minutes.
const assertionLife = time.Minute

// Assertion is what a client says of itself at the token endpoint (private_key_jwt, RFC 7523 §3, OIDC Core §9).
type Assertion struct {
	ClientID string
	// Audience is the issuer (RFC 7523bis, FAPI 2.0), or the token endpoint for
	// providers that want that (OIDC Core §9).
	Audience string
	// KeyID is the kid under which the provider knows the key; empty sends none.
	KeyID string
	// Algorithm is ES256, RS256 or PS256; empty is the key's own.
	Algorithm jose.SignatureAlgorithm
	// Now is the provider's time as far as it is known; nil is this computer's.
	Now func() time.Time
}

// Sign returns client_assertion for one request, and for no second one.
//
// Errors: [ErrAssertion], [ErrAlgorithm], [ErrSign], [ErrForeignKey], [ErrHardware].
func (a Assertion) Sign(ctx context.Context, key *Key) (string, error) {
	if a.ClientID == "" || a.Audience == "" {
		return "", ErrAssertion
	}
	opts := (&jose.SignerOptions{}).WithType("JWT")
	if a.KeyID != "" {
		opts = opts.WithHeader("kid", a.KeyID)
	}
	if len(key.cert) > 0 {
		opts = opts.WithHeader("x5t#S256", base64.RawURLEncoding.EncodeToString(key.cert))
	}
	now := timeOf(a.Now)
	return key.jwt(ctx, cmp.Or(a.Algorithm, key.Algorithm()), opts, struct {
		Issuer   string `json:"iss"`
		Subject  string `json:"sub"`
		Audience string `json:"aud"`
		ID       string `json:"jti"`
		Issued   int64  `json:"iat"`
		Expires  int64  `json:"exp"`
	}{a.ClientID, a.ClientID, a.Audience, rand.Text(), now.Unix(), now.Add(assertionLife).Unix()})
}
