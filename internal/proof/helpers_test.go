package proof_test

import (
	"crypto"
	"errors"
	"io"

	"app.latchkey/internal/proof"
)

// stuck is hardware that does not answer before it is closed.
type stuck struct {
	key  *proof.Key
	done chan struct{}
}

func (s *stuck) Public() crypto.PublicKey { return s.key.JWK().Key }

func (s *stuck) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	<-s.done
	return nil, errors.New("closed")
}

func (s *stuck) Close() error {
	close(s.done)
	return nil
}
