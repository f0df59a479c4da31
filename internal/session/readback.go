package session

import (
	"bytes"
	"fmt"
)

// What was encoded is read back before it takes the place of a good file: a text that is no UTF-8, for one, is
// replaced by the encoder, and a token that would come back as another one must not be stored. An account whose
// bytes were read before, from the vault or at the last write, is not read again: the same bytes read as the same.

// readBack is what the bytes of each account are known to read as.
type readBack map[Key]readSession

type readSession struct {
	raw []byte
	as  Session
}

var errOther = fmt.Errorf("session: encode: %w: what was encoded reads as something else", ErrDamaged)

// check returns what raw, the encoding of s, reads as. An error that matches [ErrDamaged] means that it cannot be
// read, or reads as another account or with other tokens than those of s.
func (k readBack) check(raw []byte, s Session) (readSession, error) {
	known, ok := k[s.Key]
	if !ok || !bytes.Equal(known.raw, raw) {
		again, _, err := decodeSession(raw)
		if err != nil {
			return readSession{}, fmt.Errorf("session: encode: what was encoded does not decode: %w", err)
		}
		known = readSession{raw, again}
	}
	is := known.as
	if is.Key != s.Key || !is.Tokens.Refresh.Equal(s.Tokens.Refresh) || !is.Tokens.Access.Equal(s.Tokens.Access) ||
		!is.ProofKey.Equal(s.ProofKey) {
		return readSession{}, errOther
	}
	return known, nil
}

// size is how many bytes the accounts took.
func (k readBack) size() int {
	n := 0
	for _, s := range k {
		n += len(s.raw) + 1
	}
	return n
}
