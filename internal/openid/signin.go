package openid

import (
	"cmp"
	"context"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"app.latchkey/internal/session"
)

// finishTimeout limits how long the last page in the browser is waited for.
const finishTimeout = 5 * time.Second

// attempt is one authorization request: each has a state, a nonce and a code verifier of its own (RFC 9700 §2.1.1, OIDC
// Core §3.1.2.1).
type attempt struct {
	meta     Metadata
	scopes   []string
	redirect string
	state    string
	nonce    string
	verifier string
	prompt   string // "" sends none
	began    time.Time
	req      session.SignInRequest
	bind     binding
}

// SignIn runs the authorization code flow with PKCE (RFC 8252, RFC 7636) and returns a verified session. The redirect
// URI is bound before the browser opens; the browser's last page shows how it really ended. With req.Device it runs
// the device grant instead (RFC 8628), and opens nothing.
func (c *Client) SignIn(ctx context.Context, req session.SignInRequest) (session.Session, error) {
	defer c.http.CloseIdleConnections() // nothing follows soon, and a kept connection may be asked for signs of life
	meta, err := c.Discover(ctx)
	if err != nil {
		return session.Session{}, err
	}
	if req.MaxAge == nil {
		req.MaxAge = c.settingsMaxAge()
	}
	req.Organization = cmp.Or(req.Organization, c.p.Organization)
	if req.Organization != "" && c.p.OrganizationParam == "" && c.p.OrganizationScope == "" {
		c.opts.Log.Warn("signin.organization_ignored") // this provider has no name for it
	}
	bind, err := c.newBinding(meta)
	if err != nil {
		return session.Session{}, err
	}
	ask := c.signInByBrowser
	if req.Device {
		ask = c.signInByDevice
	}
	s, err := c.rounds(ctx, attempt{meta: meta, req: req, bind: bind}, &progress{tell: req.Progress}, ask)
	c.forget(bind, s)
	return s, err
}

// signInByBrowser is one authorization request in the person's browser.
func (c *Client) signInByBrowser(ctx context.Context, a attempt, watch *progress,
	another func(session.Session, error) bool) (session.Session, error) {
	a.state, a.nonce, a.verifier = random(), random(), oauth2.GenerateVerifier()
	recv, err := c.opts.Listen(ctx, ListenSpec{
		Host: c.p.RedirectHost, Ports: c.p.RedirectPorts, Path: c.p.RedirectPath, State: a.state,
		OnStray: func(s Stray) {
			if err := s.told(); watch.stray(err) {
				c.opts.Log.Warn("signin.stray_answer", "reason", s.Reason, "err", err)
			}
		},
	})
	if err != nil {
		return session.Session{}, err
	}
	a.redirect = recv.RedirectURI()
	request, err := c.authorizationRequest(ctx, a)
	if err != nil {
		_ = recv.Close()
		another(session.Session{}, err)
		return session.Session{}, err
	}
	answer, err := c.ask(ctx, a, request, recv, watch)
	if err != nil && ctx.Err() != nil {
		_ = recv.Close()
		return session.Session{}, &WaitError{Err: err, Told: watch.told()}
	}
	var s session.Session
	if err == nil {
		s, err = c.complete(ctx, a, answer)
	}
	more, told := another(s, err), err
	if more {
		told = ErrOnceMore
	}
	title, text := c.opts.Words(told)
	finish := func() {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), finishTimeout)
		defer stop()
		recv.Finish(ctx, err == nil || more, title, text)
		_ = recv.Close()
	}
	if more { // the next request may need the address
		finish()
	} else {
		c.background.Go(finish)
	}
	return s, err
}

// ask sends the person to the provider and waits for the one answer. Neither the browser nor the keys, which are
// fetched ahead, hold up the wait.
func (c *Client) ask(ctx context.Context, a attempt, request pushedRequest, recv Receiver,
	watch *progress) (url.Values, error) {
	show := func(address string) { watch.update(func(p *session.Progress) { p.URL = address }) }
	show(request.address)
	c.prefetchKeys(ctx)
	c.background.Go(func() {
		if err := c.opts.OpenURL(ctx, request.address); err != nil && ctx.Err() == nil {
			c.opts.Log.Warn("browser.failed", "err", err)
			watch.update(func(p *session.Progress) { p.OpenErr = err })
		}
	})
	waiting, answered := context.WithCancel(ctx)
	defer answered()
	c.background.Go(func() { c.pushAgain(waiting, a, request, show) })
	return recv.Wait(ctx)
}

// prefetchKeys fetches the keys while the person signs in. An error comes again when the keys are needed.
func (c *Client) prefetchKeys(ctx context.Context) {
	if keys := c.keySet(); keys.address != "" {
		c.background.Go(func() { _, _ = keys.have(ctx) })
	}
}

// complete turns the answer into a session: exchange, verification, userinfo.
func (c *Client) complete(ctx context.Context, a attempt, answer url.Values) (session.Session, error) {
	code, err := c.checkAnswer(a.meta, a.state, answer)
	if err != nil {
		return session.Session{}, err
	}
	got, err := c.exchange(ctx, a, code)
	return c.conclude(ctx, a, got, err)
}

// conclude makes a session of what a grant has given. When the sign-in is refused all the same, the tokens are given
// back: nobody will use them.
func (c *Client) conclude(ctx context.Context, a attempt, got session.Tokens, err error) (s session.Session, _ error) {
	if err == nil {
		s, err = c.establish(ctx, a, got)
	}
	if err != nil {
		c.giveBack(ctx, a, got, err)
		return session.Session{}, err
	}
	return s, nil
}

// establish makes a session of the tokens that a grant has given.
func (c *Client) establish(ctx context.Context, a attempt, got session.Tokens) (s session.Session, err error) {
	who := c.authenticate
	if c.p.NoIDToken {
		who = c.identify
	}
	if s, err = who(ctx, a, got); err != nil {
		return session.Session{}, err
	}
	if !a.req.Same.IsZero() && s.Key != a.req.Same {
		return session.Session{}, ErrOtherPerson
	}
	c.mark(&s, a.bind)
	if !s.Bound && a.req.MustBind != nil && a.req.MustBind(s.Key) && c.p.DPoP != bindNever {
		return session.Session{}, ErrNotBound
	}
	s.ClientID, s.Provider = c.p.ClientID, c.p.Name
	s.SignedInAt, s.Refreshed, s.Resources = c.now(), c.now(), c.resources()
	s.Used, s.Seen = s.SignedInAt, s.SignedInAt
	return s, nil
}

// authenticate verifies the ID token and adds userinfo.
func (c *Client) authenticate(ctx context.Context, a attempt, got session.Tokens) (session.Session, error) {
	if got.ID.IsZero() {
		return session.Session{}, ErrNoIDToken
	}
	want := expected{
		nonce: a.nonce, access: got.Access.Reveal(), maxAge: a.req.MaxAge, requested: a.began,
		organization: a.req.Organization,
	}
	if a.req.Demand {
		want.acr = a.req.ACRValues
	}
	t, err := c.verifyIDToken(ctx, got.ID.Reveal(), want)
	if err != nil {
		return session.Session{}, err
	}
	info, err := c.userinfo(ctx, a, got, t.subject)
	if err != nil {
		return session.Session{}, err
	}
	who := profile(t.claims, info, t.subject)
	if err := session.CheckClaims(who.Claims); err != nil { // each of the two is within the limits, and both are not
		c.opts.Log.Warn("userinfo.unusable", "err", err)
		who = profile(t.claims, nil, t.subject)
	}
	exp, _, _ := t.claims.date("exp")
	c.bound(&got, exp)
	return session.Session{
		Key: session.Key{Issuer: t.issuer, Subject: t.subject}, Tokens: got, IDTokenVerified: true,
		Profile: who, Audience: t.audience, AuthorizedParty: t.azp, Nonce: a.nonce,
		AuthTime: t.authTime, Expires: t.expiry, ACR: t.acr, AMR: t.amr,
	}, nil
}
