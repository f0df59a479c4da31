package claims

import (
	"slices"
	"strings"
)

// methods are the ways to sign in that amr may name (RFC 8176 §2), and what providers put there of their own.
var methods = map[string]string{
	"pwd": "a password", "password": "a password", "pin": "a PIN", "otp": "a one-time code", "totp": "a one-time code",
	"sms": "a text message", "tel": "a phone call", "hwk": "a security key", "swk": "a passkey", "pop": "a passkey",
	"webauthn": "a passkey", "fido": "a passkey", "passkey": "a passkey", "fpt": "a fingerprint",
	"face": "face recognition",
	"iris": "an eye scan", "vbm": "voice recognition", "sc": "a smart card", "kba": "security questions",
	"wia":   "Windows",
	"email": "a magic link", "link": "a magic link", "magiclink": "a magic link", "magic_link": "a magic link",
	"sso": "SSO", "saml": "SSO", "fed": "SSO", "federated": "SSO", "oauth": "a social account",
	"social": "a social account",
}

// How says how the person signed in, as in "with SSO" or "with a password and a
// one-time code", where amr or a claim of the provider's says it; else "".
func How(c Claims, amr []string) string {
	var ways []string
	several := false
	for _, value := range amr {
		several = several || value == "mfa" || value == "mca"
		if way := methods[strings.ToLower(value)]; way != "" && !slices.Contains(ways, way) {
			ways = append(ways, way)
		}
	}
	switch {
	case len(ways) > 0:
		return "with " + sentence(ways)
	case several:
		return "with several factors"
	}
	for _, claim := range []string{"identity_provider", "idp"} {
		if s := word(c[claim]); s != "" && len(s) < 60 {
			return "through " + s
		}
	}
	return ""
}

// sentence joins as a person does: a, b and c.
func sentence(words []string) string {
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// BoundTo says which key a session is tied to: where the key is, whether that is hardware from which it cannot be
// copied, and whether access tokens are tied to it too, or the renewal alone. It is "" for a session that is tied to
// none.
func BoundTo(key string, hardware, access bool) string {
	if key == "" {
		return ""
	}
	where := "a key in the vault, which can be copied with it"
	if hardware {
		where = "this computer by its " + key
	}
	if !access {
		where += " (the renewal alone)"
	}
	return where
}
