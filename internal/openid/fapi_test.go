package openid_test

import (
	"errors"
	"net/url"
	"testing"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
)

// fapi are the demands of the FAPI 2.0 Security Profile on a client that a native client can meet, in words of our
// own: the foundation's modules for them need its suite. Each is held by tests that stand elsewhere as well.
func fapi() []module {
	const plan = "FAPI 2.0 client"
	held := func(name, note string, tests ...func(*testing.T)) module {
		return module{plan: plan, name: name, note: note, test: func(t *testing.T, _ module) {
			for _, test := range tests {
				test(t)
			}
		}}
	}
	return []module{
		held("pushed-request", "PAR (RFC 9126): the browser bears client_id and request_uri alone",
			TestARequestIsPushed),
		held("pushed-request-demanded", "no sign-in without PAR where it is demanded",
			TestAPushThatIsDemandedAndImpossible),
		held("pushed-request-refused", "no request in the address when the push fails", TestAPushThatFails),
		held("dpop-bound-tokens", "DPoP (RFC 9449), also at userinfo; jti fresh, iat by the provider's clock",
			TestABoundSession),
		held("dpop-nonce", "a nonce of each server, asked for once",
			TestANonceThatIsNeverAccepted, TestARefusalWithoutANonce),
		held("dpop-jkt", "the code is bound to the key", TestAPushedRequestBearsTheSecretAndTheKey),
		held("dpop-no-bearer", "with dpop = \"require\", and for an account that was bound once",
			TestABearerAnswerAtSignIn,
			TestABearerAnswerAtRefresh),
		held("dpop-proof-to-its-origin", "", TestANonceOfAnotherOrigin, TestAProofGoesNowhereElse),
		held("private-key-jwt", "aud is the issuer, unless the settings name the token endpoint", TestAClientWithAKey),
		{plan: plan, name: "answer-names-issuer", lies: lies{answer: func(v url.Values) { v.Del("iss") }},
			want: openid.ErrAnswerNoIss, note: "RFC 9207"},
		held("pkce-s256", "whatever is announced", testPKCE),
		held("no-plain-http", "but for an issuer on loopback (RFC 8252 §7.3)", testNoPlainHTTP),
	}
}

func testPKCE(t *testing.T) {
	p := newOP(t, lies{discovery: put("code_challenge_methods_supported", []string{"plain"})})
	_, _, err := p.signInWith(session.SignInRequest{})
	if err != nil || p.asked.Get("code_challenge_method") != "S256" {
		t.Errorf("%v, %v", err, p.asked)
	}
}

func testNoPlainHTTP(t *testing.T) {
	for _, member := range []string{"token_endpoint", "authorization_endpoint", "jwks_uri"} {
		p := newOP(t, lies{discovery: put(member, "http://id.example/x")})
		if _, _, err := p.signInWith(session.SignInRequest{}); !errors.Is(err, openid.ErrPlainHTTP) {
			t.Errorf("%s: %v", member, err)
		}
	}
	c, err := openid.New(provider.Provider{Issuer: "http://id.example", ClientID: "desk"}, openid.Options{})
	if err == nil {
		_, err = c.Discover(t.Context())
	}
	if !errors.Is(err, openid.ErrPlainHTTP) {
		t.Errorf("an issuer by http: %v", err)
	}
}
