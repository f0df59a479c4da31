package openid_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
)

func TestTheOrganizationIsSentByTheProvidersName(t *testing.T) {
	for _, name := range []string{"tenant", "organization", ""} {
		p := newOP(t, lies{})
		c, _ := p.client(func(conf *provider.Provider) { conf.OrganizationParam = name })
		if _, err := signIn(t, c, session.SignInRequest{Organization: "acme"}); err != nil {
			t.Fatal(err)
		}
		if got := p.asked.Get(name); name != "" && got != "acme" ||
			name == "" && strings.Contains(fmt.Sprint(p.asked), "acme") {
			t.Errorf("%q: %v", name, p.asked)
		}
	}
}

// The parameter for the organization, which the settings name, takes the place of nothing that a step-up demands.
func TestTheOrganizationReplacesNoDemand(t *testing.T) {
	for name, want := range map[string]string{"acr_values": "gold", "max_age": "60"} {
		p := newOP(t, lies{})
		c, _ := p.client(func(conf *provider.Provider) { conf.OrganizationParam = name })
		req := session.SignInRequest{Organization: "acme", ACRValues: []string{"gold"}, MaxAge: new(time.Minute)}
		if _, err := signIn(t, c, req); err != nil {
			t.Fatal(err)
		}
		if got := p.asked[name]; !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q, want %s alone", name, got, want)
		}
	}
}

// As a scope, as Zitadel has it; from the settings, which a request overrules; on
// another device too.
func TestTheOrganizationAsAScope(t *testing.T) {
	scoped := func(conf *provider.Provider) {
		conf.Organization, conf.OrganizationScope = "7", "urn:zitadel:iam:org:id:"
	}
	for _, want := range []string{"7", "8"} {
		p := newOP(t, lies{})
		c, _ := p.client(scoped)
		req := session.SignInRequest{}
		if want != "7" {
			req.Organization = want
		}
		if _, err := signIn(t, c, req); err != nil ||
			!strings.HasSuffix(p.asked.Get("scope"), " urn:zitadel:iam:org:id:"+want) {
			t.Errorf("%v, scope %q", err, p.asked.Get("scope"))
		}
	}
	p := newOP(t, lies{})
	if _, _, _, err := onDevice(t, p, options{}, scoped); err != nil ||
		!strings.HasSuffix(p.forms[0].Get("scope"), ":7") {
		t.Errorf("%v, %v", err, p.forms)
	}
}

// The parameter alone proves nothing: where tokens name the organization, it must be the one that was asked for.
func TestTheOrganizationIsChecked(t *testing.T) {
	google := func(conf *provider.Provider) { conf.OrganizationParam, conf.OrganizationClaims = "hd", []string{"hd"} }
	auth0 := func(conf *provider.Provider) {
		conf.OrganizationParam, conf.OrganizationClaims = "organization", []string{"org_id", "org_name"}
	}
	for name, c := range map[string]struct {
		change func(*provider.Provider)
		asked  string
		lie    func(claims)
		want   error
	}{
		"the one":             {google, "acme.example", put("hd", "ACME.example"), nil},
		"another":             {google, "acme.example", put("hd", "evil.example"), openid.ErrOrganization},
		"one that ends alike": {google, "acme.example", put("hd", "notacme.example"), openid.ErrOrganization},
		"none":                {google, "acme.example", drop("hd"), openid.ErrOrganization},
		"a list that has it":  {google, "acme.example", put("hd", []string{"acme.example"}), openid.ErrOrganization},
		"by its name":         {auth0, "acme", func(c claims) { c["org_id"], c["org_name"] = "org_1", "acme" }, nil},
		"by another's name": {
			auth0, "acme", func(c claims) { c["org_id"], c["org_name"] = "org_1", "evil" }, openid.ErrOrganization,
		},
		"nobody asked":         {google, "", put("hd", "evil.example"), nil},
		"tokens that say none": {func(conf *provider.Provider) { conf.OrganizationParam = "idp" }, "acme", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := newOP(t, lies{idToken: c.lie}).client(c.change)
			if _, err := signIn(t, client, session.SignInRequest{Organization: c.asked}); !errors.Is(err, c.want) ||
				(err == nil) != (c.want == nil) {
				t.Errorf("%v, want %v", err, c.want)
			}
			_, _, _, err := onDevice(t, newOP(t, lies{idToken: c.lie}),
				options{req: session.SignInRequest{Organization: c.asked}}, c.change)
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Errorf("on another device: %v, want %v", err, c.want)
			}
		})
	}
}
