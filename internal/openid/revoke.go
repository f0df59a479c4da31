package openid

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// ErrRevocation is matched when the provider would not revoke.
var ErrRevocation = errors.New("openid: the provider did not revoke")

// Revoke revokes a session's tokens (RFC 7009), the refresh token first: at most providers that ends the access token
// too. [session.EndingPending] means that the provider could not be asked and that a later try may succeed, with the
// settings changed back where the session is of another provider ([ErrOtherProvider]).
func (c *Client) Revoke(ctx context.Context, r session.Revocation) (session.EndingOutcome, error) {
	defer c.http.CloseIdleConnections() // as after a sign-in
	if c.silent() {
		return session.EndingPending, transient(fmt.Errorf("openid: revoke: %w", ErrTimeout))
	}
	meta, err := c.Discover(ctx)
	if err != nil {
		return session.EndingPending, err
	}
	if err := c.checkOwn(meta, r.Key, r.ClientID); err != nil {
		return session.EndingPending, errors.Join(ErrRevocation, err)
	}
	if meta.RevocationURL == "" {
		return session.EndingUnsupported, nil
	}
	outcome, err := c.revokeBoth(ctx, meta, r.Refresh, r.Access)
	for _, token := range r.APIs { // most have ended with the grant; a refusal says no more than that
		if outcome == session.EndingDone {
			_, _ = c.revokeOne(ctx, meta, token, "access_token")
		}
	}
	return outcome, err
}

// revokeBoth revokes the refresh token, then the access token.
func (c *Client) revokeBoth(ctx context.Context, meta Metadata, refresh,
	access secret.Secret) (session.EndingOutcome, error) {
	outcome, err := c.revokeOne(ctx, meta, refresh, "refresh_token")
	if outcome != session.EndingDone {
		return outcome, err
	}
	outcome, err = c.revokeOne(ctx, meta, access, "access_token")
	if outcome != session.EndingPending && !refresh.IsZero() {
		return session.EndingDone, nil // that an access token cannot be revoked by itself (RFC 7009 §2) is no failure
	}
	return outcome, err
}

// revokeOne revokes one token; there is nothing to do for one that is absent.
func (c *Client) revokeOne(ctx context.Context, m Metadata, token secret.Secret,
	hint string) (session.EndingOutcome, error) {
	if token.IsZero() {
		return session.EndingDone, nil
	}
	form := url.Values{"token": {token.Reveal()}, "token_type_hint": {hint}}
	res, body, err := c.post(ctx, m, m.RevocationURL, form, nil)
	if err != nil {
		return session.EndingPending, transient(fmt.Errorf("openid: revoke: %w", err))
	}
	if res.StatusCode == http.StatusOK || res.StatusCode == http.StatusNoContent {
		return session.EndingDone, nil
	}
	failure := c.statusError(ErrRevocation, res)
	if _, retry := errors.AsType[*session.RetryError](failure); retry {
		return session.EndingPending, failure
	}
	if members, err := parseObject(body); err == nil && members.text("error") != "" {
		return session.EndingFailed,
			fmt.Errorf("%w: %s", ErrRevocation, clean(without(members.text("error"), secretsIn(res.Request)...), 60))
	}
	if res.StatusCode >= 300 && res.StatusCode < 400 || res.StatusCode == http.StatusProxyAuthRequired {
		return session.EndingPending, failure // a proxy's or a hotel's answer, not the provider's
	}
	return session.EndingFailed, failure
}

// giveBackTimeout limits the revocation of tokens whose sign-in was refused.
const giveBackTimeout = 5 * time.Second

// giveBack revokes, beside the sign-in's end, the tokens of a sign-in that was refused. A step-up that was only not
// strong enough keeps them: it is the same person's, and at several providers a revocation ends the whole grant and
// with it the session at hand.
func (c *Client) giveBack(ctx context.Context, a attempt, t session.Tokens, why error) {
	sameGrant := !a.req.Same.IsZero() && (errors.Is(why, ErrACR) || errors.Is(why, ErrAuthTime))
	if t.Access.IsZero() && t.Refresh.IsZero() || a.meta.RevocationURL == "" || sameGrant {
		return
	}
	c.background.Go(func() {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), giveBackTimeout)
		defer stop()
		if outcome, err := c.revokeBoth(ctx, a.meta, t.Refresh, t.Access); err != nil {
			c.opts.Log.Warn("revoke.failed", "outcome", string(outcome), "err", err)
		}
	})
}
