package openid

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// What a doctor may ask, beyond discovery. Nobody is signed in by any of it, and no session of anybody is touched.

// Keys fetches the provider's keys and names those that may verify a signature, such as "RSA 2048", and what is wrong
// with others. Errors match [ErrKeys]. Without ID tokens there are none.
func (c *Client) Keys(ctx context.Context) (names []string, faults []KeyFault, err error) {
	if c.p.NoIDToken {
		return nil, nil, nil
	}
	if _, err := c.Discover(ctx); err != nil {
		return nil, nil, err
	}
	set := c.keySet()
	keys, err := set.load(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, key := range keys {
		names = append(names, keyName(key))
	}
	set.mu.Lock()
	defer set.mu.Unlock()
	return names, set.faults, nil
}

func keyName(key jose.JSONWebKey) string {
	switch k := key.Key.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", k.N.BitLen())
	case *ecdsa.PublicKey:
		return k.Curve.Params().Name
	}
	return "Ed25519"
}

// ClockOff is by how much this machine's clock is ahead of the provider's, by the Date of its last answer; false when
// no answer had one.
func (c *Client) ClockOff() (time.Duration, bool) {
	c.skew.mu.Lock()
	defer c.skew.mu.Unlock()
	return c.skew.off, c.skew.ok
}

// UsableAlgorithm reports whether one of the listed algorithms is one that an ID token may be signed by here. No list
// means RS256 (OIDC Discovery §3).
func UsableAlgorithm(listed []string) bool {
	return len(listed) == 0 || slices.ContainsFunc(listed, func(name string) bool {
		return slices.Contains(algorithms, jose.SignatureAlgorithm(name))
	})
}

// maxPage is how much of a page's text a doctor looks at, in characters.
const maxPage = 2000

// PageError means that the provider answered an authorization request with a page of its own that is no sign-in, or by
// sending the browser to one.
type PageError struct {
	Status int
	Text   string // of the page, without markup, cleaned and cut
}

// Error names the status alone: the text is a stranger's.
func (e *PageError) Error() string { return fmt.Sprintf("%v: HTTP %d", ErrAnswer, e.Status) }

// Unwrap returns [ErrAnswer].
func (e *PageError) Unwrap() error { return ErrAnswer }

// TryAuthorize sends an authorization request as a browser would in which nobody is signed in, with prompt=none.
// Without an error the provider said that it would have to ask the person, and back reports whether it sent that to
// the redirect address; otherwise it showed a page that names no error, such as its sign-in page. Neither alone says
// that the redirect address is registered: some providers look at it only after the person has signed in. Errors:
// [*AnswerError] when the provider said more, [*PageError], or those of the network.
func (c *Client) TryAuthorize(ctx context.Context, redirect string) (back bool, err error) {
	meta, err := c.Discover(ctx)
	if err != nil {
		return false, err
	}
	a := attempt{
		meta: meta, scopes: c.scopes(meta, c.p.Organization), redirect: redirect, state: random(), nonce: random(),
		verifier: oauth2.GenerateVerifier(), prompt: "none",
	}
	request, err := c.authorizationRequest(ctx, a)
	if err != nil {
		return false, err
	}
	res, body, err := c.get(ctx, request.address, http.Header{"Accept": {"text/html"}})
	if err != nil {
		return false, err
	}
	if res.StatusCode >= 300 && res.StatusCode < 400 {
		return c.whereTo(a, res)
	}
	page := &PageError{Status: res.StatusCode, Text: a.textOf(body)}
	if res.StatusCode != http.StatusOK || errorPage().MatchString(page.Text) {
		return false, page
	}
	return false, nil
}

// UnregisteredRedirect returns a redirect address that no client can have: its name is new each time, below a domain
// that nobody can own (RFC 6761 §6.4).
func UnregisteredRedirect() string {
	return "https://" + strings.ToLower(rand.Text()) + ".invalid/callback"
}

// errorPage are texts that no sign-in page bears. Some providers show errors with status 200.
var errorPage = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`AADSTS\d{5,}|redirect_uri_mismatch|redirect_mismatch`)
})

// whereTo reads a redirect: back to us with an answer, or on to a page.
func (c *Client) whereTo(a attempt, res *http.Response) (back bool, err error) {
	to, err := res.Location()
	if err != nil {
		return false, &PageError{Status: res.StatusCode}
	}
	own, err := url.Parse(a.redirect)
	if err == nil && to.Scheme == own.Scheme && to.Host == own.Host && to.Path == own.Path {
		if _, err = c.checkAnswer(a.meta, a.state, to.Query()); errors.Is(err, ErrInteraction) {
			err = nil
		}
		return true, err
	}
	if strings.Contains(to.Path, "error") || to.Query().Has("error") {
		words := to.Path + " " + to.Query().Get("error") + " " + to.Query().Get("error_description")
		return false, &PageError{Status: res.StatusCode, Text: a.textOf([]byte(words))}
	}
	return false, nil
}

// TryToken asks the token endpoint for a code that was never given. nil means that it knows the client and refused
// the code alone. Errors: [*AnswerError], or those of the network.
func (c *Client) TryToken(ctx context.Context, redirect string) error {
	meta, err := c.Discover(ctx)
	if err != nil {
		return err
	}
	bind, err := c.newBinding(meta)
	if err != nil {
		return err
	}
	defer c.forget(bind, session.Session{})
	a := attempt{meta: meta, redirect: redirect, verifier: oauth2.GenerateVerifier(), bind: bind}
	_, err = c.exchange(ctx, a, random())
	if err == nil {
		return fmt.Errorf("%w: it gave tokens for a code that was never given", ErrTokenAnswer)
	}
	answer, ok := errors.AsType[*AnswerError](err)
	if ok && (answer.Code == "invalid_grant" || answer.Code == "bad_verification_code") { // the latter is GitHub's
		return nil
	}
	return err
}

// TryTokenAsAnother is [Client.TryToken] by somebody whom the provider cannot know: with a secret that is wrong, or
// without a secret as a client that nobody has registered. nil means that the endpoint looks at the code first, so
// that its answer to [Client.TryToken] said nothing of the client.
func (c *Client) TryTokenAsAnother(ctx context.Context, redirect string) error {
	p := c.p
	if p.ClientSecret.IsZero() {
		p.ClientID = rand.Text()
	} else {
		p.ClientSecret = secret.New(rand.Text())
	}
	other, err := New(p, Options{Now: c.opts.Now})
	if err != nil {
		return err
	}
	defer other.Close()
	return other.TryToken(ctx, redirect)
}

// TryRevoke asks the revocation endpoint to revoke a token that was never given, which a provider answers as if it
// were done (RFC 7009 §2.2), within the time that a sign-out gives it. nil means that the endpoint answered as one;
// without an endpoint nothing is asked. Errors: those of the network, and [ErrRevocation] for an answer that is none
// of a revocation endpoint.
func (c *Client) TryRevoke(ctx context.Context) error {
	meta, err := c.Discover(ctx)
	if err != nil || meta.RevocationURL == "" {
		return err
	}
	ctx, stop := context.WithTimeoutCause(ctx, giveBackTimeout, ErrTimeout)
	defer stop()
	outcome, err := c.revokeOne(ctx, meta, secret.New(random()), "refresh_token")
	if outcome == session.EndingFailed && !errors.Is(err, ErrStatus) {
		return nil // it said why, as RFC 6749 §5.2 has it
	}
	return err
}

// TakesLogoutPOST asks the provider's sign-out page, as a sign-out does, whether it takes POST. Nobody is signed out
// by it.
func (c *Client) TakesLogoutPOST(ctx context.Context) bool {
	meta, err := c.Discover(ctx)
	return err == nil && meta.EndSessionURL != "" && c.takesPOST(ctx, meta.EndSessionURL)
}

// TryUserinfo asks the UserInfo endpoint without a token, which a provider refuses (RFC 6750 §3). nil means that it
// did; without an endpoint nothing is asked. Errors: those of the network, and [ErrUserinfo] for an answer that is
// none of a UserInfo endpoint.
func (c *Client) TryUserinfo(ctx context.Context) error {
	meta, err := c.Discover(ctx)
	if err != nil || meta.UserInfoURL == "" {
		return err
	}
	res, _, err := c.get(ctx, meta.UserInfoURL, nil)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUserinfo, err)
	}
	switch res.StatusCode {
	case http.StatusOK, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return nil
	}
	return c.statusError(ErrUserinfo, res)
}

// markup is what a page has beside its text.
var markup = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?is)<script\b.*?</script>|<style\b.*?</style>|<[^>]*>`)
})

// textOf is a page's text, without what this request was known by.
func (a attempt) textOf(body []byte) string {
	text := html.UnescapeString(markup().ReplaceAllString(string(body), " "))
	return clean(without(text, a.state, a.nonce, oauth2.S256ChallengeFromVerifier(a.verifier)), maxPage)
}
