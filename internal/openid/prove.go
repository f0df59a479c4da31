package openid

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// provenFor is how long after an answer of the provider the way to it counts as proven.
const provenFor = 10 * time.Second

// prove asks the provider for something harmless before a refresh token is spent, unless it has just answered
// something. A refresh token that is sent into a dead connection is lost, and the session with it. Connections die
// when the computer sleeps, when the network changes, and behind the sign-in page of a hotel's network. Connections
// from before are therefore closed first.
func (c *Client) prove(ctx context.Context, m Metadata) error {
	if since := c.now().UnixNano() - c.heard.Load(); since >= 0 && since < int64(provenFor) {
		return nil
	}
	c.http.CloseIdleConnections()
	address := cmp.Or(c.discoveryURL(), m.JWKSURL, m.UserInfoURL, m.TokenURL)
	res, _, err := c.get(ctx, address, nil)
	if err == nil &&
		(gateway(res.StatusCode) || res.StatusCode == http.StatusProxyAuthRequired ||
			res.StatusCode == http.StatusNetworkAuthenticationRequired) {
		err = c.statusError(ErrNetwork, res)
	}
	if err != nil {
		return transient(fmt.Errorf("openid: the way to the provider: %w", err))
	}
	return nil
}

// discoveryURL is where the discovery document is; "" when there is none.
func (c *Client) discoveryURL() string {
	switch {
	case c.p.NoDiscovery:
		return ""
	case c.p.DiscoveryURL != "":
		return c.p.DiscoveryURL
	}
	// OIDC Discovery §4: a trailing slash goes before the path is appended.
	return strings.TrimSuffix(c.p.Issuer, "/") + "/.well-known/openid-configuration"
}
