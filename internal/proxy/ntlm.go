package proxy

import (
	"github.com/Azure/go-ntlmssp"

	"app.latchkey/internal/secret"
)

// byPassword signs in by NTLM version 2. user may be "DOMAIN\name" or "name@domain".
func byPassword(user string, password secret.Secret) Leg {
	return func(challenge []byte) ([]byte, error) {
		if challenge == nil {
			return ntlmssp.NewNegotiateMessage("", "")
		}
		return ntlmssp.NewAuthenticateMessage(challenge, user, password.Reveal(), nil)
	}
}
