package openid

import (
	"net/url"
	"slices"
	"strings"

	"app.latchkey/internal/session"
)

// Home realm: which company's sign-in the person is sent to. Providers have no
// common name for it; the settings bring each one's own.

// home fills in what the settings know of who signs in, and where.
func (c *Client) home(req session.SignInRequest) session.SignInRequest {
	req.LoginHint = first(req.LoginHint, c.p.LoginHint)
	req.Organization = first(req.Organization, c.p.Organization)
	if req.Organization != "" && c.p.OrganizationParam == "" && c.p.OrganizationScope == "" {
		c.opts.Log.Warn("signin.organization_ignored") // this provider has no name for it
	}
	return req
}

// sendHome adds the parameters under the provider's names.
func (c *Client) sendHome(v url.Values, req session.SignInRequest) {
	if req.LoginHint != "" {
		v.Set(c.p.LoginHintParam, req.LoginHint)
	}
	if req.Organization != "" && c.p.OrganizationParam != "" {
		v.Set(c.p.OrganizationParam, req.Organization)
	}
}

// scopesOf are the scopes of one sign-in: where a provider names the organization
// by a scope, that too.
func (c *Client) scopesOf(a attempt) []string {
	out := c.scopes(a.meta)
	if a.req.Organization != "" && c.p.OrganizationScope != "" {
		out = append(out, c.p.OrganizationScope+a.req.Organization)
	}
	return out
}

// checkOrganization: the parameter is but a wish, since the person's browser carries
// it. Where the provider says in a claim which organization it was, that one must
// be the one that was asked for.
func (c *Client) checkOrganization(t *idToken, want expected) error {
	if want.organization == "" || len(c.p.OrganizationClaims) == 0 {
		return nil
	}
	named := func(claim string) bool { return strings.EqualFold(t.claims.text(claim), want.organization) }
	if !slices.ContainsFunc(c.p.OrganizationClaims, named) {
		return ErrTenant
	}
	return nil
}
