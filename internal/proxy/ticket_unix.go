//go:build !windows

package proxy

import (
	"context"
	"errors"

	"app.latchkey/internal/proxy/kerberos"
)

// ticket asks Kerberos. NTLM has no tickets outside of Windows.
func ticket(ctx context.Context, getenv func(string) string, scheme, host string) (Leg, error) {
	if scheme != "negotiate" {
		return nil, errors.New("NTLM needs a name and a password in the setting proxy")
	}
	type result struct {
		token []byte
		err   error
	}
	done := make(chan result, 1)
	go func() { // ends when the realm's server answers, or does not in its own time
		token, err := kerberos.Token(getenv, host)
		done <- result{token, err}
	}()
	select {
	case r := <-done:
		if r.err != nil {
			return nil, r.err
		}
		return once(r.token), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
