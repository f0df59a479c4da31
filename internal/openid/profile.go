package openid

import (
	"encoding/json"

	"app.latchkey/internal/session"
)

// The longest that is shown, in characters.
const (
	maxName  = 200
	maxEmail = 254 // RFC 5321 §4.5.3.1.3
)

// profile merges the claims of ID token and userinfo (OIDC Core §5.1). Values of userinfo replace those
// of the ID token, except for the claims by which the ID token describes itself. email and
// email_verified come from one source together: the flag of one source must not confirm the address of
// the other. The texts of the profile are cleaned for display; the claims are kept unchanged.
func profile(id, info object, subject string) session.Profile {
	merged := map[string]json.RawMessage{}
	for name, v := range id {
		merged[name] = v
	}
	for name, v := range info {
		if name == "email" || name == "email_verified" {
			continue // together, below
		}
		if !protocolClaim[name] && string(v) != "null" {
			merged[name] = v
		}
	}
	mail := id
	if info.text("email") != "" {
		mail = info
		merged["email"] = info["email"]
		delete(merged, "email_verified")
		if v, ok := info["email_verified"]; ok {
			merged["email_verified"] = v
		}
	}
	all := object(merged)
	p := session.Profile{Email: clean(mail.text("email"), maxEmail), Picture: all.text("picture"), Claims: merged}
	// An address that had to be mended is not the one that was verified.
	p.EmailVerified = p.Email != "" && p.Email == mail.text("email") && mail.flag("email_verified")
	if p.Picture == "" {
		p.Picture = all.text("avatar_url") // GitHub
	}
	for _, name := range []string{
		all.text("name"), all.text("preferred_username"), all.text("login"), p.Email, subject,
	} {
		if p.Name = clean(name, maxName); p.Name != "" {
			break
		}
	}
	return p
}

// protocolClaim are the claims that an ID token says about itself.
var protocolClaim = map[string]bool{
	"iss": true, "sub": true, "aud": true, "exp": true, "iat": true, "nbf": true, "jti": true, "azp": true,
	"nonce": true, "at_hash": true, "c_hash": true, "auth_time": true, "acr": true, "amr": true, "sid": true,
}
