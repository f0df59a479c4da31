package proxy

import (
	"context"
	"fmt"

	"github.com/alexbrainman/sspi"
	"github.com/alexbrainman/sspi/negotiate"
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

// ntlmTicket speaks NTLM by the library's calls alone: its package for NTLM ends the whole program at the start where
// Windows has no NTLM, as an administrator may have it.
func ntlmTicket() (Leg, error) {
	info, err := sspi.QueryPackageInfo(sspi.NTLMSP_NAME)
	if err != nil {
		return nil, fmt.Errorf("this Windows has no NTLM: %w", err)
	}
	cred, err := sspi.AcquireCredentials("", sspi.NTLMSP_NAME, sspi.SECPKG_CRED_OUTBOUND, nil)
	if err != nil {
		return nil, err
	}
	session := sspi.NewClientContext(cred, sspi.ISC_REQ_CONNECTION)
	return func(challenge []byte) ([]byte, error) {
		in, out, message := make([]sspi.SecBuffer, 1), make([]sspi.SecBuffer, 1), make([]byte, info.MaxToken)
		in[0].Set(sspi.SECBUFFER_TOKEN, challenge)
		out[0].Set(sspi.SECBUFFER_TOKEN, message)
		switch code := session.Update(nil, sspi.NewSecBufferDesc(out), sspi.NewSecBufferDesc(in)); code {
		case sspi.SEC_E_OK, sspi.SEC_I_CONTINUE_NEEDED:
			return message[:out[0].BufferSize], nil
		default:
			return nil, code
		}
	}, nil
}
