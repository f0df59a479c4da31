package openid

import (
	"context"
	"errors"
	"net/url"

	"app.latchkey/internal/session"
)

// ErrLogout is matched when the provider's browser session could not be ended.
var ErrLogout = errors.New("openid: the browser's session was not ended")

// EndSession ends the provider's session in the person's browser (RP-Initiated
// Logout 1.0). The ID token goes as id_token_hint by a form that a page of our
// own posts, never in a URL; without that page, client_id and logout_hint alone
// are sent.
func (c *Client) EndSession(ctx context.Context, s session.Session) (session.EndingOutcome, error) {
	meta, err := c.Discover(ctx)
	if err != nil {
		return session.EndingFailed, errors.Join(ErrLogout, err)
	}
	if err := c.checkOwn(meta, s.Key, s.ClientID); err != nil {
		return session.EndingFailed, errors.Join(ErrLogout, err)
	}
	if meta.EndSessionURL == "" || c.p.LogoutStyle == "none" {
		return session.EndingUnsupported, nil
	}
	v := url.Values{"client_id": {c.p.ClientID}}
	if c.opts.PostForm != nil && !s.Tokens.ID.IsZero() && c.p.LogoutStyle != "cognito" {
		state := random()
		v.Set("id_token_hint", s.Tokens.ID.Reveal())
		v.Set("state", state)
		if err := c.opts.PostForm(ctx, meta.EndSessionURL, v, state); err != nil {
			return session.EndingFailed, errors.Join(ErrLogout, err)
		}
		return session.EndingDone, nil
	}
	if s.Profile.Email != "" {
		v.Set("logout_hint", s.Profile.Email)
	}
	if err := c.opts.OpenURL(ctx, withQuery(meta.EndSessionURL, v)); err != nil {
		return session.EndingFailed, errors.Join(ErrLogout, err)
	}
	return session.EndingDone, nil
}
