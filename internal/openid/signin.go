package openid

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"app.latchkey/internal/session"
)

// finishTimeout limits how long the last page in the browser is waited for.
const finishTimeout = 5 * time.Second

// attempt is one authorization request: each has a state, a nonce and a code
// verifier of its own (RFC 9700 §2.1.1, OIDC Core §3.1.2.1).
type attempt struct {
	meta     Metadata
	scopes   []string
	redirect string
	state    string
	nonce    string
	verifier string
	began    time.Time
	req      session.SignInRequest
}

// SignIn runs the authorization code flow with PKCE (RFC 8252, RFC 7636) and
// returns a verified session. The redirect URI is bound before the browser
// opens; the browser's last page shows how it really ended. With req.Device it
// runs the device grant instead (RFC 8628), and opens nothing.
func (c *Client) SignIn(ctx context.Context, req session.SignInRequest) (session.Session, error) {
	meta, err := c.Discover(ctx)
	if err != nil {
		return session.Session{}, err
	}
	if req.MaxAge == nil {
		req.MaxAge = c.settingsMaxAge()
	}
	req.Organization = first(req.Organization, c.p.Organization)
	if req.Organization != "" && c.p.OrganizationParam == "" && c.p.OrganizationScope == "" {
		c.opts.Log.Warn("signin.organization_ignored") // this provider has no name for it
	}
	watch := &progress{tell: req.Progress}
	if req.Device {
		return c.signInByDevice(ctx, attempt{meta: meta, scopes: c.scopes(meta, req.Organization), began: c.now(), req: req}, watch)
	}
	a := attempt{
		meta: meta, scopes: c.scopes(meta, req.Organization), began: c.now(), req: req,
		state: random(), nonce: random(), verifier: oauth2.GenerateVerifier(),
	}
	recv, err := c.opts.Listen(ctx, ListenSpec{
		Host: c.p.RedirectHost, Ports: c.p.RedirectPorts, Path: c.p.RedirectPath, State: a.state,
		OnStray: func(reason string) {
			if watch.stray() {
				c.opts.Log.Warn("signin.stray_answer", "reason", reason)
			}
		},
	})
	if err != nil {
		return session.Session{}, err
	}
	a.redirect = recv.RedirectURI()
	c.open(ctx, c.authorizationURL(a), watch)
	answer, err := recv.Wait(ctx)
	if err != nil {
		_ = recv.Close()
		return session.Session{}, fmt.Errorf("openid: wait for the browser: %w", err)
	}
	s, err := c.complete(ctx, a, answer)
	title, text := c.opts.Words(err)
	c.background.Go(func() {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), finishTimeout)
		defer stop()
		recv.Finish(ctx, err == nil, title, text)
		_ = recv.Close()
	})
	return s, err
}

// settingsMaxAge is max_age where the settings' extra parameters ask for it: what is
// asked is checked, whoever asked it.
func (c *Client) settingsMaxAge() *time.Duration {
	n, err := strconv.ParseUint(c.p.AuthParams["max_age"], 10, 31)
	if err != nil {
		return nil
	}
	d := time.Duration(n) * time.Second
	return &d
}

// random returns 256 bits from the system's source, in base64url.
func random() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: the program is ended instead (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}

// authorizationURL is the authorization request (RFC 6749 §4.1.1, OIDC Core
// §3.1.2.1). S256 is sent whatever the provider lists.
func (c *Client) authorizationURL(a attempt) string {
	v := url.Values{
		"response_type":         {"code"},
		"client_id":             {c.p.ClientID},
		"redirect_uri":          {a.redirect},
		"scope":                 {strings.Join(a.scopes, " ")},
		"state":                 {a.state},
		"code_challenge":        {oauth2.S256ChallengeFromVerifier(a.verifier)},
		"code_challenge_method": {"S256"},
	}
	if !c.p.NoIDToken {
		v.Set("nonce", a.nonce)
	}
	if prompt := c.prompt(a); prompt != "" {
		v.Set("prompt", prompt)
	}
	if hint := first(a.req.LoginHint, c.p.LoginHint); hint != "" {
		v.Set(c.p.LoginHintParam, hint)
	}
	if a.req.Organization != "" && c.p.OrganizationParam != "" {
		v.Set(c.p.OrganizationParam, a.req.Organization)
	}
	if a.req.MaxAge != nil {
		v.Set("max_age", strconv.FormatInt(seconds(*a.req.MaxAge), 10))
	}
	if acr := slices.Concat(a.req.ACRValues, c.p.RequiredACR); len(acr) > 0 {
		v.Set("acr_values", strings.Join(acr, " "))
	}
	for name, value := range c.p.AuthParams {
		if !v.Has(name) { // a setting adds; it never replaces what protects the flow
			v.Set(name, value)
		}
	}
	return withQuery(a.meta.AuthURL, v)
}

// prompt adds consent where offline_access is asked for and the settings want it
// (OIDC Core §11).
func (c *Client) prompt(a attempt) string {
	p := a.req.Prompt
	if c.p.Consent == "always" && slices.Contains(a.scopes, "offline_access") && p != "none" && !strings.Contains(p, "consent") {
		p = strings.TrimSpace(p + " consent")
	}
	return p
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// open shows the authorization request to the person and, while they are there,
// fetches the keys ahead. Neither holds up the wait for the answer.
func (c *Client) open(ctx context.Context, address string, watch *progress) {
	watch.update(func(p *session.Progress) { p.URL = address })
	c.prefetchKeys(ctx)
	c.background.Go(func() {
		if err := c.opts.OpenURL(ctx, address); err != nil && ctx.Err() == nil {
			c.opts.Log.Warn("browser.failed", "err", err)
			watch.update(func(p *session.Progress) { p.OpenErr = err })
		}
	})
}

// prefetchKeys fetches the keys while the person signs in.
func (c *Client) prefetchKeys(ctx context.Context) {
	c.mu.Lock()
	keys := c.keys
	c.mu.Unlock()
	c.background.Go(func() { keys.prefetch(ctx) })
}

// complete turns the answer into a session: exchange, verification, userinfo.
func (c *Client) complete(ctx context.Context, a attempt, answer url.Values) (session.Session, error) {
	code, err := c.checkAnswer(a.meta, a.state, answer)
	if err != nil {
		return session.Session{}, err
	}
	got, err := c.exchange(ctx, a, code)
	if err != nil {
		return session.Session{}, err
	}
	return c.establish(ctx, a, got)
}

// establish makes a session of the tokens that a grant has given.
func (c *Client) establish(ctx context.Context, a attempt, got tokenAnswer) (s session.Session, err error) {
	if c.p.NoIDToken {
		s, err = c.identify(ctx, a.meta, got)
	} else {
		s, err = c.authenticate(ctx, a, got)
	}
	if err != nil {
		return session.Session{}, err
	}
	if !a.req.Same.IsZero() && s.Key != a.req.Same {
		return session.Session{}, ErrOtherPerson
	}
	s.ClientID = c.p.ClientID
	s.SignedInAt, s.Refreshed = c.now(), c.now()
	return s, nil
}

// authenticate verifies the ID token and adds userinfo.
func (c *Client) authenticate(ctx context.Context, a attempt, got tokenAnswer) (session.Session, error) {
	if got.tokens.ID.IsZero() {
		return session.Session{}, ErrNoIDToken
	}
	want := expected{nonce: a.nonce, access: got.tokens.Access.Reveal(), maxAge: a.req.MaxAge, requested: a.began, organization: a.req.Organization}
	if a.req.Demand {
		want.acr = a.req.ACRValues
	}
	t, err := c.verifyIDToken(ctx, got.tokens.ID.Reveal(), want)
	if err != nil {
		return session.Session{}, err
	}
	info, err := c.userinfo(ctx, a.meta, got.tokens.Access, t.subject)
	if err != nil {
		return session.Session{}, err
	}
	return session.Session{
		Key: session.Key{Issuer: t.issuer, Subject: t.subject}, Tokens: got.tokens, IDTokenVerified: true,
		Profile: profile(t.claims, info, t.subject), Audience: t.audience, AuthorizedParty: t.azp, Nonce: a.nonce,
		AuthTime: t.authTime, ACR: t.acr, AMR: t.amr,
	}, nil
}

// progress serialises what the waiting screen is told, and keeps it from a flood.
type progress struct {
	mu   sync.Mutex
	last session.Progress
	tell func(session.Progress)
}

func (w *progress) update(f func(*session.Progress)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f(&w.last)
	if w.tell != nil {
		w.tell(w.last)
	}
}

// stray counts an answer that was not for this sign-in, and reports whether it is
// worth a word: any page can send thousands, and of a flood each doubling is told.
func (w *progress) stray() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last.Strays++
	if n := w.last.Strays; n > 8 && n&(n-1) != 0 {
		return false
	}
	if w.tell != nil {
		w.tell(w.last)
	}
	return true
}
