package openid

import (
	"crypto/subtle"
	"fmt"
	"slices"
	"strings"
	"time"
)

// googleIssuer may leave out its scheme, and no other provider may.
const googleIssuer = "https://accounts.google.com"

// checkIssuer: iss is the configured issuer, exactly (OIDC Core §3.1.3.7 item 2). In Entra's template the token's own
// tenant stands for the mark, and must be allowed.
func (c *Client) checkIssuer(t *idToken, _ expected) error {
	t.issuer = t.claims.text("iss")
	if t.issuer == "" {
		return fmt.Errorf("%w: it names none", ErrIssuer)
	}
	want := c.issuerOf()
	if want == googleIssuer && t.issuer == strings.TrimPrefix(googleIssuer, "https://") {
		t.issuer = googleIssuer
	}
	if strings.Contains(want, tenantMark) {
		tid := t.claims.text("tid")
		if tid == "" || !slices.Contains(c.p.AllowedTenants, tid) {
			return ErrTenant
		}
		want = strings.ReplaceAll(want, tenantMark, tid)
	}
	if t.issuer != want {
		return fmt.Errorf("%w: it says %q, not %q", ErrIssuer, clean(t.issuer, 200), want)
	}
	return nil
}

// issuerOf returns the issuer that tokens name: the discovery document's, which differs from the settings' for a
// template alone.
func (c *Client) issuerOf() string {
	if meta := c.known(); meta != nil && strings.Contains(meta.IssuerURL, tenantMark) {
		return meta.IssuerURL
	}
	return c.p.Issuer
}

// checkAudience: aud holds this client (item 3).
func (c *Client) checkAudience(t *idToken, _ expected) error {
	var ok bool
	if t.audience, ok = t.claims.texts("aud"); !ok || !slices.Contains(t.audience, c.p.ClientID) {
		return ErrAudience
	}
	return nil
}

// checkExtraAudiences: every other audience is trusted by the settings (item 3), or the token's azp is
// this client and the provider's preset declares such audiences harmless.
func (c *Client) checkExtraAudiences(t *idToken, _ expected) error {
	if c.p.AudiencesOfParty && t.claims.text("azp") == c.p.ClientID {
		return nil
	}
	for _, a := range t.audience {
		if a != c.p.ClientID && !slices.Contains(c.p.TrustedAudiences, a) {
			return fmt.Errorf("%w: %q", ErrExtraAudience, clean(a, 100))
		}
	}
	return nil
}

// checkAZP: azp, when present, is this client (items 4 and 5).
func (c *Client) checkAZP(t *idToken, _ expected) error {
	t.azp = t.claims.text("azp")
	if t.claims.has("azp") && t.azp != c.p.ClientID {
		return ErrAZP
	}
	return nil
}

// checkTimes: exp and iat are there, and exp, iat and nbf hold within the leeway (items 9 and 10, RFC 7519 §4.1.4–6).
func (c *Client) checkTimes(t *idToken, _ expected) error {
	now, leeway := c.now(), c.p.Leeway
	begun := func(at, now time.Time) bool { return !at.After(now.Add(leeway)) }
	for _, check := range []struct {
		claim   string
		kind    error
		missing string // what the error says without the claim; "" where the claim may be absent
		holds   func(at, now time.Time) bool
	}{
		{"exp", ErrExpired, "it has no exp", func(at, now time.Time) bool { return now.Before(at.Add(leeway)) }},
		{"iat", ErrIssuedAt, "missing", begun},
		{"nbf", ErrNotBefore, "", begun},
	} {
		at, ok, err := t.claims.date(check.claim)
		switch {
		case err != nil:
			return fmt.Errorf("%w: %w", check.kind, err)
		case !ok && check.missing != "":
			return fmt.Errorf("%w: %s", check.kind, check.missing)
		case !ok:
			continue
		}
		if err := c.skew.blame(check.kind, now, func(now time.Time) bool { return check.holds(at, now) }); err != nil {
			return err
		}
	}
	return nil
}

// maxSubject bounds what is stored of a sub, in bytes: OIDC Core §2 allows 255 ASCII characters.
const maxSubject = 1024

// checkSubject: sub is there, and not too long.
func (c *Client) checkSubject(t *idToken, _ expected) error {
	t.subject = t.claims.text("sub")
	if t.subject == "" || len(t.subject) > maxSubject {
		return ErrSubject
	}
	return nil
}

// checkNonce: nonce is the one that was sent (item 11), and none where none was sent. A refreshed token may leave it
// out (§12.2).
func (c *Client) checkNonce(t *idToken, want expected) error {
	if want.continuity != nil && !t.claims.has("nonce") {
		return nil
	}
	if subtle.ConstantTimeCompare([]byte(t.claims.text("nonce")), []byte(want.nonce)) != 1 {
		return ErrNonce
	}
	return nil
}

// checkATHash: at_hash, when present, is of this access token (§3.1.3.8). go-oidc computes it.
func (c *Client) checkATHash(t *idToken, want expected) error {
	if t.claims.has("at_hash") && (t.parsed == nil || t.parsed.VerifyAccessToken(want.access) != nil) {
		return ErrATHash
	}
	return nil
}

// checkAuthTime: when max_age was asked, auth_time is there and young enough (item 13).
func (c *Client) checkAuthTime(t *idToken, want expected) error {
	at, ok, err := t.claims.date("auth_time")
	t.authTime = at
	switch {
	case want.maxAge == nil:
		return nil
	case err != nil:
		return fmt.Errorf("%w: %w", ErrAuthTime, err)
	case !ok:
		return fmt.Errorf("%w: it has no auth_time", ErrAuthTime)
	}
	now := c.now()
	return c.skew.blame(ErrAuthTime, now, func(by time.Time) bool {
		began := want.requested.Add(by.Sub(now))
		return began.Sub(at) <= *want.maxAge+c.p.Leeway && !at.After(by.Add(c.p.Leeway))
	})
}

// checkSessionExpiry: session_expiry, when present, is when this session must end (IPSIE SL1), and at a sign-in it lies
// ahead. One in a refreshed token that is no time changes nothing.
func (c *Client) checkSessionExpiry(t *idToken, want expected) error {
	at, ok, err := t.claims.date("session_expiry")
	t.expiry = at
	switch {
	case want.continuity != nil, err == nil && !ok:
		return nil
	case err != nil:
		return fmt.Errorf("%w: %w", ErrAuthTime, err)
	}
	return c.skew.blame(ErrAuthTime, c.now(), func(now time.Time) bool { return now.Before(at) })
}

// checkACR: acr is one of those demanded (item 12). acr_values alone is a wish.
func (c *Client) checkACR(t *idToken, want expected) error {
	t.acr = t.claims.text("acr")
	for _, demanded := range [][]string{want.acr, c.p.RequiredACR} {
		if len(demanded) > 0 && want.continuity == nil && !slices.Contains(demanded, t.acr) {
			return fmt.Errorf("%w: %q", ErrACR, clean(t.acr, 100))
		}
	}
	return nil
}

// checkOrganization: the organization that was asked for is the one that the token names, where the provider's tokens
// name one. The request alone guarantees nothing, because the person can choose another organization at the provider.
func (c *Client) checkOrganization(t *idToken, want expected) error {
	if want.organization == "" || len(c.p.OrganizationClaims) == 0 {
		return nil
	}
	if slices.ContainsFunc(c.p.OrganizationClaims, func(name string) bool {
		return strings.EqualFold(t.claims.text(name), want.organization) // a domain's case says nothing
	}) {
		return nil
	}
	return ErrOrganization
}

// checkContinuity: a refreshed token is about the same session (§12.2): iss, sub, aud and azp as they were, azp
// absent if it was absent. Where further audiences are the provider's own list, that list may change.
func (c *Client) checkContinuity(t *idToken, want expected) error {
	s := want.continuity
	if s == nil {
		return nil
	}
	sorted := func(in []string) []string { return slices.Compact(slices.Sorted(slices.Values(in))) }
	switch {
	case t.issuer != s.Key.Issuer:
		return fmt.Errorf("%w: iss", ErrContinuity)
	case t.subject != s.Key.Subject:
		return fmt.Errorf("%w: sub", ErrContinuity)
	case !c.p.AudiencesOfParty && !slices.Equal(sorted(t.audience), sorted(s.Audience)):
		return fmt.Errorf("%w: aud", ErrContinuity)
	case t.azp != s.AuthorizedParty:
		return fmt.Errorf("%w: azp", ErrContinuity)
	}
	return nil
}
