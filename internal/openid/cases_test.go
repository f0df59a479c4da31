package openid_test

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
)

// caseFile is a small input of testdata/cases.
func caseFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "cases", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// caseKey signs with the private half of the keys in the cases.
func caseKey(t *testing.T) func() (jose.SigningKey, string) {
	t.Helper()
	key, err := x509.ParsePKCS1PrivateKey(caseFile(t, "signing-key.der"))
	if err != nil {
		t.Fatal(err)
	}
	return func() (jose.SigningKey, string) { return jose.SigningKey{Algorithm: jose.RS256, Key: key}, "k1" }
}

// modulus is n of the key in the cases, as it should be written.
func modulus(t *testing.T) string {
	key, _ := caseKey(t)()
	public, _ := (&jose.JSONWebKey{Key: &key.Key.(*rsa.PrivateKey).PublicKey}).MarshalJSON()
	o := strings.SplitAfter(string(public), `"n":"`)
	return strings.SplitN(o[1], `"`, 2)[0]
}

// logs gathers what the client logs.
func (p *op) logs() *bytes.Buffer {
	var out bytes.Buffer
	p.log = slog.New(slog.NewTextHandler(&out, nil))
	return &out
}

// A key set that is odd in one thing: which keys are used, and what the error or the
// log says of the others.
func TestKeySets(t *testing.T) {
	n := modulus(t)
	rsaKey := func(more string) string {
		return `{"keys":[{"kty":"RSA","kid":"k1","n":"` + n + `","e":"AQAB"` + more + `}]}`
	}
	with := func(n, e string) string {
		return `{"keys":[{"kty":"RSA","kid":"k1","n":` + n + `,"e":` + e + `}]}`
	}
	plain := strings.NewReplacer("-", "+", "_", "/").Replace(n)
	for name, c := range map[string]struct {
		set  string
		want error
		says string // in the error, or in the log of a sign-in
	}{
		"the certificate's serial is negative": {set: string(caseFile(t, "jwks-x5c-negative-serial.json"))},
		"key_ops for encryption": {
			set: string(caseFile(t, "jwks-key-ops-encrypt.json")), want: openid.ErrUnknownKey,
		},
		"n with padding": {
			set: string(caseFile(t, "jwks-n-padded.json")), want: openid.ErrBrokenKey, says: `key "k1": n has padding`,
		},
		"private parts": {
			set: string(caseFile(t, "jwks-private-parts.json")), says: "keys.private_part_published",
		},
		"private parts of a wrong type":   {set: rsaKey(`,"d":7,"p":[]`), says: "keys.private_part_published"},
		"certificates of every type":      {set: rsaKey(`,"x5c":7,"x5t":[],"x5t#S256":{},"x5u":false`)},
		"a certificate that stands twice": {set: rsaKey(`,"x5c":7,"x5c":8`)},
		"x5u to a file":                   {set: rsaKey(`,"x5u":"file:///etc/passwd","x5c":["=="]`)},
		"null members": {
			set: rsaKey(`,"use":null,"alg":null,"key_ops":null,"x5c":null,"d":null,"ext":null`),
		},
		"members from the future": {set: rsaKey(`,"iat":"now","exp":{},"revoked":[1]`)},
		"key_ops with verify":     {set: rsaKey(`,"key_ops":["sign","verify"]`)},
		"key_ops as a text":       {set: rsaKey(`,"key_ops":"verify"`)},
		"key_ops of nothing":      {set: rsaKey(`,"key_ops":[]`), want: openid.ErrUnknownKey},
		"key_ops of a wrong type": {
			set: rsaKey(`,"key_ops":7`), want: openid.ErrBrokenKey, says: "key_ops is no list",
		},
		"use enc": {set: rsaKey(`,"use":"enc"`), want: openid.ErrUnknownKey},
		"use of a wrong type": {
			set: rsaKey(`,"use":["sig"]`), want: openid.ErrBrokenKey, says: "use is no text",
		},
		"alg of a wrong type": {
			set: rsaKey(`,"alg":256`), want: openid.ErrBrokenKey, says: "alg is no text",
		},
		"n twice": {
			set: rsaKey(`,"n":"AQAB"`), want: openid.ErrBrokenKey, says: "n stands twice",
		},
		"n in plain base64": {
			set: with(`"`+plain+`"`, `"AQAB"`), want: openid.ErrBrokenKey, says: "n is plain base64",
		},
		"n with a line's end": {
			set: with(`"`+n[:20]+`\n`+n[20:]+`"`, `"AQAB"`), want: openid.ErrBrokenKey, says: "n has white space",
		},
		"n as a number": {
			set: with("65537", `"AQAB"`), want: openid.ErrBrokenKey, says: "n is no text",
		},
		"n missing": {
			set: with("null", `"AQAB"`), want: openid.ErrBrokenKey, says: "n is missing",
		},
		"n empty": {
			set: with(`""`, `"AQAB"`), want: openid.ErrBrokenKey, says: "n is empty",
		},
		"e as a number": {
			set: with(`"`+n+`"`, "65537"), want: openid.ErrBrokenKey, says: "e is no text",
		},
		"e with padding": {
			set: with(`"`+n+`"`, `"AQAB="`), want: openid.ErrBrokenKey, says: "e has padding",
		},
		"e with loose bits": {
			set: with(`"`+n+`"`, `"AR"`), want: openid.ErrBrokenKey, says: "e ends in bits",
		},
		"e of two": {set: with(`"`+n+`"`, `"Ag"`), want: openid.ErrBrokenKey, says: "e"},
		"e of one": {
			set: with(`"`+n+`"`, `"AQ"`), want: openid.ErrBrokenKey, says: "e do not make a public key",
		},
		"a mark before the set": {set: "\ufeff" + rsaKey("")},
		"the kid twice, the other key first": {
			set: `{"keys":[{"kty":"RSA","kid":"k1","n":"` + n[:len(n)-4] + `AAAB","e":"AQAB"},` + rsaKey("")[9:],
		},
		"broken neighbours": {
			set: `{"keys":[null,7,"x",[],{},{"kty":"oct","k":"AAAA"},{"kty":"EC","crv":"P-256","x":"AA","y":"AA"},` +
				rsaKey("")[9:],
		},
		"a hundred broken ones before": {
			set: `{"keys":[` + strings.Repeat(`{"kty":"RSA","n":"=","e":"AQAB"},`, 300) + rsaKey("")[9:],
		},
		"other members of the set, twice": {set: `{"x":1,"x":2,` + rsaKey("")[1:]},
		"keys twice": {
			set: `{"keys":[],` + rsaKey("")[1:], want: openid.ErrKeys, says: "stands twice",
		},
		"keys that is an object": {set: `{"keys":{}}`, want: openid.ErrKeys, says: "keys is no list"},
		"keys that is null":      {set: `{"keys":null}`, want: openid.ErrKeys, says: "it has no keys"},
		"a bare list":            {set: rsaKey("")[8 : len(rsaKey(""))-1], want: openid.ErrKeys, says: "it is a list"},
		"an empty body":          {set: "", want: openid.ErrKeys, says: "it is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newOP(t, lies{signer: caseKey(t), serve: at("/jwks", body("application/json", 200, c.set))})
			log := p.logs()
			client, _ := p.client()
			_, err := signIn(t, client, session.SignInRequest{})
			client.Close()
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			where := log.String()
			if err != nil {
				where = err.Error()
			}
			if !strings.Contains(where, c.says) {
				t.Errorf("%q does not say %q", where, c.says)
			}
		})
	}
}

// EC and OKP keys, whose members are named as well.
func TestKeysOfCurves(t *testing.T) {
	ec, _ := (&jose.JSONWebKey{Key: &ecKey().PublicKey, KeyID: "ec"}).MarshalJSON()
	ed, _ := (&jose.JSONWebKey{Key: edKey().Public(), KeyID: "ed"}).MarshalJSON()
	edit := func(key []byte, from, to string) string { return strings.Replace(string(key), from, to, 1) }
	for name, c := range map[string]struct {
		key    string
		signer func() (jose.SigningKey, string)
		says   string
	}{
		"EC":               {string(ec), es256, ""},
		"OKP":              {string(ed), eddsa, ""},
		"x as a number":    {edit(ec, `"x":"`, `"x":7,"other":"`), es256, "x is no text"},
		"y with padding":   {edit(ec, `"y":"`, `"y":"AA==","other":"`), es256, "y has padding"},
		"no y":             {edit(ec, `"y":`, `"other":`), es256, "y is missing"},
		"no curve":         {edit(ec, `"crv":`, `"other":`), es256, "crv is missing"},
		"an unknown curve": {edit(ec, `P-256`, `P-192`), es256, "crv, x, y do not make"},
		"a point elsewhere": {
			edit(ec, `"y":"`, `"y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","other":"`), es256,
			"crv, x, y do not make",
		},
		"OKP of X25519": {edit(ed, `Ed25519`, `X25519`), eddsa, "crv, x do not make"},
		"OKP too short": {edit(ed, `"x":"`, `"x":"AAAA","other":"`), eddsa, "crv, x do not make"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newOP(t,
				lies{
					signer: c.signer, idToken: drop("at_hash"),
					serve: at("/jwks", body("application/json", 200, `{"keys":[`+c.key+`]}`)),
				})
			client, _ := p.client()
			_, err := signIn(t, client, session.SignInRequest{})
			if (err == nil) != (c.says == "") || err != nil &&
				(!errors.Is(err, openid.ErrBrokenKey) || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("%v, want %q", err, c.says)
			}
		})
	}
}

// Wrong encodings of an ID token's parts are refused, and the part is named.
func TestEncodingsOfATokensParts(t *testing.T) {
	for name, c := range map[string]struct {
		lie  func(string) string
		says string
	}{
		"a signature with padding": {func(raw string) string { return raw + "==" }, "its signature has padding"},
		"a signature in plain base64": {
			func(raw string) string { return raw[:len(raw)-4] + "+/+/" }, "its signature is plain base64",
		},
		"a signature with white space": {
			func(raw string) string { return raw[:len(raw)-4] + "\n" + raw[len(raw)-4:] },
			"its signature has white space",
		},
		"a payload with padding": {
			func(raw string) string { return strings.Replace(raw, ".", "=.", 2) }, "its header has padding",
		},
		"four parts": {func(raw string) string { return raw + ".x" }, "it has 4 parts"},
	} {
		p := newOP(t, lies{rawID: c.lie})
		client, _ := p.client()
		if _, err := signIn(t, client, session.SignInRequest{}); !errors.Is(err, openid.ErrMalformed) ||
			!strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// A discovery document that is odd in one thing.
func TestDiscoveryDocuments(t *testing.T) {
	file := func(name string) func(*op) http.HandlerFunc {
		return func(p *op) http.HandlerFunc {
			text := strings.ReplaceAll(string(caseFile(t, name)), "http://127.0.0.1:PORT", p.site.URL)
			return body("application/json", 200, strings.ReplaceAll(text, p.site.URL+"/keys", p.site.URL+"/jwks"))
		}
	}
	text := func(contentType string, status int, text string) func(*op) http.HandlerFunc {
		return func(*op) http.HandlerFunc { return body(contentType, status, text) }
	}
	type lie = func(claims)
	for name, c := range map[string]struct {
		serve  func(*op) http.HandlerFunc
		change lie
		set    func(*op, *provider.Provider)
		want   error
		says   string // in the error, or in what was ignored
	}{
		"auth methods as a text": {
			serve: file("discovery-auth-methods-text.json"),
			says:  "token_endpoint_auth_methods_supported is a text, not a list of texts",
		},
		"scopes as an object": {
			serve: file("discovery-scopes-object.json"), says: "scopes_supported is an object",
		},
		"no jwks_uri": {
			serve: file("discovery-no-jwks-uri.json"), want: openid.ErrMember,
			says: "there is no jwks_uri; the setting jwks_uri can give one",
		},
		"no jwks_uri, and a setting": {
			serve: file("discovery-no-jwks-uri.json"), set: func(op *op, p *provider.Provider) {
				p.JWKSURI = op.site.URL + "/jwks"
			},
		},
		"a template": {
			serve: file("discovery-issuer-template.json"), want: openid.ErrDiscoveryTemplate, says: "{tenantid}",
		},
		"broken":              {serve: file("discovery-broken.json"), want: openid.ErrBrokenJSON},
		"no JSON at all":      {serve: text("application/json", 200, "unavailable"), want: openid.ErrBrokenJSON},
		"a hotel's page":      {serve: text("text/html", 200, "\n<!doctype html><h1>Welcome"), want: openid.ErrWebPage},
		"a page after a mark": {serve: text("text/html", 200, "\ufeff<html>"), want: openid.ErrWebPage},
		"empty": {
			serve: text("application/json", 200, " \n"), want: openid.ErrDiscovery, says: "it is empty",
		},
		"a list": {serve: text("application/json", 200, "[]"), want: openid.ErrDiscovery, says: "it is a list"},
		"null":   {serve: text("application/json", 200, "null"), want: openid.ErrDiscovery, says: "no object"},
		"not UTF-8": {
			serve: text("application/json", 200, "\xff\xfe{\x00}\x00"), want: openid.ErrDiscovery, says: "UTF-8",
		},
		"a redirect": {serve: func(*op) http.HandlerFunc {
			return http.RedirectHandler("https://elsewhere.example/x?secret=1#f", http.StatusFound).ServeHTTP
		}, want: openid.ErrRedirect, says: "HTTP 302 to https://elsewhere.example/x"},
		"a redirect to nowhere": {
			serve: func(*op) http.HandlerFunc { return body("text/html", 302, "") }, want: openid.ErrStatus,
		},
		"an issuer that is a number": {change: put("issuer", 7), want: openid.ErrMember, says: "issuer is a number"},
		"no issuer":                  {change: drop("issuer"), want: openid.ErrMember, says: "there is no issuer"},
		"an issuer that is null":     {change: put("issuer", nil), want: openid.ErrMember, says: "there is no issuer"},
		"a token endpoint of lists": {
			change: put("token_endpoint", []string{"x"}), want: openid.ErrMember,
			says: "token_endpoint is a list of something else, not a text; the setting token_endpoint can give one",
		},
		"cured by a setting": {
			change: put("token_endpoint", 7), set: func(op *op, p *provider.Provider) {
				p.TokenEndpoint = op.site.URL + "/token"
			},
		},
		"optional members of all wrong types": {change: func(c claims) {
			c["revocation_endpoint"], c["end_session_endpoint"], c["userinfo_endpoint"] = 7, []int{1}, claims{}
			c["grant_types_supported"], c["code_challenge_methods_supported"] = []any{"x", nil}, true
			c["authorization_response_iss_parameter_supported"], c["id_token_signing_alg_values_supported"] =
				"true", "RS256"
		}, says: "userinfo_endpoint is an object, not a text"},
		"nulls": {change: func(c claims) {
			c["revocation_endpoint"], c["scopes_supported"], c["authorization_response_iss_parameter_supported"] =
				nil, nil, nil
		}},
		"members nobody uses, of every type": {
			change: func(c claims) { c["claims_supported"], c["service_documentation"] = 7, claims{} },
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newOP(t, lies{discovery: c.change})
			if c.serve != nil {
				p.lies.serve = at(discoveryPath, c.serve(p))
			}
			p.lies.answer = nil
			client, _ := p.client(func(conf *provider.Provider) {
				if c.set != nil {
					c.set(p, conf)
				}
			})
			meta, err := client.Discover(t.Context())
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			where := strings.Join(meta.Ignored, "; ")
			if err != nil {
				where = err.Error()
			}
			if !strings.Contains(where, c.says) || strings.Contains(where, "secret=1") {
				t.Errorf("%q does not say %q", where, c.says)
			}
			if err != nil {
				return
			}
			if c.says == "" && where != "" {
				t.Errorf("ignored: %s", where)
			}
			if _, err := signIn(t, client, session.SignInRequest{}); err != nil {
				t.Errorf("the sign-in: %v", err)
			}
		})
	}
}

// A template in the settings has the same words, and nothing is asked.
func TestATemplateInTheSettings(t *testing.T) {
	p := newOP(t, lies{})
	client, _ := p.client(func(conf *provider.Provider) { conf.Issuer = p.site.URL + "/{tenant}/v2.0" })
	if _, err := client.Discover(t.Context()); !errors.Is(err, openid.ErrDiscoveryTemplate) || len(p.requests) > 0 {
		t.Errorf("%v, %v", err, p.requests)
	}
}

// The claims of a userinfo answer without a usable sub are left out. Only a sub with another text is refused as another
// person.
func TestWhoseUserinfoIs(t *testing.T) {
	for name, c := range map[string]struct {
		sub  string
		want error
	}{
		"a number": {"4711", nil}, "null": {"null", nil}, "an object": {`{"id":"ada"}`, nil},
		"a list": {`["ada"]`, nil}, "true": {"true", nil}, "empty": {`""`, nil},
		"another text":       {`"eve"`, openid.ErrUserinfoSubject},
		"a number as a text": {`"4711"`, openid.ErrUserinfoSubject},
		"with a space":       {`"ada "`, openid.ErrUserinfoSubject},
	} {
		for _, mark := range []string{"", "\ufeff"} {
			p := newOP(t,
				lies{serve: at("/userinfo", body("application/json", 200, mark+`{"sub":`+c.sub+`,"name":"Eve"}`))})
			log := p.logs()
			client, _ := p.client()
			s, err := signIn(t, client, session.SignInRequest{})
			client.Close()
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
			if err == nil && (s.Profile.Name != "Ada" || !strings.Contains(log.String(), "userinfo.unusable")) {
				t.Errorf("%s: %q, log %s", name, s.Profile.Name, log)
			}
		}
	}
	p := newOP(t,
		lies{serve: at("/userinfo", body("application/json", 200, string(caseFile(t, "userinfo-sub-number.json"))))})
	client, _ := p.client()
	if s, err := signIn(t, client, session.SignInRequest{}); err != nil || s.Profile.Email != "ada@id.example" {
		t.Errorf("%v %+v", err, s.Profile)
	}
}

// A byte order mark is ignored in every answer of the provider.
func TestAMarkIsNoContent(t *testing.T) {
	p := newOP(t, lies{})
	real := p.site.Config.Handler
	p.site.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/authorize" {
			_, _ = w.Write([]byte("\ufeff"))
		}
		real.ServeHTTP(w, r)
	})
	client, _ := p.client()
	s, err := signIn(t, client, session.SignInRequest{})
	if err != nil || s.Profile.Name != "Ada Lovelace" {
		t.Fatalf("%v %+v", err, s.Profile)
	}
	if _, err := client.Refresh(t.Context(), s, keep); err != nil {
		t.Errorf("refresh: %v", err)
	}
	p.lies.answer = func(url.Values) {}
}
