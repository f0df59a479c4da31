package openid

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"app.latchkey/internal/session"
)

// Refresh redeems the refresh token of s (RFC 6749 §6, OIDC Core §12). As soon as
// the answer is parsed, keep is called with s and the rotated refresh token,
// before the ID token is verified; a keep that fails fails the refresh. The
// session returned has the new access token.
//
// The error matches [session.ErrEnded] when the provider answered invalid_grant, or
// when the new ID token was verified to be false ([session.ErrFalse] too). Every
// other error leaves the session alive: [session.ErrPersonNeeded] when the provider asks
// for the person, errors of package proof when the session's key cannot be used, [ErrNotBound] when the answer is
// not bound to it and must be, [session.ErrLost] when an answer was lost, also with ErrEnded, and
// [session.RetryError] when it may pass.
func (c *Client) Refresh(ctx context.Context, s session.Session,
	keep func(context.Context, session.Session) error) (session.Session, error) {
	meta, err := c.Discover(ctx)
	if err != nil {
		return session.Session{}, err
	}
	if err := c.checkOwn(meta, s.Key, s.ClientID); err != nil {
		return session.Session{}, err
	}
	bind, err := c.bindingOf(s)
	if err != nil {
		return session.Session{}, err // nothing is spent
	}
	if err := c.prove(ctx, meta); err != nil {
		return session.Session{}, err
	}
	got, err := c.redeem(ctx, meta, s.Tokens.Refresh, bind)
	if err != nil && got.tokens.Refresh.IsZero() {
		return session.Session{}, err
	}
	kept := s
	if got.tokens.Refresh.IsZero() {
		got.tokens.Refresh = s.Tokens.Refresh // RFC 6749 §6: none issued, the old one stays
	}
	kept.Tokens.Refresh = got.tokens.Refresh
	if kept := keep(ctx, kept); kept != nil {
		return session.Session{}, errors.Join(err, fmt.Errorf("openid: keep the rotated token: %w", kept))
	}
	if err != nil {
		return session.Session{}, err // the answer is wrong, but the old token is spent
	}
	next := s
	id := s.Tokens.ID
	next.Tokens = got.tokens
	next.Bound = s.Bound || got.tokens.Type == session.DPoP
	next.Refreshed, next.Provider = c.now(), c.p.Name
	if got.tokens.Scope == "" {
		next.Tokens.Scope = s.Tokens.Scope // RFC 6749 §5.1: unchanged when absent
	}
	if got.tokens.ID.IsZero() || c.p.NoIDToken {
		next.Tokens.ID = id // OIDC Core §12.2: the answer might not contain one
		c.bound(&next.Tokens, time.Time{})
		return next, nil
	}
	t, err := c.verifyIDToken(ctx, got.tokens.ID.Reveal(),
		expected{nonce: s.Nonce, access: got.tokens.Access.Reveal(), continuity: &s})
	switch {
	case err == nil:
		exp, _, _ := t.claims.date("exp")
		c.bound(&next.Tokens, exp)
		return next, nil
	case noVerdict(err), ctx.Err() != nil:
		return session.Session{}, transient(fmt.Errorf("openid: refresh: not verified yet: %w", err))
	}
	return session.Session{}, fmt.Errorf("openid: refresh: %w: %w: %w", session.ErrEnded, session.ErrFalse, err)
}

// noVerdict reports whether a refreshed ID token could not be verified, rather than
// being verified to be false: the key that signed it is not known (a key set may be
// fetched, published or cached late), or this machine's clock is off.
func noVerdict(err error) bool {
	var clock *ClockError
	return errors.Is(err, ErrKeys) || errors.Is(err, ErrUnknownKey) || errors.As(err, &clock) && clock.Off != 0
}

// checkOwn refuses to send the tokens of one provider or client to another: the
// settings may have changed since the sign-in.
func (c *Client) checkOwn(m Metadata, key session.Key, clientID string) error {
	if clientID == c.p.ClientID && slices.Contains(c.issuersOf(m), key.Issuer) {
		return nil
	}
	return ErrOtherProvider
}

// issuersOf returns the issuers that sessions of this provider are kept under.
func (c *Client) issuersOf(m Metadata) []string {
	switch {
	case strings.Contains(m.IssuerURL, tenantMark):
		var out []string
		for _, tenant := range c.p.AllowedTenants {
			out = append(out, strings.ReplaceAll(m.IssuerURL, tenantMark, tenant))
		}
		return out
	case c.p.Issuer == "": // plain OAuth 2.0: see identify
		return []string{m.AuthURL}
	}
	return []string{c.p.Issuer}
}
