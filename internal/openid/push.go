package openid

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// pushedEndpoint is the member of the discovery document, and the setting, that names the endpoint to which an
// authorization request is pushed (RFC 9126 §5).
const pushedEndpoint = "pushed_authorization_request_endpoint"

// maxRequestURI is the longest request_uri that is put into an address, in bytes.
const maxRequestURI = 2048

// pushedRequest is an authorization request as the browser opens it.
type pushedRequest struct {
	address string
	life    time.Duration // of a request that was pushed; zero for one that is in the address itself
}

// authorizationRequest returns the address of the authorization request. Where the request is pushed (RFC 9126) the
// address bears client_id and request_uri alone; a push that fails is never made up for by a request in the address.
func (c *Client) authorizationRequest(ctx context.Context, a attempt) (pushedRequest, error) {
	v := c.authorizationParams(a)
	pushes, err := c.pushes(a.meta)
	if err != nil || !pushes {
		return pushedRequest{address: withQuery(a.meta.AuthURL, v)}, err
	}
	uri, life, err := c.push(ctx, a.meta, v)
	if err != nil {
		return pushedRequest{}, fmt.Errorf("openid: push the request: %w", err)
	}
	v = url.Values{"client_id": {c.p.ClientID}, "request_uri": {uri}}
	return pushedRequest{address: withQuery(a.meta.AuthURL, v), life: life}, nil
}

// pushes decides whether the request is pushed: where an endpoint is known, unless the settings say off. An
// endpoint that was announced in a form which cannot be used, or that is demanded and missing, is an error.
func (c *Client) pushes(m Metadata) (bool, error) {
	fault := m.faults[pushedEndpoint]
	switch {
	case c.p.PAR == "off":
		return false, nil
	case m.PushedURL == "" && (fault != "" || m.RequirePushed || c.p.PAR == "require"):
		return false, &MemberError{Member: pushedEndpoint, Fault: fault, Setting: pushedEndpoint}
	}
	return m.PushedURL != "", nil
}

// push sends the request to the provider and returns what stands for it, and for how long.
func (c *Client) push(ctx context.Context, m Metadata, v url.Values) (uri string, life time.Duration, err error) {
	res, body, err := c.post(ctx, m, m.PushedURL, v, nil)
	if err != nil {
		return "", 0, transient(err)
	}
	members, err := c.grantAnswer(ErrPushed, res, body)
	if err != nil {
		return "", 0, fmt.Errorf("%w: %w", ErrPushed, err)
	}
	uri = members.text("request_uri")
	life, ok := span(members["expires_in"])
	switch {
	case uri == "", len(uri) > maxRequestURI,
		strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", 0, fmt.Errorf("%w: %w: no request_uri", ErrPushed, ErrDocument)
	case !ok || life <= 0:
		return "", 0, fmt.Errorf("%w: %w: no expires_in", ErrPushed, ErrDocument)
	}
	return uri, life, nil
}

// leastPush is the shortest pause between two pushes of one sign-in.
const leastPush = 10 * time.Second

// pushAgain pushes the request of a sign-in anew before the one that is shown expires, until ctx ends: a person may
// open the address again after minutes. A push that fails leaves the address as it is.
func (c *Client) pushAgain(ctx context.Context, a attempt, last pushedRequest, show func(address string)) {
	for last.life > 0 && sleep(ctx, max(last.life*4/5, leastPush)) == nil {
		next, err := c.authorizationRequest(ctx, a)
		if err != nil {
			c.opts.Log.Warn("signin.push_failed", "err", err)
			return
		}
		last = next
		show(next.address)
	}
}
