package openid

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"app.latchkey/internal/proof"
	"app.latchkey/internal/proxy/route"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// basicAuth reports whether the client names itself in the Authorization header. Without a secret client_id stands in
// the body whatever is announced; with one, as announced, client_secret_basic when nothing is (RFC 8414 §2).
func (c *Client) basicAuth(m Metadata) bool {
	return c.clientKey == nil && !c.p.ClientSecret.IsZero() &&
		(len(m.AuthMethods) == 0 || slices.Contains(m.AuthMethods, "client_secret_basic"))
}

// scopes returns the scopes to ask for. offline_access is added where it helps (OIDC Core §11): several providers
// refuse it. The organization is added where it is a scope.
func (c *Client) scopes(m Metadata, organization string) []string {
	out := slices.Clone(c.p.Scopes)
	if len(out) == 0 {
		out = []string{"openid", "profile", "email"}
	}
	if !c.p.NoIDToken && !slices.Contains(out, "openid") {
		out = append([]string{"openid"}, out...)
	}
	switch want := c.p.OfflineAccess == "on" || slices.Contains(m.ScopesSupported, offlineAccess); {
	case c.p.OfflineAccess == "off":
		out = slices.DeleteFunc(out, func(s string) bool { return s == offlineAccess })
	case want && !slices.Contains(out, offlineAccess):
		out = append(out, offlineAccess)
	}
	if organization != "" && c.p.OrganizationScope != "" {
		out = append(out, c.p.OrganizationScope+organization)
	}
	return c.withAPIScopes(out)
}

// tokenRequest is one request to the token endpoint (RFC 6749 §3.2), of every grant: a code, a device code, a refresh
// token, a token for an API. It returns the members of a success. What fails before the request was written has spent
// nothing; after it the answer is lost ([session.ErrLost]).
func (c *Client) tokenRequest(ctx context.Context, m Metadata, form url.Values, by *proof.Prover) (object, error) {
	var wrote atomic.Bool
	trace := &httptrace.ClientTrace{WroteRequest: func(i httptrace.WroteRequestInfo) {
		if i.Err == nil {
			wrote.Store(true)
		}
	}}
	res, body, err := c.post(httptrace.WithClientTrace(ctx, trace), m, m.TokenURL, form, by)
	switch {
	case err != nil && (res != nil || wrote.Load() && !unsent(err)):
		return nil, lost(err)
	case errors.Is(err, errNoProof):
		return nil, err
	case err != nil:
		return nil, transient(err)
	}
	return c.grantAnswer(ErrTokenEndpoint, res, body)
}

// unsent reports whether a request failed while it was being connected. Trace hooks tell of a request as written that a
// connection from before has not taken any more.
func unsent(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	connecting := ok && (op.Op == "dial" || op.Op == "proxyconnect")
	return connecting || route.Known(err) || errors.Is(err, ErrTLS) || errors.Is(err, ErrHandshake) ||
		errors.Is(err, errNoProof)
}

// exchangeOnce redeems the code, once.
func (c *Client) exchangeOnce(ctx context.Context, a attempt, code string) (session.Tokens, error) {
	answer, err := c.tokenRequest(ctx, a.meta, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {a.redirect},
		"code_verifier": {a.verifier},
	}, a.bind.prover)
	if err != nil {
		return session.Tokens{}, fmt.Errorf("openid: exchange code: %w", err)
	}
	return c.readAnswer(answer, strings.Join(a.scopes, " "), a.bind)
}

// post sends a form to an endpoint of the provider, with the client's own credentials, and with a proof by the
// session's key where there is one.
func (c *Client) post(ctx context.Context, m Metadata, endpoint string, form url.Values,
	by *proof.Prover) (*http.Response, []byte, error) {
	return c.proven(ctx, by, secret.Secret{}, func() (*http.Request, error) {
		form := maps.Clone(form)
		if err := c.introduce(ctx, m, form); err != nil {
			return nil, err
		}
		req, err := formRequest(ctx, endpoint, form)
		if err == nil && c.basicAuth(m) {
			req.SetBasicAuth(url.QueryEscape(c.p.ClientID), url.QueryEscape(c.p.ClientSecret.Reveal()))
		}
		return req, err
	})
}
