package openid_test

import (
	"errors"
	"strings"
	"testing"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
)

// An organization that was asked for must be the one that the provider names,
// where its documentation says that it names one.
func TestTheOrganizationIsHeldAgainstItsClaim(t *testing.T) {
	for name, c := range map[string]struct {
		claims map[string]string // of the ID token
		asked  string
		want   error
	}{
		"named":          {map[string]string{"org_name": "acme"}, "acme", nil},
		"by its ID":      {map[string]string{"org_id": "org_1", "org_name": "acme"}, "org_1", nil},
		"in other case":  {map[string]string{"org_name": "acme"}, "Acme", nil},
		"another":        {map[string]string{"org_name": "evil"}, "acme", openid.ErrTenant},
		"none":           {nil, "acme", openid.ErrTenant},
		"nobody asked":   {map[string]string{"org_name": "acme"}, "", nil},
		"in other claim": {map[string]string{"tenant": "acme"}, "acme", openid.ErrTenant},
	} {
		for _, bySetting := range []bool{false, true} {
			p := newOP(t, lies{idToken: func(id claims) {
				for claim, text := range c.claims {
					id[claim] = text
				}
			}})
			req := session.SignInRequest{Organization: c.asked}
			client, _ := p.client(func(conf *provider.Provider) {
				conf.OrganizationParam, conf.OrganizationClaims = "organization", []string{"org_id", "org_name"}
				if bySetting {
					conf.Organization, req.Organization = c.asked, ""
				}
			})
			if _, err := signIn(t, client, req); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
			if got := p.asked.Get("organization"); got != c.asked {
				t.Errorf("%s: asked for %q", name, got)
			}
		}
	}
}

// Where an organization is a scope, it goes with the others.
func TestTheOrganizationAsAScope(t *testing.T) {
	p := newOP(t, lies{})
	client, _ := p.client(func(conf *provider.Provider) { conf.OrganizationScope = "urn:org:id:" })
	if _, err := signIn(t, client, session.SignInRequest{Organization: "7"}); err != nil {
		t.Fatal(err)
	}
	if scopes := strings.Fields(p.asked.Get("scope")); scopes[len(scopes)-1] != "urn:org:id:7" {
		t.Errorf("asked for %q", scopes)
	}
}
