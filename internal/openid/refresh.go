package openid

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"app.latchkey/internal/session"
)

// Refresh redeems the refresh token of s (RFC 6749 §6, OIDC Core §12). As soon as the answer is parsed, keep is
// called with s and the rotated refresh token, before the ID token is verified; a keep that fails fails the refresh.
// The session returned has the new access token.
//
// The error matches [session.ErrEnded] when the provider answered invalid_grant, or when the new ID token was
// verified to be false ([session.ErrFalse] too). Every other error leaves the session alive:
// [session.ErrPersonNeeded] when the provider asks for the person, errors of package proof when the session's key
// cannot be used, [ErrNotBound] when the answer is not bound to it and must be, [session.ErrLost] when an answer was
// lost, also with [session.ErrEnded], and [session.RetryError] when it may pass.
func (c *Client) Refresh(ctx context.Context, s session.Session,
	keep func(context.Context, session.Session) error) (session.Session, error) {
	defer c.http.CloseIdleConnections() // as after a sign-in
	meta, bind, err := c.spendable(ctx, s)
	if err != nil {
		return session.Session{}, err
	}
	got, kept, err := c.redeemKept(ctx, meta, s, bind, nil, keep)
	if err != nil {
		return session.Session{}, err
	}
	next := kept
	next.Tokens, next.Tokens.Refresh = got, kept.Tokens.Refresh
	next.Bound = s.Bound || got.Type == session.DPoP
	next.Refreshed, next.Provider = c.now(), c.p.Name
	if now := c.skew.providers(); now.After(next.Seen) {
		next.Seen = now // a clock that was set back lets no session last longer
	}
	next.Tokens.Scope = cmp.Or(got.Scope, s.Tokens.Scope) // RFC 6749 §5.1: unchanged when absent
	if got.ID.IsZero() || c.p.NoIDToken {
		next.Tokens.ID = s.Tokens.ID // OIDC Core §12.2: the answer might not contain one
		c.bound(&next.Tokens, time.Time{})
		return next, nil
	}
	t, err := c.verifyRefreshed(ctx, s, got)
	if err != nil {
		return session.Session{}, err
	}
	exp, _, _ := t.claims.date("exp")
	c.bound(&next.Tokens, exp)
	if !t.expiry.IsZero() {
		next.Expires = t.expiry
	}
	return next, nil
}

// spendable makes sure of what must hold before a token of s is sent: the session is of this provider and client,
// its key can be used, and the provider can be reached.
func (c *Client) spendable(ctx context.Context, s session.Session) (Metadata, binding, error) {
	meta, err := c.Discover(ctx)
	if err != nil {
		return Metadata{}, binding{}, err
	}
	if err := c.checkOwn(meta, s.Key, s.ClientID); err != nil {
		return Metadata{}, binding{}, err
	}
	bind, err := c.bindingOf(s)
	if err != nil {
		return Metadata{}, binding{}, err
	}
	return meta, bind, c.prove(ctx, meta)
}

// redeemKept redeems the refresh token of s and calls keep with the rotated one before anything else of the answer
// is looked at. It returns s with the refresh token that is good from now on.
func (c *Client) redeemKept(ctx context.Context, m Metadata, s session.Session, b binding, further url.Values,
	keep func(context.Context, session.Session) error) (session.Tokens, session.Session, error) {
	got, err := c.redeem(ctx, m, s.Tokens.Refresh, b, further)
	if err != nil && got.Refresh.IsZero() {
		return got, s, err
	}
	if !got.Refresh.IsZero() { // RFC 6749 §6: none issued, the old one stays
		s.Tokens.Refresh = got.Refresh
	}
	if kept := keep(ctx, s); kept != nil {
		return got, s, errors.Join(err, fmt.Errorf("openid: keep the rotated token: %w", kept))
	}
	return got, s, err // with err the answer is wrong, but the old token is spent
}

// verifyRefreshed verifies the ID token that came with a refresh of s (OIDC Core §12.2).
func (c *Client) verifyRefreshed(ctx context.Context, s session.Session, got session.Tokens) (idToken, error) {
	t, err := c.verifyIDToken(ctx, got.ID.Reveal(),
		expected{nonce: s.Nonce, access: got.Access.Reveal(), continuity: &s})
	switch {
	case err == nil:
		return t, nil
	case noVerdict(err), ctx.Err() != nil:
		return t, transient(fmt.Errorf("openid: refresh: not verified yet: %w", err))
	}
	return t, fmt.Errorf("openid: refresh: %w: %w: %w", session.ErrEnded, session.ErrFalse, err)
}

// noVerdict reports whether a refreshed ID token could not be verified, rather than being verified to be false: the key
// that signed it is not known (a key set may be fetched, published or cached late), or this machine's clock is off.
func noVerdict(err error) bool {
	clock, ok := errors.AsType[*ClockError](err)
	return errors.Is(err, ErrKeys) || errors.Is(err, ErrUnknownKey) || ok && clock.Off != 0
}

// checkOwn refuses to send the tokens of one provider or client to another: the settings may have changed since the
// sign-in.
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
	case c.p.Issuer == "": // plain OAuth 2.0: see [Client.identify]
		return []string{m.AuthURL}
	}
	return []string{c.p.Issuer}
}
