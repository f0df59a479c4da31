package openid

import (
	"context"
	"errors"
	"fmt"
	"time"

	"app.latchkey/internal/session"
)

// idToken is a verified ID token.
type idToken struct {
	claims   object
	issuer   string // normalised: Google's bare form is given its scheme
	subject  string
	audience []string
	azp      string
	nonce    string
	authTime time.Time
	expiry   time.Time // session_expiry; zero when absent
	acr      string
	amr      []string
}

// expected is what an ID token is held against.
type expected struct {
	nonce        string           // demanded, but for a refresh that leaves it out; "" demands none
	access       string           // the access token that at_hash is of; "" checks none
	maxAge       *time.Duration   // demands auth_time
	acr          []string         // demands one of them
	organization string           // demands one of the claims that name it, where there are such
	continuity   *session.Session // of a refresh
	requested    time.Time        // when the sign-in began, for max_age
}

// verifyIDToken runs every check of OIDC Core §3.1.3.7 that a native client owes. The token
// is parsed once, for its signature; the claims are checked one by one in checks.go.
func (c *Client) verifyIDToken(ctx context.Context, raw string, want expected) (idToken, error) {
	jws, payload, err := c.keySet().verifySignature(ctx, raw)
	if err != nil {
		return idToken{}, err
	}
	claims, err := parseObject(payload)
	switch {
	case errors.Is(err, ErrDoubledClaim):
	case err != nil:
		err = fmt.Errorf("%w: %w", ErrMalformed, err)
	case want.continuity == nil: // the claims are stored, and so limited; those of a refresh are not
		err = session.CheckClaims(claims)
	}
	if err != nil {
		return idToken{}, err
	}
	algorithm := jws.Signatures[0].Header.Algorithm
	t := idToken{claims: claims}
	for _, check := range []func(*idToken, expected) error{
		c.checkIssuer, c.checkAudience, c.checkExtraAudiences, c.checkAZP, c.checkTimes, c.checkSubject,
		c.checkNonce, func(t *idToken, w expected) error { return checkATHash(t, w, algorithm) },
		c.checkAuthTime, c.checkSessionExpiry, c.checkACR, c.checkOrganization, c.checkContinuity,
	} {
		if err := check(&t, want); err != nil {
			return idToken{}, err
		}
	}
	t.amr, _ = t.claims.texts("amr")
	return t, nil
}
