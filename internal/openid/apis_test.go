package openid_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// jwtOf is an unsigned token with that payload.
func jwtOf(payload string) string {
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"RS256"}`)) + "." + part([]byte(payload)) + ".c2ln"
}

const ordersURI = "https://orders.example"

// orders is a setting of one API.
func orders(way string) provider.API {
	return provider.API{
		Name: "orders", Origins: []string{ordersURI}, Resource: ordersURI, Audience: "orders", Way: way,
		Scopes: []string{"orders.read", "orders.write"},
	}
}

// sessionWithAPI is a session of a provider whose settings name the API.
func sessionWithAPI(t *testing.T, l lies, a provider.API) (*op, *openid.Client, session.Session) {
	t.Helper()
	p := newOP(t, l)
	c, _ := p.client(func(conf *provider.Provider) { conf.APIs = []provider.API{a} })
	s, err := signIn(t, c, session.SignInRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return p, c, s
}

func TestHowATokenForAnAPIIsAskedFor(t *testing.T) {
	for way, c := range map[string]struct {
		want              url.Values
		scope, resource   string // of the authorization request
		spends, exchanges bool
	}{
		provider.ByResource: {
			want:  url.Values{"resource": {ordersURI}, "scope": {"orders.read orders.write"}},
			scope: "openid profile email offline_access orders.read orders.write", resource: ordersURI, spends: true,
		},
		provider.ByAudience: {
			want:  url.Values{"audience": {"orders"}, "scope": {"orders.read orders.write"}},
			scope: "openid profile email offline_access", spends: true,
		},
		provider.ByScope: {
			want:  url.Values{"scope": {"orders.read orders.write"}},
			scope: "openid profile email offline_access orders.read orders.write", spends: true,
		},
		provider.ByExchange: {
			want: url.Values{
				"resource": {ordersURI}, "audience": {"orders"}, "scope": {"orders.read orders.write"},
				"subject_token": {"AT1"}, "subject_token_type": {"urn:ietf:params:oauth:token-type:access_token"},
				"requested_token_type": {"urn:ietf:params:oauth:token-type:access_token"},
			},
			scope: "openid profile email offline_access", exchanges: true,
		},
	} {
		t.Run(way, func(t *testing.T) {
			p, client, s := sessionWithAPI(t, lies{}, orders(way))
			if got := p.asked.Get("scope"); got != c.scope {
				t.Errorf("the sign-in asks for %q, want %q", got, c.scope)
			}
			if got := p.asked.Get("resource"); got != c.resource {
				t.Errorf("the sign-in names %q, want %q", got, c.resource)
			}
			kept := session.Session{}
			next, err := client.ForAPI(t.Context(), s, "orders", func(_ context.Context, s session.Session) error {
				kept = s
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			form := p.forms[len(p.forms)-1]
			c.want.Set("client_id", "desk")
			c.want.Set("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
			if c.spends {
				c.want.Set("grant_type", "refresh_token")
				c.want.Set("refresh_token", "RT1")
			}
			if !reflect.DeepEqual(form, c.want) {
				t.Errorf("asked with %v\nwant %v", form, c.want)
			}
			got := next.APIs["orders"]
			if got.Tokens.Access.Reveal() != "AT2" || got.Asked != orders(way).Asked() || got.Tokens.Expiry.IsZero() {
				t.Errorf("%+v", got)
			}
			rotated := next.Tokens.Refresh.Reveal() == "RT2"
			if c.spends != rotated || c.spends != (kept.Tokens.Refresh.Reveal() == "RT2") {
				t.Errorf("kept %s, next has %s", kept.Tokens.Refresh.Reveal(), next.Tokens.Refresh.Reveal())
			}
			if next.Tokens.Access.Reveal() != "AT1" || len(s.APIs) != 0 {
				t.Errorf("the session's own token changed: %s, %d", next.Tokens.Access.Reveal(), len(s.APIs))
			}
		})
	}
}

// A token whose claims show that it is not for the API is refused, and no error quotes it.
func TestATokenForAForeignAudienceIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		token string
		good  bool
	}{
		"opaque":                      {"opaque", true},
		"of the resource":             {jwtOf(`{"aud":"` + ordersURI + `"}`), true},
		"of the audience":             {jwtOf(`{"aud":["userinfo","orders"]}`), true},
		"a JWT that names nobody":     {jwtOf(`{"sub":"ada"}`), true},
		"three parts that say little": {"a.b.c", true},
		"an encrypted JWT":            {jwtOf(`{"aud":"bills"}`) + ".x.y", true},
		"foreign":                     {jwtOf(`{"aud":"https://bills.example"}`), false},
		"foreign, among several":      {jwtOf(`{"aud":["https://bills.example","desk"]}`), false},
		"a longer name":               {jwtOf(`{"aud":"` + ordersURI + `.evil.example"}`), false},
		"a shorter name":              {jwtOf(`{"aud":"https://orders"}`), false},
		"another case":                {jwtOf(`{"aud":"ORDERS"}`), false},
		"another claim's name":        {jwtOf(`{"aud":"bills","AUD":"orders"}`), false},
		"aud twice":                   {jwtOf(`{"aud":"bills","aud":"orders"}`), false},
		"nobody in a list":            {jwtOf(`{"aud":[]}`), false},
		"a number":                    {jwtOf(`{"aud":1}`), false},
		"an object":                   {jwtOf(`{"aud":{"orders":"orders"}}`), false},
		"too large":                   {strings.Repeat("x", 64<<10+1), false},
	} {
		t.Run(name, func(t *testing.T) {
			p, client, s := sessionWithAPI(t, lies{}, orders(provider.ByResource))
			p.lies.token = func(answer claims) { answer["access_token"], answer["id_token"] = c.token, nil }
			next, err := client.ForAPI(t.Context(), s, "orders", keep)
			if c.good {
				if err != nil || next.APIs["orders"].Tokens.Access.Reveal() != c.token {
					t.Errorf("%v", err)
				}
				return
			}
			if !errors.Is(err, session.ErrAPI) || !errors.Is(err, openid.ErrAPIToken) ||
				errors.Is(err, session.ErrEnded) || strings.Contains(err.Error(), c.token) {
				t.Errorf("%v", err)
			}
		})
	}
}

// A token is not refused for an audience when the settings name none.
func TestScopesAloneSayNothingOfTheAudience(t *testing.T) {
	p, client, s := sessionWithAPI(t, lies{}, provider.API{
		Name: "orders", Way: provider.ByScope, Scopes: []string{"o"},
	})
	p.lies.token = func(answer claims) { answer["access_token"], answer["id_token"] = jwtOf(`{"aud":"x"}`), nil }
	if _, err := client.ForAPI(t.Context(), s, "orders", keep); err != nil {
		t.Error(err)
	}
}

func TestLiesOfATokenExchange(t *testing.T) {
	const types = "urn:ietf:params:oauth:token-type:"
	for name, c := range map[string]struct {
		lie func(claims)
		err error
	}{
		"an ID token in its place":       {put("issued_token_type", types+"id_token"), openid.ErrAPIToken},
		"a refresh token in its place":   {put("issued_token_type", types+"refresh_token"), openid.ErrAPIToken},
		"a type that is no text":         {put("issued_token_type", 1), openid.ErrAPIToken},
		"no access token (RFC 8693 N_A)": {put("token_type", "N_A"), openid.ErrTokenType},
		"nothing":                        {drop("access_token"), openid.ErrTokenAnswer},
		"a JWT":                          {put("issued_token_type", types+"jwt"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			p, client, s := sessionWithAPI(t, lies{}, orders(provider.ByExchange))
			p.lies.token = c.lie
			_, err := client.ForAPI(t.Context(), s, "orders", keep)
			if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
				t.Errorf("%v", err)
			}
		})
	}
}

// No refusal of an API's token ends the session by itself.
func TestRefusalsOfAnAPIsToken(t *testing.T) {
	for name, c := range map[string]struct {
		answer           http.HandlerFunc
		refusal, doubted bool
	}{
		"invalid_target":      {body("application/json", 400, `{"error":"invalid_target"}`), true, false},
		"invalid_scope":       {body("application/json", 400, `{"error":"invalid_scope"}`), true, false},
		"access_denied":       {body("application/json", 403, `{"error":"access_denied"}`), true, false},
		"unauthorized_client": {body("application/json", 400, `{"error":"unauthorized_client"}`), true, false},
		"unsupported":         {body("application/json", 400, `{"error":"unsupported_grant_type"}`), true, false},
		"Entra, without consent": {
			body("application/json", 400, `{"error":"invalid_grant","suberror":"consent_required"}`), true, true,
		},
		"interaction_required": {body("application/json", 400, `{"error":"interaction_required"}`), true, false},
		"invalid_request":      {body("application/json", 400, `{"error":"invalid_request"}`), true, true},
		"a gateway":            {body("text/html", 502, ""), false, false},
		"busy":                 {body("application/json", 503, `{"error":"temporarily_unavailable"}`), false, false},
		"a page":               {body("text/html", 403, "<html>"), false, false},
	} {
		for _, way := range []string{provider.ByResource, provider.ByExchange} {
			t.Run(name+" "+way, func(t *testing.T) {
				p, client, s := sessionWithAPI(t, lies{}, orders(way))
				p.serve(at("/token", c.answer))
				_, err := client.ForAPI(t.Context(), s, "orders", keep)
				var refused *session.APIError
				if errors.As(err, &refused) != c.refusal || err == nil || c.refusal && refused.Doubted != c.doubted {
					t.Errorf("%v", err)
				}
				for _, never := range []error{session.ErrEnded, session.ErrPersonNeeded} {
					if errors.Is(err, never) {
						t.Errorf("it matches %v", never)
					}
				}
			})
		}
	}
}

// The same person's session: an ID token that comes along is verified as at a refresh.
func TestAFalseIDTokenBesideAnAPIsTokenIsSeen(t *testing.T) {
	p, client, s := sessionWithAPI(t, lies{}, orders(provider.ByResource))
	p.lies.idToken = put("sub", "mallory")
	kept := ""
	_, err := client.ForAPI(t.Context(), s, "orders", func(_ context.Context, s session.Session) error {
		kept = s.Tokens.Refresh.Reveal()
		return nil
	})
	if !errors.Is(err, session.ErrFalse) || kept != "RT2" {
		t.Errorf("%v, kept %s", err, kept)
	}
}

func TestWithoutARefreshTokenAnAPIIsRefused(t *testing.T) {
	p, client, s := sessionWithAPI(t, lies{token: drop("refresh_token")}, orders(provider.ByResource))
	before := p.count("POST /token")
	if _, err := client.ForAPI(t.Context(), s, "orders", keep); !errors.Is(err, session.ErrAPI) ||
		!errors.Is(err, openid.ErrNoRefresh) || p.count("POST /token") != before {
		t.Errorf("%v", err)
	}
	if _, err := client.ForAPI(t.Context(), s, "bills", keep); !errors.Is(err, openid.ErrSettings) {
		t.Errorf("an API that the settings do not name: %v", err)
	}
}

// A resource that the sign-in did not name is not asked for: certified providers spend the refresh token, refuse, and
// end the session when the old token comes again.
func TestAnAPIThatCameAfterTheSignInSpendsNothing(t *testing.T) {
	p, client, s := sessionWithAPI(t, lies{}, orders(provider.ByResource))
	s.Resources = nil
	before := p.count("POST /token")
	if _, err := client.ForAPI(t.Context(), s, "orders", keep); !errors.Is(err, session.ErrAPI) ||
		!errors.Is(err, openid.ErrNotAsked) || p.count("POST /token") != before {
		t.Errorf("%v", err)
	}
}

// The subject token that is exchanged is quoted in no error.
func TestAnExchangedTokenIsQuotedNowhere(t *testing.T) {
	p, client, s := sessionWithAPI(t, lies{}, orders(provider.ByExchange))
	s.Tokens.Access = secret.New("s3cr3tACCESStoken")
	p.serve(at("/token", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(claims{
			"error": "invalid_target", "error_description": "no " + r.PostForm.Get("subject_token"),
		})
	}))
	_, err := client.ForAPI(t.Context(), s, "orders", keep)
	var answer *openid.AnswerError
	if !errors.As(err, &answer) || strings.Contains(answer.Description+err.Error(), "s3cr3t") {
		t.Errorf("%v", err)
	}
}
