package openid

import (
	"context"
	"errors"
	"fmt"

	"app.latchkey/internal/session"
)

// Refresh redeems the refresh token of s (RFC 6749 §6, OIDC Core §12). As soon as
// the answer is parsed, keep is called with s and the rotated refresh token,
// before the ID token is verified; a keep that fails fails the refresh. The
// session returned has the new access token.
//
// The error matches session.ErrEnded when the provider answered invalid_grant, or
// when the new ID token was verified to be false (session.ErrFalse too). Every
// other error leaves the session alive; *session.RetryError says that it may pass.
func (c *Client) Refresh(ctx context.Context, s session.Session, keep func(context.Context, session.Session) error) (session.Session, error) {
	meta, err := c.Discover(ctx)
	if err != nil {
		return session.Session{}, err
	}
	got, err := c.spendTwice(ctx, meta, s)
	if err != nil {
		return session.Session{}, err
	}
	kept := s
	if got.tokens.Refresh.IsZero() {
		got.tokens.Refresh = s.Tokens.Refresh // RFC 6749 §6: none issued, the old one stays
	}
	kept.Tokens.Refresh = got.tokens.Refresh
	if err := keep(ctx, kept); err != nil {
		return session.Session{}, fmt.Errorf("openid: keep the rotated token: %w", err)
	}
	next := s
	id := s.Tokens.ID
	next.Tokens = got.tokens
	next.Refreshed = c.now()
	if got.tokens.Scope == "" {
		next.Tokens.Scope = s.Tokens.Scope // RFC 6749 §5.1: unchanged when absent
	}
	if got.tokens.ID.IsZero() || c.p.NoIDToken {
		next.Tokens.ID = id // OIDC Core §12.2: the answer might not contain one
		return next, nil
	}
	_, err = c.verifyIDToken(ctx, got.tokens.ID.Reveal(), expected{nonce: s.Nonce, access: got.tokens.Access.Reveal(), continuity: &s})
	switch {
	case err == nil:
		return next, nil
	case errors.Is(err, ErrKeys), ctx.Err() != nil:
		return session.Session{}, transient(fmt.Errorf("openid: refresh: not verified yet: %w", err))
	}
	return session.Session{}, fmt.Errorf("openid: refresh: %w: %w: %w", session.ErrEnded, session.ErrFalse, err)
}

// spendTwice redeems the refresh token, and once more at once when the answer was
// lost, so that a provider's grace period saves what it has rotated; and when the
// answer was invalid_request, which some servers give for a spent token.
func (c *Client) spendTwice(ctx context.Context, m Metadata, s session.Session) (tokenAnswer, error) {
	got, err := c.spend(ctx, m, s.Tokens.Refresh)
	if lost(err) && ctx.Err() == nil || grantError(err) == "invalid_request" {
		got, err = c.spend(ctx, m, s.Tokens.Refresh)
		if grantError(err) == "invalid_request" {
			return got, errors.Join(session.ErrEnded, err)
		}
	}
	if grantError(err) == "invalid_grant" {
		return got, errors.Join(session.ErrEnded, err)
	}
	return got, err
}

// lost reports whether a request may have arrived although no answer came back.
func lost(err error) bool {
	var retry *session.RetryError
	return errors.As(err, &retry) && !errors.Is(err, ErrStatus) && retry.After == 0 && grantError(err) == ""
}

// grantError returns the code of a token endpoint's JSON error that came with
// the status RFC 6749 §5.2 gives it.
func grantError(err error) string {
	var answer *AnswerError
	if errors.As(err, &answer) && answer.Kind == ErrTokenEndpoint && (answer.Status == 400 || answer.Status == 401) {
		return answer.Code
	}
	return ""
}
