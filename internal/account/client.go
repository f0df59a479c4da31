package account

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"app.latchkey/internal/proof"
	"app.latchkey/internal/session"
	"app.latchkey/internal/weburl"
)

// ErrOrigin means that something is no origin to which a token may be sent.
var ErrOrigin = errors.New("account: no origin that a token may be sent to")

// Client returns an http.Client for the team's own code, which adds the active person's access token to requests to
// the allowed origins and to nothing else: as a Bearer token (RFC 6750 §2.1), or with a proof by the session's key
// where the token is bound to it (RFC 9449 §7). The token is refreshed before it expires, and once when the server
// answers 401 (RFC 6750 §3.1), if the request's body can be sent again. With nobody signed in a request fails with
// [ErrNobody] or [ErrSessionEnded].
//
// An origin of an API in the settings gets that API's own token, and every other one the session's. Without
// origins the client sends tokens to those of the APIs. An origin is scheme, host and port (RFC 6454 §4), such
// as "https://api.example"; http is for loopback alone. The token is never sent along with a redirect to another
// origin, even an allowed one: a server that redirects must not choose where a token goes. A request that has an
// Authorization header of its own is left as it is. A request that an API refuses until the person signs in again
// (RFC 9470) fails with a [StepUpError]; with [Options.StepUp] the person is asked, and the request sent once more.
// The client has no time limit of its own: give each request a context that has one.
func (a *Manager) Client(origins ...string) (*http.Client, error) {
	return a.ClientOf(session.Key{}, origins...)
}

// ClientOf is [Manager.Client] for one account, whichever is active. The person is asked for no step-up then.
func (a *Manager) ClientOf(key session.Key, origins ...string) (*http.Client, error) {
	b, err := a.newBearer(a.opts.Transport, key, origins)
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: b}, nil
}

// RoundTripper is [Manager.Client] for a caller that makes its own http.Client. base carries the requests; nil takes
// the transport that Client has.
func (a *Manager) RoundTripper(base http.RoundTripper, origins ...string) (http.RoundTripper, error) {
	if base == nil {
		base = a.opts.Transport
	}
	return a.newBearer(base, session.Key{}, origins)
}

// newBearer checks the origins.
func (a *Manager) newBearer(base http.RoundTripper, key session.Key, origins []string) (http.RoundTripper, error) {
	b := &bearer{accounts: a, key: key, base: base, allowed: map[string]string{}}
	of := map[string]string{}
	for _, api := range a.opts.APIs {
		for _, origin := range api.Origins {
			of[origin] = api.Name
		}
	}
	if len(origins) == 0 {
		b.allowed = of
	}
	for _, text := range origins {
		u, err := url.Parse(text)
		if err != nil || u.User != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" ||
			u.Fragment != "" {
			return nil, fmt.Errorf("%w: %q", ErrOrigin, text)
		}
		if !weburl.Secure(u) {
			return nil, fmt.Errorf("%w: %q is neither https nor on this machine", ErrOrigin, text)
		}
		b.allowed[weburl.Origin(u)] = of[weburl.Origin(u)]
	}
	if len(b.allowed) == 0 {
		return nil, fmt.Errorf("%w: none was named", ErrOrigin)
	}
	return b, nil
}

// bearer adds the token. It judges each hop by its own address: net/http would let a header go along to other hosts of
// the same domain.
type bearer struct {
	accounts *Manager
	key      session.Key // whose token; zero for the active account, the only one that a step-up asks
	base     http.RoundTripper
	allowed  map[string]string // by origin: the API that it is of, or none
}

// RoundTrip implements http.RoundTripper.
func (b *bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	api, allowed := b.allowed[weburl.Origin(req.URL)]
	if !allowed || strayed(req) || req.Header.Get("Authorization") != "" {
		return b.base.RoundTrip(req)
	}
	token, err := b.token(req.Context(), api)
	if err != nil {
		closeBody(req)
		return nil, err
	}
	res, err := b.send(req, token)
	if err != nil || res.StatusCode != http.StatusUnauthorized || nonceDemanded(res) {
		return res, err
	}
	if asked, ok := stepUpIn(req, res, api); ok { // another token of the same sign-in would not help
		return b.stepUp(req, res, token, asked)
	}
	again, ok := rewound(req)
	if !ok {
		return res, nil
	}
	fresh, err := b.accounts.RenewOf(req.Context(), b.key, token)
	if err != nil || fresh.Access.Equal(token.Access) {
		return res, nil // the server's own word is the better answer
	}
	leave(res)
	return b.send(again, fresh)
}

// token returns the account's token for an API; for none, the session's own.
func (b *bearer) token(ctx context.Context, api string) (Token, error) {
	if api != "" {
		return b.accounts.APITokenOf(ctx, b.key, api)
	}
	return b.accounts.TokenOf(ctx, b.key)
}

// send sends one request with the token. With a bound token it is sent once more where the server demands a
// nonce in the proof (RFC 9449 §9), if its body can be sent again.
func (b *bearer) send(req *http.Request, t Token) (*http.Response, error) {
	if t.Type != session.DPoP {
		return b.base.RoundTrip(with(req, t, ""))
	}
	prover, err := b.accounts.proverOf(t)
	for again := true; ; again = false {
		var text string
		if err == nil {
			text, err = prover.Proof(req.Context(), req.Method, req.URL.String(), t.Access)
		}
		if err != nil {
			closeBody(req)
			return nil, err
		}
		res, err := b.base.RoundTrip(with(req, t, text))
		if err != nil {
			return nil, err
		}
		fresh := prover.Learn(proof.Resource, req.URL.String(), res.Header)
		next, ok := rewound(req)
		if !again || !fresh || !ok || !nonceDemanded(res) {
			return res, nil
		}
		leave(res)
		req = next
	}
}

// maxLeft is the most that is read, in bytes, of a refusal that nobody wants.
const maxLeft = 4 << 10

// leave ends a response that nobody wants. With HTTP/1.1 the next request can take its connection only when the body
// was read.
func leave(res *http.Response) {
	_, _ = io.CopyN(io.Discard, res.Body, maxLeft+1)
	_ = res.Body.Close()
}

// proverOf returns what writes the proofs for a bound token.
func (a *Manager) proverOf(t Token) (*proof.Prover, error) {
	if a.opts.Keys == nil {
		return nil, ErrNotConfigured
	}
	return a.opts.Keys.Prover(t.key)
}

// nonceDemanded reports whether a server refused a proof for its nonce. Another token would not help.
func nonceDemanded(res *http.Response) bool {
	return res.StatusCode == http.StatusUnauthorized && proof.NonceDemanded(proof.Challenges(res.Header))
}

// with returns the request with the token and its proof; a RoundTripper must not change the request that it is given.
func with(req *http.Request, t Token, text string) *http.Request {
	out := req.Clone(req.Context())
	out.Header.Set("Authorization", t.Type+" "+t.Access.Reveal())
	if text != "" {
		out.Header.Set("DPoP", text)
	}
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
	out := req.Clone(req.Context())
	body, err := req.GetBody()
	out.Body = body
	return out, err == nil
}

// strayed reports whether a redirect on the way has changed the origin.
func strayed(req *http.Request) bool {
	for at := req; at.Response != nil && at.Response.Request != nil; at = at.Response.Request {
		if weburl.Origin(at.Response.Request.URL) != weburl.Origin(req.URL) {
			return true
		}
	}
	return false
}
