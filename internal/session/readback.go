package session

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
)

// What was encoded is read back before it takes the place of a good file: a text that is no UTF-8, for one, is
// replaced by the encoder, and a token that would come back as another one must not be stored. An account whose
// bytes were read before, from the vault or at the last write, is not read again: the same bytes read as the same. An
// account that has not changed since is not encoded either: of one renewal among a thousand accounts the others' bytes
// are copied.

// readBack is what the bytes of each account are known to read as.
type readBack map[Key]readSession

// readSession is one account's bytes and what they read as, or what they are the encoding of and were read back. The
// bytes are nil where they hold more than what they read as, and are not to be written again.
type readSession struct {
	raw  []byte
	as   Session
	face string
}

var errOther = fmt.Errorf("session: encode: %w: what was encoded reads as something else", ErrDamaged)

// append appends s with its picture to out. A session that is what its bytes read as is not encoded: the bytes are
// written again.
func (k readBack) append(out *bytes.Buffer, enc *json.Encoder, s Session, face string) (readSession, error) {
	known := k[s.Key]
	if known.raw != nil && known.face == face && reflect.DeepEqual(known.as, s) {
		from := out.Len()
		out.Write(known.raw)
		known.raw = slices.Clip(out.Bytes()[from:])
		return known, nil
	}
	raw, err := appendSession(out, enc, s, face)
	if err == nil {
		err = k.check(raw, s)
	}
	return readSession{raw, s, face}, err
}

// check returns nil when raw, the encoding of s, reads as s. An error that matches [ErrDamaged] means that it cannot be
// read, or reads as another account or with other tokens.
func (k readBack) check(raw []byte, s Session) error {
	known := k[s.Key]
	if !bytes.Equal(known.raw, raw) {
		var err error
		if known, err = decodeSession(raw); err != nil {
			return fmt.Errorf("session: encode: what was encoded does not decode: %w", err)
		}
	}
	is := known.as
	if is.Key != s.Key || !is.Tokens.Refresh.Equal(s.Tokens.Refresh) || !is.Tokens.Access.Equal(s.Tokens.Access) ||
		!is.ProofKey.Equal(s.ProofKey) {
		return errOther
	}
	return nil
}

// size is how many bytes the accounts took.
func (k readBack) size() int {
	n := 0
	for _, s := range k {
		n += len(s.raw) + 1
	}
	return n
}
