package openid

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/provider"
)

// What any page can send to the redirect URI.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"code=C&state=S&iss=https://id.example", "code=C&state=S", "code=C&code=D&state=S&iss=https://id.example",
		"error=access_denied&error_description=%E2%80%AEno&state=S&iss=https://id.example",
		"code=C&error=x&state=S&iss=https://id.example",
		"code=C&state=T&iss=https://id.example", "code=C&state=S&iss=https://evil.example",
		"state=S&iss=https://id.example&code=", "%",
	} {
		f.Add(seed)
	}
	c, err := New(provider.Provider{Issuer: "https://id.example", ClientID: "desk"}, Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, query string) {
		v, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		code, err := c.checkAnswer(Metadata{AnswerNamesIssuer: true}, "S", v)
		if err == nil {
			for name, values := range v {
				if len(values) != 1 {
					t.Errorf("%s stood %d times", name, len(values))
				}
			}
			if code == "" || code != v.Get("code") || v.Get("state") != "S" || v.Get("iss") != "https://id.example" ||
				v.Has("error") {
				t.Errorf("believed: %q", query)
			}
			return
		}
		var answer *AnswerError
		if errors.As(err, &answer) &&
			(answer.Kind == nil || !fitToBeShown(answer.Description, 200) || !fitToBeShown(answer.Code, 60)) {
			t.Errorf("not fit to be shown: %q %q", answer.Code, answer.Description)
		}
	})
}

// fitToBeShown checks what clean promises.
func fitToBeShown(s string, most int) bool {
	odd := func(r rune) bool { return !unicode.IsPrint(r) && r != 0x200c && r != 0x200d }
	return utf8.ValidString(s) && !strings.ContainsFunc(s, odd) && utf8.RuneCountInString(s) <= most+1
}

// What an ID token or userinfo can say.
func FuzzClaims(f *testing.F) {
	for _, seed := range []string{
		`{"sub":"ada","aud":["desk"],"exp":1e9,"email_verified":"true"}`, `{"sub":"a","sub":"b"}`, `{"SUB":"ada"}`,
		`{"aud":[1]}`,
		`{"exp":-1e400}`, `{"sub":"ada"}{}`, `[]`, `null`, `{"sub":null}`, "{\"\xff\":1}", `{"a":{"a":1,"a":2}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := parseObject(data)
		if err != nil {
			if !errors.Is(err, ErrDocument) && !errors.Is(err, ErrDoubledClaim) {
				t.Errorf("no sentinel: %v", err)
			}
			return
		}
		if !json.Valid(data) {
			t.Error("believed what is no JSON")
		}
		var folded map[string]json.RawMessage
		if json.Unmarshal(data, &folded) != nil {
			t.Error("encoding/json does not read it")
		}
		maps.DeleteFunc(folded, func(_ string, v json.RawMessage) bool { return string(v) == "null" })
		if len(folded) != len(o) {
			t.Errorf("%d members, encoding/json finds %d", len(o), len(folded))
		}
		_, _, _ = o.date("exp")
		_, _ = o.texts("aud")
		p := profile(o, o, "subject")
		if p.Name == "" || p.EmailVerified && p.Email == "" || !fitToBeShown(p.Name, maxName) ||
			!fitToBeShown(p.Email, maxEmail) {
			t.Errorf("%+v", p)
		}
	})
}

// What the token endpoint can answer, to a code, to a refresh token and to a device.
func FuzzTokenAnswer(f *testing.F) {
	for _, seed := range []string{
		`{"access_token":"A","token_type":"Bearer","expires_in":3600,"refresh_token":"R","id_token":"I",` +
			`"scope":"openid"}`,
		`{"access_token":"A","token_type":"bearer","expires_in":"1e999"}`,
		`{"error":"invalid_grant","error_description":"\u202e<b>"}`,
		`{"device_code":"D","user_code":"ABCD-EFGH","verification_uri":"https://id.example/link","expires_in":600,` +
			`"interval":5}`,
		`{"device_code":"D","user_code":"A\nB","verification_uri":"javascript:alert(1)","expires_in":-1,` +
			`"interval":1e300}`,
		`{"access_token":"A","access_token":"B","token_type":"Bearer"}`, `<html>`, ``,
		`{"access_token":7,"token_type":["Bearer"]}`,
	} {
		for _, status := range []int{200, 400, 401, 502} {
			f.Add(status, []byte(seed))
		}
	}
	c, err := New(provider.Provider{Issuer: "https://id.example", ClientID: "desk"}, Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, data []byte) {
		o, err := c.grantAnswer(ErrTokenEndpoint, &http.Response{StatusCode: status, Header: http.Header{}}, data)
		if err != nil {
			var answer *AnswerError
			if errors.As(err, &answer) && !fitToBeShown(answer.Code+answer.Description, 260) {
				t.Errorf("not fit to be shown: %q %q", answer.Code, answer.Description)
			}
			if !utf8.ValidString(err.Error()) || len(err.Error()) > 1000 {
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
			return
		}
		if status != http.StatusOK || !json.Valid(data) {
			t.Errorf("believed: %d %q", status, data)
		}
		if got, err := c.readAnswer(o, "openid", binding{}); err == nil {
			if got.Access.IsZero() || got.Type != "Bearer" || got.Lifetime < 0 ||
				got.Lifetime > maxLifetime {
				t.Errorf("believed: %q", data)
			}
			if (got.Lifetime == 0) != got.Expiry.IsZero() {
				t.Errorf("a lifetime of %s ends at %s", got.Lifetime, got.Expiry)
			}
		}
		if d, err := c.readDevice(context.Background(), o); err == nil {
			if d.code.IsZero() || d.shown.UserCode == "" || !fitToBeShown(d.shown.UserCode, maxUserCode) ||
				d.interval < minInterval || !d.expires.After(time.Time{}) {
				t.Errorf("believed: %q", data)
			}
			for _, address := range []string{d.shown.VerificationURI, d.shown.VerificationURIComplete} {
				if u, err := url.Parse(address); address != "" &&
					(err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil) {
					t.Errorf("believed: %q", address)
				}
			}
		}
	})
}

// one answers every request with one document.
type one []byte

func (o one) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(o)), Request: r},
		nil
}

// What can stand where an ID token should: nothing is believed but what the one key
// has signed.
func FuzzIDToken(f *testing.F) {
	public, private, err := ed25519.GenerateKey(bytes.NewReader(make([]byte, 64))) // the same at each run
	if err != nil {
		f.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: private},
		(&jose.SignerOptions{}).WithHeader("kid", "k"))
	if err != nil {
		f.Fatal(err)
	}
	jws, err := signer.Sign([]byte(`{"iss":"https://id.example","sub":"ada","aud":"desk"}`))
	if err != nil {
		f.Fatal(err)
	}
	signed, err := jws.CompactSerialize()
	if err != nil {
		f.Fatal(err)
	}
	input := signed[:strings.LastIndex(signed, ".")]
	f.Add(signed)
	for _, header := range []string{
		`{"alg":"none"}`, `{"alg":"EdDSA","crit":["b64"],"b64":false}`, `{"alg":"EdDSA","alg":"none"}`,
		`{"alg":"HS256","kid":"k"}`, `{"alg":"EdDSA","jwk":{}}`,
		`{"alg":"EdDSA","kid":"k","zip":"DEF"}`, `{"alg":"EdDSA","kid":7}`, `{"ALG":"EdDSA"}`,
	} {
		f.Add(base64.RawURLEncoding.EncodeToString([]byte(header)) + signed[strings.Index(signed, "."):])
	}
	f.Add(input + ".")
	f.Add(signed + ".")
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: public, KeyID: "k"}}})
	if err != nil {
		f.Fatal(err)
	}
	c, err := New(provider.Provider{Issuer: "https://id.example", ClientID: "desk"}, Options{Transport: one(set)})
	if err != nil {
		f.Fatal(err)
	}
	c.keys = &keySet{c: c, address: "https://id.example/keys"}
	f.Fuzz(func(t *testing.T, raw string) {
		payload, err := c.keys.verifySignature(context.Background(), raw)
		if err != nil {
			verdicts := []error{ErrMalformed, ErrHeader, ErrAlgorithm, ErrCritical, ErrSignature, ErrUnknownKey,
				ErrKeys}
			if !slices.ContainsFunc(verdicts, func(v error) bool { return errors.Is(err, v) }) {
				t.Errorf("no sentinel: %v", err)
			}
			return
		}
		if raw != signed || !strings.Contains(string(payload), `"ada"`) {
			t.Errorf("believed: %q", raw)
		}
	})
}
