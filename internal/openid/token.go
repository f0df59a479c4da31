package openid

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/oauth2"
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

// askToken lets x/oauth2 ask the token endpoint by our client, and returns the members
// of its answer, which was checked before that library read it.
func (c *Client) askToken(ctx context.Context, ask func(context.Context) error) (object, error) {
	strict := &strictToken{base: c.http.Transport, c: c}
	client := &http.Client{Transport: strict, CheckRedirect: c.http.CheckRedirect}
	err := ask(context.WithValue(ctx, oauth2.HTTPClient, client))
	switch {
	case strict.err != nil:
		return nil, strict.err
	case strict.answer == nil && err != nil:
		return nil, transient(ErrTokenAnswer) // x/oauth2's own words may quote the body
	}
	return strict.answer, nil
}

// strictToken reads the token endpoint's answer once, strictly, and passes on to
// x/oauth2 only what is a token answer. err has the reason otherwise.
type strictToken struct {
	base   http.RoundTripper
	c      *Client
	answer object
	err    error
}

// errStrict stops x/oauth2; the reason is in strictToken.err.
var errStrict = errors.New("openid: token answer refused")

// RoundTrip implements http.RoundTripper. What fails before the request was written has
// spent nothing; after it the answer is lost.
func (s *strictToken) RoundTrip(req *http.Request) (*http.Response, error) {
	var wrote atomic.Bool
	trace := &httptrace.ClientTrace{WroteRequest: func(i httptrace.WroteRequestInfo) {
		if i.Err == nil {
			wrote.Store(true)
		}
	}}
	res, err := s.base.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		if s.err = transient(err); wrote.Load() && !unsent(err) {
			s.err = lost(err)
		}
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		s.err = lost(err)
		return nil, err
	}
	if s.answer, s.err = s.c.grantAnswer(ErrTokenEndpoint, res, body); s.err != nil {
		return nil, errStrict
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	res.Header.Set("Content-Type", "application/json") // it has been read as such
	return res, nil
}

// unsent reports whether a request failed while it was being connected. Trace hooks tell
// of a request as written that a connection from before has not taken any more.
func unsent(err error) bool {
	var op *net.OpError
	connecting := errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect")
	return connecting || errors.Is(err, ErrTLS) || errors.Is(err, ErrHandshake)
}

// exchangeOnce redeems the code, once.
func (c *Client) exchangeOnce(ctx context.Context, a attempt, code string) (tokenAnswer, error) {
	answer, err := c.askToken(ctx, func(ctx context.Context) error {
		_, err := c.config(a.meta, a.redirect).Exchange(ctx, code, oauth2.VerifierOption(a.verifier))
		return err
	})
	if err != nil {
		return tokenAnswer{}, fmt.Errorf("openid: exchange code: %w", err)
	}
	return c.readAnswer(answer, strings.Join(a.scopes, " "))
}

// post sends a form to an endpoint of the provider, with the client's own
// credentials as the token request has them.
func (c *Client) post(ctx context.Context, m Metadata, endpoint string,
	form url.Values) (*http.Response, []byte, error) {
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
