package openid

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2"

	"app.latchkey/internal/secret"
)

// config is the x/oauth2 configuration of this provider.
func (c *Client) config(m Metadata, redirect string) *oauth2.Config {
	return &oauth2.Config{
		ClientID:     c.p.ClientID,
		ClientSecret: c.p.ClientSecret.Reveal(),
		Endpoint:     oauth2.Endpoint{AuthURL: m.AuthURL, TokenURL: m.TokenURL, AuthStyle: c.authStyle(m)},
		RedirectURL:  redirect,
	}
}

// authStyle chooses how the client names itself, once: probing would send a
// one-time code twice. Without a secret client_id stands in the body whatever is
// announced; with one, as announced, client_secret_basic when nothing is
// (RFC 8414 §2).
func (c *Client) authStyle(m Metadata) oauth2.AuthStyle {
	if c.p.ClientSecret.IsZero() {
		return oauth2.AuthStyleInParams
	}
	if len(m.AuthMethods) == 0 || slices.Contains(m.AuthMethods, "client_secret_basic") {
		return oauth2.AuthStyleInHeader
	}
	return oauth2.AuthStyleInParams
}

// scopes returns the scopes to ask for. offline_access is added where it helps
// (OIDC Core §11): several providers refuse it. So is the organization, where it is
// a scope.
func (c *Client) scopes(m Metadata, organization string) []string {
	out := slices.Clone(c.p.Scopes)
	if len(out) == 0 {
		out = []string{"openid", "profile", "email"}
	}
	if !c.p.NoIDToken && !slices.Contains(out, "openid") {
		out = append([]string{"openid"}, out...)
	}
	const offline = "offline_access"
	want := c.p.OfflineAccess == "on" || c.p.OfflineAccess != "off" && slices.Contains(m.ScopesSupported, offline)
	switch {
	case c.p.OfflineAccess == "off":
		out = slices.DeleteFunc(out, func(s string) bool { return s == offline })
	case want && !slices.Contains(out, offline):
		out = append(out, offline)
	}
	if organization != "" && c.p.OrganizationScope != "" {
		out = append(out, c.p.OrganizationScope+organization)
	}
	return out
}

// tokenContext gives x/oauth2 our client, with the token endpoint's answer
// checked before that library reads it.
func (c *Client) tokenContext(ctx context.Context) (context.Context, *strictToken) {
	strict := &strictToken{base: c.http.Transport, c: c}
	client := &http.Client{Transport: strict, CheckRedirect: c.http.CheckRedirect}
	return context.WithValue(ctx, oauth2.HTTPClient, client), strict
}

// strictToken reads the token endpoint's answer once, strictly, and passes on to
// x/oauth2 only what is a token answer. err has the reason otherwise.
type strictToken struct {
	base   http.RoundTripper
	c      *Client
	answer object
	err    error
	sent   bool // the request left, whether or not an answer came
}

// errStrict stops x/oauth2; the reason is in strictToken.err.
var errStrict = errors.New("openid: token answer refused")

func (s *strictToken) RoundTrip(req *http.Request) (*http.Response, error) {
	s.sent = true
	res, err := s.base.RoundTrip(req)
	if err != nil {
		s.err = transient(err)
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		s.err = transient(err)
		return nil, err
	}
	if s.answer, s.err = s.c.grantAnswer(ErrTokenEndpoint, res, body); s.err != nil {
		return nil, errStrict
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	res.Header.Set("Content-Type", "application/json") // it has been read as such
	return res, nil
}

// exchange redeems the code, once (RFC 6749 §4.1.3, RFC 7636 §4.5).
func (c *Client) exchange(ctx context.Context, a attempt, code string) (tokenAnswer, error) {
	ctx, strict := c.tokenContext(ctx)
	if _, err := c.config(a.meta, a.redirect).Exchange(ctx, code, oauth2.VerifierOption(a.verifier)); strict.err != nil {
		return tokenAnswer{}, fmt.Errorf("openid: exchange code: %w", strict.err)
	} else if err != nil && strict.answer == nil {
		return tokenAnswer{}, fmt.Errorf("openid: exchange code: %w", ErrTokenAnswer)
	}
	return c.readAnswer(strict.answer, strings.Join(a.scopes, " "))
}

// spend redeems a refresh token (RFC 6749 §6).
func (c *Client) spend(ctx context.Context, m Metadata, refresh secret.Secret) (tokenAnswer, error) {
	ctx, strict := c.tokenContext(ctx)
	source := c.config(m, "").TokenSource(ctx, &oauth2.Token{RefreshToken: refresh.Reveal()})
	if _, err := source.Token(); strict.err != nil {
		return tokenAnswer{}, fmt.Errorf("openid: refresh: %w", strict.err)
	} else if err != nil && strict.answer == nil {
		return tokenAnswer{}, fmt.Errorf("openid: refresh: %w", transient(ErrTokenAnswer))
	}
	got, err := c.readAnswer(strict.answer, "")
	if err != nil {
		// The old refresh token is spent all the same: what replaces it is not to be lost.
		got.tokens.Refresh = secret.New(strict.answer.text("refresh_token"))
	}
	return got, err
}

// post sends a form to an endpoint of the provider, with the client's own
// credentials as the token request has them.
func (c *Client) post(ctx context.Context, m Metadata, endpoint string, form url.Values) (*http.Response, []byte, error) {
	basic := c.authStyle(m) == oauth2.AuthStyleInHeader
	if !basic {
		form.Set("client_id", c.p.ClientID)
		if !c.p.ClientSecret.IsZero() {
			form.Set("client_secret", c.p.ClientSecret.Reveal())
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, nil, ErrEndpoint
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if basic {
		req.SetBasicAuth(url.QueryEscape(c.p.ClientID), url.QueryEscape(c.p.ClientSecret.Reveal()))
	}
	return c.do(req)
}
