package signin

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"app.latchkey/internal/account"
)

// Token is an access token that can be used now.
type Token struct {
	Value  Secret    `json:"-"`
	Type   string    `json:"type"`   // "Bearer", or "DPoP": of no use but through [Client.HTTPClient]
	Expiry time.Time `json:"expiry"` // zero when the provider gave no lifetime
	API    string    `json:"api"`    // of Config.APIs, the one that it is for; empty for the session's own token
}

// Token returns an access token of the active account, renewed first when that is due. Callers of the same moment, in
// this program and in others with the same [App.ID], share one renewal. A renewal that fails for now is no error
// while the token at hand still lives. It matches [ErrSignedOut] when a sign-in is needed, and [ErrOffline] or
// [ErrStore] for a fault that may pass.
func (c *Client) Token(ctx context.Context) (Token, error) {
	return do(ctx, c, func(ctx context.Context) (Token, error) {
		t, err := c.manager().Token(ctx)
		return tokenOf(t), err
	})
}

// Renew returns another access token than the refused one, which a server has answered with 401 (RFC 6750 §3.1), for
// the same API. Its errors are those of [Client.Token] and [Client.APIToken]. [Client.HTTPClient] does so by itself.
func (c *Client) Renew(ctx context.Context, refused Token) (Token, error) {
	return do(ctx, c, func(ctx context.Context) (Token, error) {
		t, err := c.manager().Renew(ctx, account.Token{
			Access: refused.Value.text, Expiry: refused.Expiry, API: refused.API,
		})
		return tokenOf(t), err
	})
}

// TokenSource returns the tokens of the active account as golang.org/x/oauth2 takes them. The [oauth2.Token] holds
// the access token in plain text, and no refresh token. ctx ends every call of it.
func (c *Client) TokenSource(ctx context.Context) oauth2.TokenSource { return source{ctx, c} }

// source is an oauth2.TokenSource.
type source struct {
	ctx context.Context
	c   *Client
}

// Token implements oauth2.TokenSource.
func (s source) Token() (*oauth2.Token, error) {
	t, err := s.c.Token(s.ctx)
	if err != nil {
		return nil, err
	}
	return &oauth2.Token{AccessToken: t.Value.Reveal(), TokenType: t.Type, Expiry: t.Expiry}, nil
}

// HTTPClient returns an HTTP client that sends the active account's access token to the named origins and to nobody
// else, redirects included, with a proof where the token is bound to a key of this computer (DPoP, RFC 9449). An origin
// of [Config.APIs] gets the token of that API, and every other one the session's own; without origins the client is for
// all of [Config.APIs]. An origin is such as "https://api.example.com"; http is taken for this machine alone. A
// request that a server answers with 401 is sent once more with a renewed token, if its body can be read again. With
// an origin that cannot be used each request fails with [ErrOrigin].
func (c *Client) HTTPClient(origins ...string) *http.Client {
	return &http.Client{Transport: c.Transport(nil, origins...)}
}

// Transport is [Client.HTTPClient] for a program that makes its own HTTP client: it adds the token to requests and
// hands them to base. Nil takes the transport of the sign-in: the same proxies, and [Config.RootCAs] trusted.
func (c *Client) Transport(base http.RoundTripper, origins ...string) http.RoundTripper {
	inner, err := c.manager().RoundTripper(base, origins...)
	return &transport{c, inner, explain(err, c.reader)}
}

// transport is one call of the client for each request.
type transport struct {
	c     *Client
	inner http.RoundTripper
	err   error
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	err := t.err
	if err == nil {
		err = t.c.open()
	}
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // RoundTripper's contract, on errors too
		}
		return nil, err
	}
	res, err := t.inner.RoundTrip(req)
	return res, explain(err, t.c.reader)
}

func tokenOf(t account.Token) Token {
	if t.Access.IsZero() {
		return Token{}
	}
	return Token{Value: Secret{t.Access}, Type: t.Type, Expiry: t.Expiry, API: t.API}
}
