package openid_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
)

// module is one of the OpenID Foundation's relying-party test modules: what the provider does, and the outcome that is
// right. A nil want is a sign-in.
type module struct {
	plan, name string
	lies       lies
	refreshed  func(claims) // lies in the refreshed ID token alone
	change     func(*provider.Provider)
	want       error
	note       string
	test       func(*testing.T, module) // in place of the sign-in
}

func es256() (jose.SigningKey, string) {
	return jose.SigningKey{Algorithm: jose.ES256, Key: ecKey()}, "ec"
}

func eddsa() (jose.SigningKey, string) {
	return jose.SigningKey{Algorithm: jose.EdDSA, Key: edKey()}, "ed"
}

func foreignRSA() (jose.SigningKey, string) {
	return jose.SigningKey{Algorithm: jose.RS256, Key: otherRSA()}, "rsa"
}

func foreignEC() (jose.SigningKey, string) {
	return jose.SigningKey{Algorithm: jose.ES256, Key: otherEC()}, "ec"
}

func withoutKID() (jose.SigningKey, string) {
	return jose.SigningKey{Algorithm: jose.RS256, Key: rsaKey()}, ""
}

func shared() (jose.SigningKey, string) {
	return jose.SigningKey{Algorithm: jose.HS256, Key: []byte("a-secret-of-more-than-thirty-two-bytes")}, ""
}

// modules is the table. docs/conformance.md is made of it.
var modules = append(oidcModules, fapi()...)

var oidcModules = []module{
	{plan: "Basic", name: "oidcc-client-test"},
	{
		plan: "Basic", name: "oidcc-client-test-invalid-iss", lies: lies{idToken: put("iss", "https://evil.example")},
		want: openid.ErrIssuer,
	},
	{plan: "Basic", name: "oidcc-client-test-missing-sub", lies: lies{idToken: drop("sub")}, want: openid.ErrSubject},
	{
		plan: "Basic", name: "oidcc-client-test-invalid-aud", lies: lies{idToken: put("aud", "other")},
		want: openid.ErrAudience,
	},
	{plan: "Basic", name: "oidcc-client-test-missing-iat", lies: lies{idToken: drop("iat")}, want: openid.ErrIssuedAt},
	{
		plan: "Basic", name: "oidcc-client-test-kid-absent-single-jwks",
		lies: lies{signer: withoutKID, keys: func(k []jose.JSONWebKey) any { return k[:1] }},
	},
	{
		plan: "Basic", name: "oidcc-client-test-kid-absent-multiple-jwks", lies: lies{signer: withoutKID},
		note: "both outcomes conform; Latchkey tries the keys of the algorithm's type",
	},
	{plan: "Basic", name: "oidcc-client-test-idtoken-sig-rs256"},
	{
		plan: "Basic", name: "oidcc-client-test-idtoken-sig-none", lies: lies{rawID: unsigned},
		want: openid.ErrAlgorithm, note: "refused on purpose, module skipped: an unsigned token proves nothing",
	},
	{
		plan: "Basic", name: "oidcc-client-test-invalid-sig-rs256", lies: lies{signer: foreignRSA},
		want: openid.ErrSignature,
	},
	{
		plan: "Basic", name: "oidcc-client-test-userinfo-invalid-sub", lies: lies{userinfo: put("sub", "eve")},
		want: openid.ErrUserinfoSubject,
	},
	{
		plan: "Basic", name: "oidcc-client-test-nonce-invalid", lies: lies{idToken: put("nonce", "other")},
		want: openid.ErrNonce,
	},
	{plan: "Basic", name: "oidcc-client-test-scope-userinfo-claims", test: testUserinfoClaims},
	{plan: "Basic", name: "oidcc-client-test-client-secret-basic", test: testClientSecretBasic},
	{plan: "Config", name: "oidcc-client-test-discovery-openid-config"},
	{plan: "Config", name: "oidcc-client-test-discovery-jwks-uri-keys", test: testKeysAreFetched},
	{
		plan: "Config", name: "oidcc-client-test-discovery-issuer-mismatch",
		lies: lies{discovery: put("issuer", "https://evil.example")}, want: openid.ErrDiscoveryIssuer,
	},
	{
		plan: "Config", name: "oidcc-client-test-idtoken-sig-none", lies: lies{rawID: unsigned},
		want: openid.ErrAlgorithm, note: "refused on purpose, module skipped",
	},
	{plan: "Config", name: "oidcc-client-test-signing-key-rotation", test: testKeyRotation},
	{
		plan: "Config", name: "oidcc-client-test-signing-key-rotation-just-before-signing",
		test: testKeyRotationJustBefore,
	},
	{plan: "Refresh", name: "oidcc-client-test-refresh-token", test: refreshing},
	{
		plan: "Refresh", name: "oidcc-client-test-refresh-token-invalid-issuer",
		refreshed: anew("iss", "https://evil.example"), want: openid.ErrIssuer, test: refreshing,
	},
	{
		plan: "Refresh", name: "oidcc-client-test-refresh-token-invalid-sub", refreshed: anew("sub", "eve"),
		want: openid.ErrContinuity, test: refreshing,
	},
	{
		plan: "Refresh", name: "oidcc-client-test-refresh-token-invalid-aud",
		refreshed: anew("aud", []string{"desk", "api"}), change: trust("api"), want: openid.ErrContinuity,
		test: refreshing,
	},
	{
		plan: "Refresh", name: "oidcc-client-test-refresh-token-invalid-azp", refreshed: anew("azp", "desk"),
		want: openid.ErrContinuity, test: refreshing,
	},
	{plan: "RP-initiated logout", name: "oidcc-client-test-rp-init-logout", test: logout(session.EndingDone, nil)},
	{
		plan: "RP-initiated logout", name: "oidcc-client-test-rp-init-logout-other-state",
		test: logout(session.EndingSent, put("state", "other")),
		note: "not believed: the end of the session stays unknown, and the person is told so",
	},
	{
		plan: "RP-initiated logout", name: "oidcc-client-test-rp-init-logout-no-state",
		test: logout(session.EndingSent, drop("state")), note: "likewise",
	},
	{plan: "Others", name: "oidcc-client-test-missing-aud", lies: lies{idToken: drop("aud")}, want: openid.ErrAudience},
	{
		plan: "Others", name: "oidcc-client-test-invalid-sig-hs256", lies: lies{signer: shared},
		want: openid.ErrAlgorithm, note: "HS256 is refused always, with a sound signature too",
	},
	{
		plan: "Others", name: "oidcc-client-test-invalid-sig-es256", lies: lies{signer: foreignEC},
		want: openid.ErrSignature,
	},
	{
		plan: "Others", name: "oidcc-client-test-invalid-athash",
		lies: lies{idToken: put("at_hash", "AAAAAAAAAAAAAAAAAAAAAA")}, want: openid.ErrATHash,
	},
	{plan: "Others", name: "oidcc-client-test-idtoken-sig-es256", lies: lies{signer: es256}},
	{plan: "Others", name: "oidcc-client-test-userinfo-bearer-header", test: testUserinfoClaims},
	{plan: "Others", name: "oidcc-client-test-userinfo-signed", test: testSignedUserinfo},
	{
		plan: "Others", name: "oidcc-client-test-aggregated-claims", lies: lies{userinfo: foreignClaims},
		note: "left alone",
	},
	{
		plan: "Others", name: "oidcc-client-test-distributed-claims", lies: lies{idToken: foreignClaims},
		note: "left alone: nothing is fetched",
	},
	{
		plan: "Others", name: "oidcc-client-test-ignores-unparseable-key-in-jwks", lies: lies{
			keys: func(k []jose.JSONWebKey) any {
				return []any{claims{"kty": "RSA", "n": "!!", "e": 3}, "not a key", claims{"kty": "future"}, k[0]}
			},
		},
	},
	{
		plan: "FAPI client", name: "fapi-client-test-invalid-authorization-response-iss",
		lies: lies{answer: func(v url.Values) { v.Set("iss", "https://evil.example") }}, want: openid.ErrAnswerIssuer,
	},
	{
		plan: "FAPI client", name: "fapi-client-test-remove-authorization-response-iss",
		lies: lies{answer: func(v url.Values) { v.Del("iss") }}, want: openid.ErrAnswerNoIss,
	},
	{
		plan: "FAPI client", name: "fapi-client-test-invalid-state",
		lies: lies{answer: func(v url.Values) { v.Set("state", "other") }}, want: openid.ErrState,
		note: "the redirect receiver refuses it first, and the wait goes on",
	},
	{
		plan: "FAPI client", name: "fapi-client-test-missing-state",
		lies: lies{answer: func(v url.Values) { v.Del("state") }}, want: openid.ErrState, note: "likewise",
	},
	{
		plan: "FAPI client", name: "fapi-client-test-invalid-secondary-aud",
		lies: lies{idToken: put("aud", []string{"desk", "evil"})}, want: openid.ErrExtraAudience,
	},
	{
		plan: "FAPI client", name: "fapi-client-test-valid-aud-as-array",
		lies: lies{idToken: put("aud", []string{"desk"})},
	},
	{
		plan: "FAPI client", name: "fapi-client-test-token-type-case-insensitivity",
		lies: lies{token: put("token_type", "bEaReR")},
	},
	{plan: "FAPI client", name: "fapi-client-test-no-expires-in", lies: lies{token: drop("expires_in")}},
	{
		plan: "Latchkey's own", name: "token-answer-without-token-type", lies: lies{token: drop("token_type")},
		note: "taken as Bearer, and logged",
	},
	{
		plan: "Latchkey's own", name: "token-answer-of-another-type", lies: lies{token: put("token_type", "DPoP")},
		want: openid.ErrTokenType,
	},
	{plan: "Latchkey's own", name: "null-is-absent", test: own(TestNullIsAbsent)},
	{plan: "Latchkey's own", name: "lifetime-not-told", test: own(TestALifetimeThatIsNotKnown)},
	{
		plan: "Latchkey's own", name: "refresh-refusals", test: own(TestOnlyInvalidGrantEndsASession),
		note: "invalid_grant in a JSON body ends a session, whatever the HTTP status",
	},
	{plan: "Latchkey's own", name: "refresh-person-needed", test: own(TestThePersonIsNeeded)},
	{plan: "Latchkey's own", name: "refresh-answer-lost", test: own(TestALostAnswerWithoutGraceIsNamed)},
	{plan: "Latchkey's own", name: "refresh-way-proven", test: own(TestTheWayIsProvenBeforeATokenIsSpent)},
	{plan: "Latchkey's own", name: "code-redeemed-again", test: own(TestTheCodeIsRedeemedByAnotherTry)},
	{plan: "Latchkey's own", name: "refused-sign-in-revokes", test: own(TestARefusedSignInGivesItsTokensBack)},
	{
		plan: "Latchkey's own", name: "offline-access-needs-consent", test: own(TestConsentIsLearned),
		note: "OIDC Core §11: asked once more, and remembered",
	},
	{
		plan: "Latchkey's own", name: "prompt-refused", test: own(TestAnotherAccount),
		note: "the next weaker prompt, and remembered",
	},
	{
		plan: "Latchkey's own", name: "project-audiences", test: own(TestAProjectsAudiencesMayChange),
		note: "the Zitadel preset alone",
	},
	{
		plan: "Latchkey's own", name: "key-with-an-unreadable-certificate", lies: lies{keys: oneKey("x5c", 7)},
		note: "x5c, x5t, x5t#S256 and x5u are never looked at",
	},
	{
		plan: "Latchkey's own", name: "key-ops-without-verify",
		lies: lies{keys: oneKey("key_ops", []string{"encrypt"})}, want: openid.ErrUnknownKey,
	},
	{
		plan: "Latchkey's own", name: "key-with-a-padded-modulus", lies: lies{keys: oneKey("n", "AQAB=")},
		want: openid.ErrBrokenKey, note: "the member is named",
	},
	{
		plan: "Latchkey's own", name: "published-private-key", lies: lies{keys: oneKey("d", "AQAB")},
		note: "with a warning in the log; doctor fails",
	},
	{
		plan: "Latchkey's own", name: "discovery-optional-member-of-a-wrong-type",
		lies: lies{discovery: put("grant_types_supported", 7)}, note: "counts as absent; doctor warns",
	},
	{
		plan: "Latchkey's own", name: "discovery-required-member-missing", lies: lies{discovery: drop("jwks_uri")},
		want: openid.ErrMember, note: "with the setting that cures it",
	},
	{
		plan: "Latchkey's own", name: "discovery-issuer-template",
		lies: lies{discovery: put("issuer", "https://id.example/{tenantid}/v2.0")}, want: openid.ErrDiscoveryTemplate,
	},
	{
		plan: "Latchkey's own", name: "userinfo-sub-of-another-type", lies: lies{userinfo: put("sub", 4711)},
		note: "userinfo is not used, and logged",
	},
	{
		plan: "Latchkey's own", name: "times-in-milliseconds", lies: lies{idToken: put("exp", 1900000000000)},
		want: openid.ErrTimeClaim,
	},
	{plan: "Latchkey's own", name: "claims-nested-too-deep", lies: lies{payload: nested}, want: session.ErrTooLarge},
}

// nested adds a claim of 9,998 arrays in each other.
func nested(payload []byte) []byte {
	return append([]byte(`{"deep":`+strings.Repeat("[", 9998)+strings.Repeat("]", 9998)+","), payload[1:]...)
}

// oneKey publishes the key that signs with one member changed.
func oneKey(name string, value any) func([]jose.JSONWebKey) any {
	return func(keys []jose.JSONWebKey) any {
		key := claimsOf(keys[0])
		key[name] = value
		return []any{key}
	}
}

// own is one of Latchkey's own tests as a row of the table.
func own(test func(*testing.T)) func(*testing.T, module) {
	return func(t *testing.T, _ module) { test(t) }
}

func trust(audience string) func(*provider.Provider) {
	return func(p *provider.Provider) { p.TrustedAudiences = []string{audience} }
}

func foreignClaims(c claims) {
	c["_claim_names"] = claims{"address": "src1", "phone": "missing"}
	c["_claim_sources"] = claims{"src1": claims{"endpoint": "http://169.254.169.254/claims", "access_token": "x"}}
}

// anew lies in an ID token of a refresh, which has no nonce.
func anew(name string, v any) func(claims) {
	return func(c claims) {
		c[name] = v
		delete(c, "nonce")
	}
}
