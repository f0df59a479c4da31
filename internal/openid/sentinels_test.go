package openid_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
)

func TestSettingsThatCannotBeUsed(t *testing.T) {
	conf := provider.Provider{Issuer: "https://id.example"} // no client ID
	if _, err := openid.New(conf, openid.Options{}); !errors.Is(err, openid.ErrSettings) {
		t.Errorf("%v, want ErrSettings", err)
	}
}

func TestANetworkThatIsDown(t *testing.T) {
	p := newOP(t, lies{})
	c, _ := p.client()
	p.site.Close()
	if _, err := signIn(t, c, session.SignInRequest{}); !errors.Is(err, openid.ErrNetwork) {
		t.Errorf("%v, want ErrNetwork", err)
	}
}

func TestAPlainOAuthUserEndpointThatIsDown(t *testing.T) {
	p := newOP(t, lies{token: drop("id_token"), serve: at("/userinfo", body("text/html", 500, ""))})
	c, _ := p.client(func(conf *provider.Provider) { conf.NoIDToken = true })
	if _, err := signIn(t, c, session.SignInRequest{}); !errors.Is(err, openid.ErrUserinfo) {
		t.Errorf("%v, want ErrUserinfo", err)
	}
}

func TestRevocationAndLogoutThatFail(t *testing.T) {
	p, client, s := newSession(t,
		lies{serve: at("/revoke", body("application/json", 400, `{"error":"invalid_client"}`))})
	if _, err := client.Revoke(t.Context(),
		session.Revocation{Key: s.Key, ClientID: s.ClientID, Refresh: s.Tokens.Refresh}); !errors.Is(err,
		openid.ErrRevocation) {
		t.Errorf("%v, want ErrRevocation", err)
	}
	c, err := openid.New(provider.Provider{Issuer: p.site.URL, ClientID: "desk"}, openid.Options{
		NewLogoutForm: newLogoutForm(func(*logoutForm) error { return errors.New("no browser") }),
	})
	if err != nil {
		t.Fatal(err)
	}
	if outcome, err := c.EndSession(t.Context(), s); !errors.Is(err, openid.ErrLogout) ||
		outcome != session.EndingFailed {
		t.Errorf("%v %v, want ErrLogout", outcome, err)
	}
}

// Microsoft Entra for several tenants: the issuer is a template, and the token's
// own tenant must be one of those allowed.
func TestTenants(t *testing.T) {
	for name, c := range map[string]struct {
		tid, iss string
		want     error
	}{
		"allowed":                           {"T1", "T1", nil},
		"not allowed":                       {"T2", "T2", openid.ErrTenant},
		"allowed by tid, issued by another": {"T1", "T2", openid.ErrIssuer},
		"none named":                        {"", "T1", openid.ErrTenant},
		"the template itself":               {"{tenantid}", "{tenantid}", openid.ErrTenant},
	} {
		t.Run(name, func(t *testing.T) {
			p := newOP(t, lies{})
			issuer := func(tenant string) string { return p.site.URL + "/" + tenant + "/v2.0" }
			p.lies.discovery = func(d claims) {
				d["issuer"] = issuer("{tenantid}")
				delete(d, "authorization_response_iss_parameter_supported")
			}
			p.lies.answer = func(v url.Values) { v.Del("iss") }
			p.lies.idToken = func(id claims) {
				id["iss"] = issuer(c.iss)
				if c.tid != "" {
					id["tid"] = c.tid
				}
			}
			client, _ := p.client(func(conf *provider.Provider) {
				conf.Issuer, conf.DiscoveryURL, conf.AllowedTenants = issuer("common"), p.site.URL+
					discoveryPath, []string{"T1", "T3"}
			})
			if c.want == nil { // RFC 9207 with a template: the tenant's own issuer, and no other
				p.lies.answer = func(v url.Values) { v.Set("iss", issuer("T2")) }
				if _, err := signIn(t, client, session.SignInRequest{}); !errors.Is(err, openid.ErrAnswerIssuer) {
					t.Errorf("%v, want ErrAnswerIssuer", err)
				}
				p.lies.answer = func(v url.Values) { v.Set("iss", issuer("T1")) }
			}
			s, err := signIn(t, client, session.SignInRequest{})
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			if err != nil {
				return
			}
			if !strings.HasSuffix(s.Key.Issuer, "/T1/v2.0") {
				t.Errorf("kept under %s", s.Key.Issuer)
			}
			next, err := client.Refresh(t.Context(), s, keep)
			if err != nil {
				t.Fatalf("refresh: %v", err)
			}
			c.tid, c.iss = "T3", "T3" // allowed as well, and not this session's
			if _, err := client.Refresh(t.Context(), next, keep); !errors.Is(err, openid.ErrContinuity) {
				t.Errorf("refresh by another tenant: %v, want ErrContinuity", err)
			}
		})
	}
}
