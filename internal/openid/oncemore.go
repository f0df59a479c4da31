package openid

import (
	"cmp"
	"context"
	"errors"

	"app.latchkey/internal/session"
)

// ErrOnceMore is what the browser's page says when the person is sent to the provider a second time within one
// sign-in. No caller gets it.
var ErrOnceMore = errors.New("openid: the provider is asked once more")

// Reasons for which a person is asked once more; see [session.Progress].
const (
	AgainPrompt  = "prompt"  // the provider did not take the prompt
	AgainConsent = "consent" // the provider renews a session only after it has asked for consent
)

// round is one authorization request and what comes of it. another says, of the session or the error, whether another
// round follows: then the browser is told so, and its page delivered before the next request needs the address.
type round func(ctx context.Context, a attempt, watch *progress,
	another func(session.Session, error) bool) (session.Session, error)

// rounds asks the provider, and once more where it did not take a prompt, or gave no refresh token though it was
// asked for one. What worked is remembered.
func (c *Client) rounds(ctx context.Context, base attempt, watch *progress, ask round) (session.Session, error) {
	m, req := base.meta, base.req
	scopes := c.scopes(m, req.Organization)
	known := c.opts.Recall()
	began := c.prompting(m, req, scopes, known)
	prompt := began
	for {
		next, weakened, lacking := prompt, false, false
		a := base
		a.scopes, a.began, a.prompt = scopes, c.now(), prompt.value()
		s, err := ask(ctx, a, watch, func(s session.Session, err error) bool {
			next, weakened = prompt.weaker(err)
			lacking = err == nil && c.missesRefresh(m, scopes, s, prompt, known)
			return weakened || lacking
		})
		switch {
		case weakened && ctx.Err() == nil:
			c.opts.Log.Info("signin.once_more", "reason", AgainPrompt, "prompt", a.prompt)
			watch.again(AgainPrompt)
			prompt = next
			continue
		case err != nil:
			return s, err
		}
		learned := prompt.learned(known, req, began)
		switch {
		case lacking:
			s, learned, err = c.withConsent(ctx, a, s, learned, watch, ask)
		case prompt.consent && c.p.Consent == "auto" && s.Tokens.Refresh.IsZero():
			learned.Consent = consentUseless // it has helped once, and does not any more
		}
		if learned != known {
			c.opts.Learn(learned)
		}
		return s, err
	}
}

// withConsent sends the person, who is signed in, to the provider once more with prompt=consent. What goes wrong there
// costs the refresh token, not the sign-in; a person's own cancel ends it.
func (c *Client) withConsent(ctx context.Context, a attempt, s session.Session, known Learned, watch *progress,
	ask round) (session.Session, Learned, error) {
	c.opts.Log.Info("signin.once_more", "reason", AgainConsent)
	watch.again(AgainConsent)
	before := a.req
	a.req.Same, a.req.LoginHint, a.prompt, a.began = s.Key, cmp.Or(s.Profile.Email, before.LoginHint), consent, c.now()
	renewable, err := ask(ctx, a, watch, func(session.Session, error) bool { return false })
	_, refused := errors.AsType[*AnswerError](err)
	switch {
	case err == nil:
		known.Consent = consentUseless
		if !renewable.Tokens.Refresh.IsZero() {
			known.Consent = consentNeeded
		}
		return renewable, known, nil
	case errors.Is(ctx.Err(), context.Canceled):
		a.req = before
		c.giveBack(ctx, a, s.Tokens, err)
		return session.Session{}, known, err
	case refused: // a definite no: the person is not asked at the next sign-in
		known.Consent = consentUseless
	}
	c.opts.Log.Warn("signin.consent_failed", "err", err)
	return s, known, nil
}
