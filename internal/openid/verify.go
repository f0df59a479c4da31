package openid

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"app.latchkey/internal/session"
)

// idToken is a verified ID token.
type idToken struct {
	parsed   *oidc.IDToken // by go-oidc; nil where it could not read iss, sub, aud or at_hash
	claims   object
	issuer   string // normalised: Google's bare form is given its scheme
	subject  string
	audience []string
	azp      string
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

// verifyIDToken runs every check of OIDC Core §3.1.3.7 that a native client owes. go-oidc parses the token and checks
// its signature, by our key set, and at_hash. The claims are checked one by one in checks.go: go-oidc's own checks of
// iss, aud and exp give errors without a kind, and it has no leeway.
func (c *Client) verifyIDToken(ctx context.Context, raw string, want expected) (idToken, error) {
	set := &capture{keys: c.keySet(), kept: want.continuity == nil}
	conf := &oidc.Config{
		SupportedSigningAlgs: algorithmNames(), SkipExpiryCheck: true, SkipIssuerCheck: true, SkipClientIDCheck: true,
	}
	parsed, err := oidc.NewVerifier(c.p.Issuer, set, conf).Verify(ctx, raw)
	if err != nil && set.err == nil && set.claims == nil {
		// go-oidc refused the token before it asked the key set: the token is no JWT, or its algorithm
		// is not allowed. Our own parser tells the two apart.
		if _, set.err = parseJWT(raw); set.err == nil {
			set.err = ErrMalformed
		}
	}
	if set.err != nil {
		return idToken{}, set.err
	}
	t := idToken{claims: set.claims, parsed: parsed}
	for _, check := range []func(*idToken, expected) error{
		c.checkIssuer, c.checkAudience, c.checkExtraAudiences, c.checkAZP, c.checkTimes, c.checkSubject,
		c.checkNonce, c.checkATHash, c.checkAuthTime, c.checkSessionExpiry, c.checkACR, c.checkOrganization,
		c.checkContinuity,
	} {
		if err := check(&t, want); err != nil {
			return idToken{}, err
		}
	}
	t.amr, _ = t.claims.texts("amr")
	return t, nil
}

// capture is the key set that go-oidc is given: it verifies by ours, keeps the exact claims, and hands back nothing
// that encoding/json could fold or follow.
type capture struct {
	keys   *keySet
	kept   bool // the claims are stored, and so limited; those of a refresh are not
	claims object
	err    error // with its kind, which go-oidc would flatten to text
}

// VerifySignature implements [oidc.KeySet].
func (s *capture) VerifySignature(ctx context.Context, raw string) ([]byte, error) {
	payload, err := s.keys.verifySignature(ctx, raw)
	if err != nil {
		s.err = err
		return nil, err
	}
	if s.claims, s.err = parseObject(payload); s.err != nil {
		if !errors.Is(s.err, ErrDoubledClaim) {
			s.err = fmt.Errorf("%w: %w", ErrMalformed, s.err)
		}
		return nil, s.err
	}
	if s.kept {
		if s.err = session.CheckClaims(s.claims); s.err != nil {
			return nil, s.err
		}
	}
	canonical := object{}
	for _, name := range []string{"iss", "sub", "aud", "at_hash"} {
		if s.claims.has(name) {
			canonical[name] = s.claims[name]
		}
	}
	return json.Marshal(canonical)
}

func algorithmNames() []string {
	out := make([]string, len(algorithms))
	for i, a := range algorithms {
		out[i] = string(a)
	}
	return out
}
