package openid

import (
	"cmp"
	"maps"

	"app.latchkey/internal/session"
)

// The longest that is shown, in characters.
const (
	maxName  = 200
	maxEmail = 254 // RFC 5321 §4.5.3.1.3
)

// profile merges the claims of ID token and userinfo (OIDC Core §5.1). Values of userinfo replace those of the ID
// token, except for the claims by which the ID token describes itself. email and email_verified come from one source
// together: the flag of one source must not confirm the address of the other. The texts of the profile are cleaned
// for display; the claims are kept unchanged.
func profile(id, info object, subject string) session.Profile {
	all, mail := object{}, id
	maps.Copy(all, id)
	if info.text("email") != "" {
		mail = info
		delete(all, "email_verified")
	}
	for name, value := range info {
		ofMail := name == "email" || name == "email_verified"
		if !protocolClaim[name] && (!ofMail || info.text("email") != "") {
			all[name] = value
		}
	}
	p := session.Profile{
		Email: clean(mail.text("email"), maxEmail), Claims: all,
		Picture: cmp.Or(all.text("picture"), all.text("avatar_url")), // the latter is GitHub's
	}
	p.Name = cmp.Or(clean(all.text("name"), maxName), clean(all.text("preferred_username"), maxName),
		clean(all.text("login"), maxName), clean(p.Email, maxName), clean(subject, maxName))
	// An address that had to be mended is not the one that was verified.
	p.EmailVerified = p.Email != "" && p.Email == mail.text("email") && mail.flag("email_verified")
	return p
}

// protocolClaim are the claims that an ID token says about itself.
var protocolClaim = map[string]bool{
	"iss": true, "sub": true, "aud": true, "exp": true, "iat": true, "nbf": true, "jti": true, "azp": true,
	"nonce": true, "at_hash": true, "c_hash": true, "auth_time": true, "acr": true, "amr": true, "sid": true,
}
