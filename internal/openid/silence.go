package openid

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// askTimeout limits what a sign-out asks the provider on the way to its page in the browser.
const askTimeout = 3 * time.Second

// silence is how long a provider that did not answer in time is not asked again by a sign-out: a silent provider
// delays a sign-out by one time limit, not by one for each request.
const silence = 10 * time.Second

// noteAnswer notes whether the provider answered.
func (c *Client) noteAnswer(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err == nil:
		c.silentAt = time.Time{}
	case errors.Is(err, ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		c.silentAt = c.now()
	}
}

// silent reports whether the provider has just been asked, and did not answer.
func (c *Client) silent() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	since := c.now().Sub(c.silentAt)
	return !c.silentAt.IsZero() && since >= 0 && since < silence
}

// metadataSoon is [Client.Discover] for a sign-out, which does not wait long.
func (c *Client) metadataSoon(ctx context.Context) (Metadata, error) {
	if known := c.known(); known != nil {
		return *known, nil
	}
	if c.silent() {
		return Metadata{}, transient(ErrTimeout)
	}
	ctx, stop := context.WithTimeout(ctx, askTimeout)
	defer stop()
	return c.Discover(ctx)
}

// takesPOST asks an end-session endpoint whether it takes POST, as RP-Initiated Logout 1.0 §2 demands and not every
// provider does. The question bears neither cookies nor a token: nobody is signed out by it. Without an answer a GET is
// used, which is safe because no token is in it.
func (c *Client) takesPOST(ctx context.Context, endpoint string) bool {
	if c.silent() {
		return false
	}
	ctx, stop := context.WithTimeout(ctx, askTimeout)
	defer stop()
	req, err := formRequest(ctx, endpoint, url.Values{"client_id": {c.p.ClientID}})
	if err != nil {
		return false
	}
	req.Header.Set("Accept", "text/html")
	res, _, err := c.do(req)
	if res == nil { // an answer that is too large is one
		c.opts.Log.Warn("logout.not_asked", "err", err)
		return false
	}
	switch res.StatusCode {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone:
		return false
	}
	return res.StatusCode < 500
}
