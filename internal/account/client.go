package account

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"app.latchkey/internal/session"
	"app.latchkey/internal/weburl"
)

// ErrOrigin means that something is no origin to which a token may be sent.
var ErrOrigin = errors.New("account: no origin that a token may be sent to")

// Client returns an http.Client for the team's own code, which adds the active
// person's access token as a Bearer token (RFC 6750 §2.1) to requests to the allowed
// origins and to nothing else. The token is refreshed before it expires, and once
// when the server answers 401 (RFC 6750 §3.1), if the request's body can be sent
// again. With nobody signed in a request fails with ErrNobody or ErrSessionEnded.
//
// An origin is scheme, host and port (RFC 6454 §4), such as "https://api.example"; http is for loopback
// alone. The token is never sent along with a redirect to another origin, even an allowed one: a server
// that redirects must not choose where a token goes. A request that has an Authorization header of its
// own is left as it is. The client has no time limit of its own: give each request a context that has
// one.
func (a *Manager) Client(origins ...string) (*http.Client, error) {
	return a.client(origins, a.Token, a.Renew)
}

// ClientOf is Client for one account, whichever is active.
func (a *Manager) ClientOf(key session.Key, origins ...string) (*http.Client, error) {
	return a.client(origins,
		func(ctx context.Context) (Token, error) { return a.TokenOf(ctx, key) },
		func(ctx context.Context, refused Token) (Token, error) { return a.RenewOf(ctx, key, refused) })
}

// RoundTripper is Client for a caller that makes its own http.Client. base carries the requests; nil takes the
// transport that Client has.
func (a *Manager) RoundTripper(base http.RoundTripper, origins ...string) (http.RoundTripper, error) {
	if base == nil {
		base = a.opts.Transport
	}
	return newBearer(base, origins, a.Token, a.Renew)
}

func (a *Manager) client(origins []string, token func(context.Context) (Token, error),
	renew func(context.Context, Token) (Token, error)) (*http.Client, error) {
	b, err := newBearer(a.opts.Transport, origins, token, renew)
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: b}, nil
}

// newBearer checks the origins.
func newBearer(
	base http.RoundTripper, origins []string,
	token func(context.Context) (Token, error), renew func(context.Context, Token) (Token, error),
) (*bearer, error) {
	if len(origins) == 0 {
		return nil, fmt.Errorf("%w: none was named", ErrOrigin)
	}
	b := &bearer{base: base, token: token, renew: renew, allowed: map[string]bool{}}
	for _, text := range origins {
		u, err := url.Parse(text)
		if err != nil || u.User != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" ||
			u.Fragment != "" {
			return nil, fmt.Errorf("%w: %q", ErrOrigin, text)
		}
		if !weburl.Secure(u) {
			return nil, fmt.Errorf("%w: %q is neither https nor on this machine", ErrOrigin, text)
		}
		b.allowed[originOf(u)] = true
	}
	return b, nil
}

// bearer adds the token. It judges each hop by its own address: net/http would let
// a header go along to other hosts of the same domain.
type bearer struct {
	base    http.RoundTripper
	token   func(context.Context) (Token, error)
	renew   func(context.Context, Token) (Token, error)
	allowed map[string]bool
}

// RoundTrip implements http.RoundTripper.
func (b *bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	if !b.allowed[originOf(req.URL)] || strayed(req) || req.Header.Get("Authorization") != "" {
		return b.base.RoundTrip(req)
	}
	token, err := b.token(req.Context())
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // RoundTripper's contract, on errors too
		}
		return nil, err
	}
	res, err := b.base.RoundTrip(with(req, token))
	if err != nil || res.StatusCode != http.StatusUnauthorized {
		return res, err
	}
	again, ok := rewound(req)
	if !ok {
		return res, nil
	}
	fresh, err := b.renew(req.Context(), token)
	if err != nil || fresh.Access.Equal(token.Access) {
		return res, nil // the server's own word is the better answer
	}
	_ = res.Body.Close()
	return b.base.RoundTrip(with(again, fresh))
}

// with returns the request with the token; a RoundTripper must not change the
// request that it is given.
func with(req *http.Request, t Token) *http.Request {
	out := req.Clone(req.Context())
	out.Header.Set("Authorization", "Bearer "+t.Access.Reveal())
	return out
}

// rewound returns the request with its body from the start, if that can be had.
func rewound(req *http.Request) (*http.Request, bool) {
	if req.Body == nil || req.Body == http.NoBody {
		return req, true
	}
	if req.GetBody == nil {
		return nil, false
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, false
	}
	out := req.Clone(req.Context())
	out.Body = body
	return out, true
}

// strayed reports whether a redirect on the way has changed the origin.
func strayed(req *http.Request) bool {
	for at := req; at.Response != nil && at.Response.Request != nil; at = at.Response.Request {
		if originOf(at.Response.Request.URL) != originOf(req.URL) {
			return true
		}
	}
	return false
}

// originOf returns the origin of an address in one form (RFC 6454 §6.2).
func originOf(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	return u.Scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}
