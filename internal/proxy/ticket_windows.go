package proxy

import (
	"context"

	"github.com/alexbrainman/sspi/negotiate"
	"github.com/alexbrainman/sspi/ntlm"
)

// ticket asks Windows (SSPI), which knows who is signed in to it.
func ticket(_ context.Context, _ func(string) string, scheme, host string) (Leg, error) {
	if scheme == "ntlm" {
		return ntlmTicket()
	}
	cred, err := negotiate.AcquireCurrentUserCredentials()
	if err != nil {
		return nil, err
	}
	session, first, err := negotiate.NewClientContext(cred, "HTTP/"+host)
	if err != nil {
		_ = cred.Release()
		return nil, err
	}
	return func(challenge []byte) ([]byte, error) {
		if challenge == nil {
			return first, nil
		}
		_, next, err := session.Update(challenge)
		return next, err
	}, nil
}

func ntlmTicket() (Leg, error) {
	cred, err := ntlm.AcquireCurrentUserCredentials()
	if err != nil {
		return nil, err
	}
	session, first, err := ntlm.NewClientContext(cred)
	if err != nil {
		_ = cred.Release()
		return nil, err
	}
	return func(challenge []byte) ([]byte, error) {
		if challenge == nil {
			return first, nil
		}
		return session.Update(challenge)
	}, nil
}
