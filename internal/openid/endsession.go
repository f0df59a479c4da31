package openid

import (
	"context"
	"errors"
	"net/url"
	"time"

	"app.latchkey/internal/session"
)

// ErrLogout is matched when the provider's browser session could not be ended.
var ErrLogout = errors.New("openid: the browser's session was not ended")

// landingTimeout limits how long the browser's return is waited for: a person may have to confirm at the provider
// first.
const landingTimeout = time.Minute

// EndSession ends the provider's session in the person's browser (RP-Initiated Logout 1.0). The ID token goes as
// id_token_hint by a form that a page of our own posts, never in a URL; without that page, or where the settings say
// so, client_id and logout_hint alone are sent. [session.EndingDone] means that the browser came back with the state,
// [session.EndingSent] that the browser was sent to the provider, and that the result is not known.
func (c *Client) EndSession(ctx context.Context, s session.Session) (session.EndingOutcome, error) {
	defer c.http.CloseIdleConnections() // as after a sign-in
	meta, err := c.metadataSoon(ctx)
	if err == nil {
		err = c.checkOwn(meta, s.Key, s.ClientID)
	}
	if err != nil {
		return sent(err)
	}
	if meta.EndSessionURL == "" || c.p.LogoutStyle == "none" {
		return session.EndingUnsupported, nil
	}
	byQuery := c.opts.NewLogoutForm == nil || c.p.LogoutStyle == "query" || c.p.LogoutStyle == "cognito"
	if byQuery || c.p.LogoutStyle == "auto" && !c.takesPOST(ctx, meta.EndSessionURL) {
		return c.logoutByQuery(ctx, meta, s)
	}
	return c.logoutByForm(ctx, meta, s)
}

// logoutByForm posts the request, and waits for the browser where the settings name a path for it to come back to.
func (c *Client) logoutByForm(ctx context.Context, m Metadata, s session.Session) (session.EndingOutcome, error) {
	state := random()
	form, err := c.logoutForm(ctx, state)
	if err != nil { // a port that is taken costs the way back alone
		c.opts.Log.Warn("logout.no_landing", "err", err)
		form, err = c.opts.NewLogoutForm(ctx, LogoutSpec{})
	}
	if err != nil {
		return sent(err)
	}
	defer func() { _ = form.Close() }()
	v := url.Values{"client_id": {c.p.ClientID}}
	if !s.Tokens.ID.IsZero() {
		v.Set("id_token_hint", s.Tokens.ID.Reveal())
	} else if s.Profile.Email != "" {
		v.Set("logout_hint", s.Profile.Email)
	}
	if landing := form.LandingURI(); landing != "" {
		v.Set("post_logout_redirect_uri", landing)
		v.Set("state", state)
	}
	if err := form.Send(ctx, m.EndSessionURL, v); err != nil {
		return sent(err)
	}
	return landed(ctx, form), nil
}

// landed waits for the browser's return, where it has an address to return to.
func landed(ctx context.Context, form LogoutForm) session.EndingOutcome {
	ctx, stop := context.WithTimeout(ctx, landingTimeout)
	defer stop()
	if form.LandingURI() == "" || form.Landed(ctx) != nil {
		return session.EndingSent
	}
	return session.EndingDone
}

// logoutForm binds the page that posts the request: on the ports that are registered, where the browser is to come
// back, and on any port otherwise.
func (c *Client) logoutForm(ctx context.Context, state string) (LogoutForm, error) {
	if c.p.LogoutRedirectPath == "" {
		return c.opts.NewLogoutForm(ctx, LogoutSpec{})
	}
	return c.opts.NewLogoutForm(ctx,
		LogoutSpec{Host: c.p.RedirectHost, Ports: c.p.RedirectPorts, Path: c.p.LogoutRedirectPath, State: state})
}

// logoutByQuery ends the session by an address that the browser opens, for a provider that takes no POST. No token
// stands in it. Amazon Cognito uses other parameter names, demands a return address, and returns without a state.
// Such a return proves nothing; it only gives the person a last page.
func (c *Client) logoutByQuery(ctx context.Context, m Metadata, s session.Session) (session.EndingOutcome, error) {
	v := url.Values{"client_id": {c.p.ClientID}}
	cognito, state := c.p.LogoutStyle == "cognito", random()
	if cognito {
		state = ""
	}
	if !cognito && s.Profile.Email != "" {
		v.Set("logout_hint", s.Profile.Email)
	}
	var form LogoutForm // where the browser comes back to by itself; nil where it has no such place
	var err error
	if c.opts.NewLogoutForm != nil && c.p.LogoutRedirectPath != "" {
		form, err = c.logoutForm(ctx, state)
	}
	if err != nil && !cognito {
		c.opts.Log.Warn("logout.no_landing", "err", err)
	}
	switch {
	case err != nil && cognito:
		return sent(err)
	case form == nil && cognito:
		return session.EndingUnsupported, nil // Cognito would show an error
	case err != nil, form == nil:
		return sent(c.opts.OpenURL(ctx, withQuery(m.EndSessionURL, v)))
	}
	defer func() { _ = form.Close() }()
	if cognito {
		v.Set("logout_uri", form.LandingURI())
	} else {
		v.Set("post_logout_redirect_uri", form.LandingURI())
		v.Set("state", state)
	}
	if err := c.opts.OpenURL(ctx, withQuery(m.EndSessionURL, v)); err != nil {
		return sent(err)
	}
	outcome := landed(ctx, form)
	if cognito {
		outcome = session.EndingSent
	}
	return outcome, nil
}

// sent is the outcome of a request that has left, or has not.
func sent(err error) (session.EndingOutcome, error) {
	if err != nil {
		return session.EndingFailed, errors.Join(ErrLogout, err)
	}
	return session.EndingSent, nil
}
