package openid_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
)

func body(contentType string, status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

func at(path string, h http.HandlerFunc) map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{path: h}
}

const discoveryPath = "/.well-known/openid-configuration"

// project is an ID token as Zitadel makes it: for the project and all its clients.
func project(c claims) { c["aud"], c["azp"] = []string{"desk", "another client", "project"}, "desk" }

func ofParty(p *provider.Provider) { p.AudiencesOfParty = true }

// False answers of a provider that the foundation's list does not have, and the outcome of each. A nil want is a
// sign-in.
func TestLies(t *testing.T) {
	bombed() // its making is not part of the provider's answer
	hour := time.Hour
	now := time.Now()
	for name, c := range map[string]struct {
		lies   lies
		change func(*provider.Provider)
		req    session.SignInRequest
		want   error
	}{
		"azp of another client": {lies: lies{idToken: put("azp", "other")}, want: openid.ErrAZP},
		"azp that is no text":   {lies: lies{idToken: put("azp", []string{"desk"})}, want: openid.ErrAZP},
		"an audience that is trusted": {
			lies: lies{idToken: put("aud", []string{"desk", "api"})}, change: trust("api"),
		},
		"the party's audiences": {lies: lies{idToken: project}, change: ofParty},
		"audiences of another party": {
			lies: lies{idToken: func(c claims) { project(c); c["azp"] = "other" }}, change: ofParty,
			want: openid.ErrExtraAudience,
		},
		"audiences of no party": {
			lies: lies{idToken: func(c claims) { project(c); delete(c, "azp") }}, change: ofParty,
			want: openid.ErrExtraAudience,
		},
		"a project without the preset": {lies: lies{idToken: project}, want: openid.ErrExtraAudience},
		"a project without the client": {
			lies: lies{idToken: func(c claims) { project(c); c["aud"] = []string{"project"} }}, change: ofParty,
			want: openid.ErrAudience,
		},
		"an audience of another shape": {
			lies: lies{idToken: put("aud", claims{"desk": true})}, want: openid.ErrAudience,
		},
		"AUD is not aud": {
			lies: lies{idToken: func(c claims) { delete(c, "aud"); c["AUD"] = "desk" }}, want: openid.ErrAudience,
		},
		"ISS is not iss": {
			lies: lies{idToken: func(c claims) { c["ISS"], c["iss"] = c["iss"], "https://evil.example" }},
			want: openid.ErrIssuer,
		},
		"an issuer with a slash more": {
			lies: lies{idToken: func(c claims) { c["iss"] = c["iss"].(string) + "/" }}, want: openid.ErrIssuer,
		},
		"a claim that stands twice": {
			lies: lies{payload: func(b []byte) []byte { return append([]byte(`{"sub":"eve",`), b[1:]...) }},
			want: openid.ErrDoubledClaim,
		},
		"expired": {
			lies: lies{idToken: put("exp", now.Add(-2*time.Minute).Unix())}, want: openid.ErrExpired,
		},
		"expired within the leeway": {lies: lies{idToken: put("exp", now.Add(-30*time.Second).Unix())}},
		"no exp":                    {lies: lies{idToken: drop("exp")}, want: openid.ErrExpired},
		"exp as a text":             {lies: lies{idToken: put("exp", "9999999999")}, want: openid.ErrExpired},
		"issued in the future": {
			lies: lies{idToken: put("iat", now.Add(5*time.Minute).Unix())}, want: openid.ErrIssuedAt,
		},
		"not valid yet": {
			lies: lies{idToken: put("nbf", now.Add(5*time.Minute).Unix())}, want: openid.ErrNotBefore,
		},
		"no nonce":               {lies: lies{idToken: drop("nonce")}, want: openid.ErrNonce},
		"no at_hash":             {lies: lies{idToken: drop("at_hash")}},
		"an empty sub":           {lies: lies{idToken: put("sub", "")}, want: openid.ErrSubject},
		"a sub that is a number": {lies: lies{idToken: put("sub", 7)}, want: openid.ErrSubject},
		"no auth_time though asked": {
			lies: lies{idToken: drop("auth_time")}, req: session.SignInRequest{MaxAge: &hour}, want: openid.ErrAuthTime,
		},
		"an auth_time that is too old": {
			lies: lies{idToken: put("auth_time", now.Add(-2*hour).Unix())}, req: session.SignInRequest{MaxAge: &hour},
			want: openid.ErrAuthTime,
		},
		"an acr that was not demanded": {req: session.SignInRequest{ACRValues: []string{"mfa"}}},
		"not the acr that was demanded": {
			lies: lies{idToken: put("acr", "pwd")},
			req:  session.SignInRequest{ACRValues: []string{"mfa"}, Demand: true}, want: openid.ErrACR,
		},
		"not the acr of the settings": {
			change: func(p *provider.Provider) { p.RequiredACR = []string{"mfa"} }, want: openid.ErrACR,
		},
		"another person than asked for": {
			req: session.SignInRequest{Same: session.Key{Issuer: "x", Subject: "eve"}}, want: openid.ErrOtherPerson,
		},
		"ES256": {lies: lies{signer: es256, idToken: drop("at_hash")}},
		"EdDSA": {lies: lies{signer: eddsa, idToken: drop("at_hash")}},
		"an unknown key": {lies: lies{signer: func() (jose.SigningKey, string) {
			return jose.SigningKey{Algorithm: jose.RS256, Key: otherRSA()}, "nobody's"
		}}, want: openid.ErrUnknownKey},
		"a key for encryption": {
			lies: lies{keys: func(k []jose.JSONWebKey) any { k[0].Use = "enc"; return k }}, want: openid.ErrUnknownKey,
		},
		"a key of another algorithm": {
			lies: lies{keys: func(k []jose.JSONWebKey) any { k[0].Algorithm = "PS256"; return k }},
			want: openid.ErrUnknownKey,
		},
		"a key of 1,024 bits": {
			lies: lies{
				keys: func([]jose.JSONWebKey) any {
					return []jose.JSONWebKey{{Key: weakRSA(), KeyID: "rsa", Use: "sig"}}
				},
			}, want: openid.ErrUnknownKey,
		},
		"a key in the token's header": {
			lies: lies{
				signer: foreignRSA, header: func(h map[string]any) {
					h["jwk"] = jose.JSONWebKey{Key: &otherRSA().PublicKey}
				},
			}, want: openid.ErrSignature,
		},
		"a key's address in the header": {
			lies: lies{signer: foreignRSA, header: func(h map[string]any) { h["jku"] = "http://127.0.0.1:9/keys" }},
			want: openid.ErrSignature,
		},
		"a critical header": {
			lies: lies{header: func(h map[string]any) { h["crit"] = []string{"x"}; h["x"] = true }},
			want: openid.ErrCritical,
		},
		"a certificate in the header that is a text": {
			lies: lies{header: func(h map[string]any) { h["x5c"] = "MIIB" }}, want: openid.ErrHeader,
		},
		"a list in the header that is no certificate": {
			lies: lies{header: func(h map[string]any) { h["x5c"] = []string{"AAAA"} }}, want: openid.ErrHeader,
		},
		"a nonce in the header that is a number": {
			lies: lies{header: func(h map[string]any) { h["nonce"] = 7 }}, want: openid.ErrHeader,
		},
		"a key's name in the header that is a list": {
			lies: lies{header: func(h map[string]any) { h["kid"] = []string{"k"} }}, want: openid.ErrHeader,
		},
		"a token of three words": {
			lies: lies{rawID: func(string) string { return "a.b.c" }}, want: openid.ErrMalformed,
		},
		"an ID token that is none":     {lies: lies{token: drop("id_token")}, want: openid.ErrNoIDToken},
		"no token type":                {lies: lies{token: drop("token_type")}},
		"a token type of nothing":      {lies: lies{token: put("token_type", "")}},
		"a token type that is no text": {lies: lies{token: put("token_type", 7)}, want: openid.ErrTokenType},
		"a token type of its own":      {lies: lies{token: put("token_type", "DPoP")}, want: openid.ErrTokenType},
		"no access token":              {lies: lies{token: drop("access_token")}, want: openid.ErrTokenAnswer},
		"a lifetime as a text":         {lies: lies{token: put("expires_in", "3600")}},
		"a lifetime without end":       {lies: lies{token: put("expires_in", 1e300)}},
		"a negative lifetime":          {lies: lies{token: put("expires_in", -5)}},
		"both a code and an error": {
			lies: lies{answer: func(v url.Values) { v.Set("error", "access_denied") }}, want: openid.ErrAnswerShape,
		},
		"a doubled code": {
			lies: lies{answer: func(v url.Values) { v.Add("code", "OTHER") }}, want: openid.ErrDoubledParameter,
		},
		"neither code nor error": {
			lies: lies{answer: func(v url.Values) { v.Del("code") }}, want: openid.ErrAnswerShape,
		},
		"an error from elsewhere": {lies: lies{answer: func(v url.Values) {
			v.Del("code")
			v.Set("error", "access_denied")
			v.Set("iss", "https://evil.example")
		}}, want: openid.ErrAnswerIssuer},
		"access denied": {
			lies: lies{answer: func(v url.Values) { v.Del("code"); v.Set("error", "access_denied") }},
			want: openid.ErrAccessDenied,
		},
		"login required": {
			lies: lies{answer: func(v url.Values) { v.Del("code"); v.Set("error", "login_required") }},
			want: openid.ErrInteraction,
		},
		"a scope that is refused": {
			lies: lies{answer: func(v url.Values) { v.Del("code"); v.Set("error", "invalid_scope") }},
			want: openid.ErrAnswer,
		},
		"userinfo that is down": {
			lies: lies{serve: at("/userinfo", body("text/html", 502, "<h1>Bad gateway</h1>"))},
		},
		"userinfo of nobody":      {lies: lies{userinfo: drop("sub")}},
		"userinfo that is a page": {lies: lies{serve: at("/userinfo", body("text/html", 200, "<html>"))}},
		"userinfo elsewhere": {
			lies: lies{serve: at("/userinfo", http.RedirectHandler("http://127.0.0.1:9/", http.StatusFound).ServeHTTP)},
		},
		"markup in every claim": {
			lies: lies{
				userinfo: func(c claims) {
					c["name"] = "<img src=x onerror=alert(1)>\u202e"
					c["picture"] = "javascript:alert(1)"
				},
			},
		},
		"a picture that is a list": {lies: lies{userinfo: put("picture", []int{1})}},
		"discovery that is a page": {
			lies: lies{serve: at(discoveryPath, body("text/html", 200, "<html>the hotel's</html>"))},
			want: openid.ErrDiscovery,
		},
		"discovery that is missing": {
			lies: lies{serve: at(discoveryPath, body("text/plain", 404, "no"))}, want: openid.ErrStatus,
		},
		"discovery cut short": {
			lies: lies{serve: at(discoveryPath, body("application/json", 200, `{"issuer":"htt`))},
			want: openid.ErrDocument,
		},
		"discovery that redirects": {
			lies: lies{serve: at(discoveryPath, http.RedirectHandler("/elsewhere", http.StatusFound).ServeHTTP)},
			want: openid.ErrStatus,
		},
		"discovery with a doubled issuer": {
			lies: lies{serve: at(discoveryPath, body("application/json", 200, `{"issuer":"a","issuer":"b"}`))},
			want: openid.ErrDoubledClaim,
		},
		"discovery without end": {
			lies: lies{serve: at(discoveryPath, endless)}, want: openid.ErrBodyTooLarge,
		},
		"discovery that is a bomb": {
			lies: lies{serve: at(discoveryPath, bomb)}, want: openid.ErrBodyTooLarge,
		},
		"a token endpoint on plain http": {
			lies: lies{discovery: put("token_endpoint", "http://tokens.example/token")}, want: openid.ErrPlainHTTP,
		},
		"an authorization page as a file": {
			lies: lies{discovery: put("authorization_endpoint", "file:///etc/passwd")}, want: openid.ErrEndpoint,
		},
		"an authorization page as a script": {
			lies: lies{discovery: put("authorization_endpoint", "javascript:alert(1)")}, want: openid.ErrEndpoint,
		},
		"an endpoint that names a user": {
			lies: lies{discovery: put("token_endpoint", "https://me:pw@id.example/token")}, want: openid.ErrEndpoint,
		},
		"an endpoint with a fragment": {
			lies: lies{discovery: put("token_endpoint", "https://id.example/token#x")}, want: openid.ErrEndpoint,
		},
		"an endpoint of another type": {
			lies: lies{discovery: put("token_endpoint", 7)}, want: openid.ErrDocument,
		},
		"no token endpoint": {
			lies: lies{discovery: drop("token_endpoint")}, want: openid.ErrDiscovery,
		},
		"keys that are a page": {
			lies: lies{serve: at("/jwks", body("text/html", 200, "<html>"))}, want: openid.ErrKeys,
		},
		"keys without end": {lies: lies{serve: at("/jwks", endless)}, want: openid.ErrKeys},
		"a token endpoint that redirects": {
			lies: lies{
				serve: at("/token",
					http.RedirectHandler("http://127.0.0.1:9/steal", http.StatusTemporaryRedirect).ServeHTTP),
			}, want: openid.ErrTokenEndpoint,
		},
		"a token endpoint that says 429": {
			lies: lies{serve: at("/token", body("text/plain", 429, ""))}, want: openid.ErrStatus,
		},
		"a token endpoint that is a page": {
			lies: lies{serve: at("/token", body("text/html", 200, "<html>"))}, want: openid.ErrTokenAnswer,
		},
		"a token answer with a doubled name": {
			lies: lies{
				serve: at("/token",
					body("application/json", 200, `{"access_token":"a","access_token":"b","token_type":"Bearer"}`)),
			}, want: openid.ErrTokenAnswer,
		},
		"a token endpoint that refuses": {
			lies: lies{serve: at("/token", body("application/json", 400, `{"error":"invalid_client"}`))},
			want: openid.ErrTokenEndpoint,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newOP(t, c.lies)
			if c.change == nil {
				c.change = func(*provider.Provider) {}
			}
			client, _ := p.client(c.change)
			s, err := signIn(t, client, c.req)
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			if err == nil && s.Key.Subject != "ada" {
				t.Errorf("signed in as %q", s.Key.Subject)
			}
			if err != nil &&
				(strings.Contains(err.Error(), "CODE") || strings.Contains(err.Error(), "AT1") ||
					strings.Contains(err.Error(), "RT1") || strings.Contains(err.Error(), "eyJ")) {
				t.Errorf("the error bears a secret: %v", err)
			}
		})
	}
}

func TestTheClocksAreBlamed(t *testing.T) {
	p := newOP(t, lies{idToken: put("exp", time.Now().Add(10*time.Minute).Unix())})
	conf := provider.Provider{Issuer: p.site.URL, ClientID: "desk"}
	r := &receiver{answer: make(chan url.Values, 1), finished: make(chan bool, 1)}
	c, err := openid.New(conf, openid.Options{
		Now:    func() time.Time { return time.Now().Add(20 * time.Minute) },
		Listen: func(context.Context, openid.ListenSpec) (openid.Receiver, error) { return r, nil },
		OpenURL: func(_ context.Context, address string) error {
			client := &http.Client{
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			}
			res, err := client.Get(address)
			if err == nil {
				to, _ := res.Location()
				_ = res.Body.Close()
				r.answer <- to.Query()
			}
			return err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = signIn(t, c, session.SignInRequest{})
	var clock *openid.ClockError
	if !errors.As(err, &clock) || clock.Off < 19*time.Minute || clock.Off > 21*time.Minute {
		t.Errorf("%v", err)
	}
}

func FuzzDiscovery(f *testing.F) {
	f.Add([]byte(`{"issuer":"http://127.0.0.1:1","token_endpoint":"http://127.0.0.1:1/t"}`))
	f.Add([]byte(`{"issuer":"a","ISSUER":"b","jwks_uri":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := openid.New(provider.Provider{Issuer: "http://127.0.0.1:1", ClientID: "desk"},
			openid.Options{Transport: canned(data)})
		if err != nil {
			t.Fatal(err)
		}
		m, err := c.Discover(context.Background())
		if err != nil {
			return
		}
		var doc map[string]any
		if json.Unmarshal(data, &doc) != nil || doc["issuer"] != "http://127.0.0.1:1" {
			t.Errorf("believed: %+v", m)
		}
		for _, address := range []string{m.AuthURL, m.TokenURL, m.JWKSURL, m.UserInfoURL} {
			if u, err := url.Parse(address); address != "" &&
				(err != nil || u.Scheme != "https" && u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost" &&
					!strings.HasPrefix(u.Hostname(), "127.") && u.Hostname() != "::1") {
				t.Errorf("believed: %q", address)
			}
		}
	})
}

type canned []byte

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(c)), Request: r,
	}, nil
}
