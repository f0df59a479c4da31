package session

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"app.latchkey/internal/secret"
)

// Decode reads what [Encode] wrote, in this version or an earlier one. No bytes give the empty book. It returns
// [ErrNewer] or [ErrDamaged].
func Decode(data []byte) (Book, error) { return readBack{}.decode(data) }

// decode is [Decode] that notes what each account's bytes read as. The notes share memory with data.
func (k readBack) decode(data []byte) (Book, error) {
	clear(k)
	if len(data) == 0 {
		return Book{}, nil
	}
	w, err := decodeFrame(data)
	if err != nil {
		return Book{}, err
	}
	b := Book{Active: Key(w.Active), Typed: w.Typed}
	at := make(map[Key]int, len(w.Sessions))
	for _, raw := range w.Sessions {
		one, err := decodeSession(raw)
		if err != nil {
			return Book{}, err
		}
		key := one.as.Key
		if i, twice := at[key]; twice {
			b.Sessions[i] = one.as
		} else {
			at[key] = len(b.Sessions)
			b.Sessions = append(b.Sessions, one.as)
		}
		if face := (Face{one.as.Profile.Picture, one.face}); face.keepable() {
			b.putFace(key, face)
		}
		k[key] = one
	}
	for _, r := range w.Revoke {
		b.Revoke = append(b.Revoke, Revocation{
			Key: Key(r.Key), ClientID: r.ClientID,
			Access: secret.New(r.Access), Refresh: secret.New(r.Refresh), Since: fromUnix(r.Since),
			APIs: each(r.APIs, secret.New),
		})
	}
	if _, ok := b.Current(); !ok {
		b.Active = Key{}
	}
	return b, nil
}

// decodeFrame reads the book and leaves each session as it stands in data.
func decodeFrame(data []byte) (wireBook, error) {
	if head, list, tail, ok := cut(data); ok {
		var w wireBook
		if json.Unmarshal(slices.Concat(head, tail), &w) == nil && len(w.Sessions) == 0 && w.V >= 1 && w.V <= version {
			w.Sessions = list
			return w, nil
		}
	}
	var w wireBook
	err := json.Unmarshal(data, &w)
	if err != nil { // a newer version may have changed any member but this one
		var head struct {
			V int `json:"v"`
		}
		_ = json.Unmarshal(data, &head)
		w.V = head.V
	}
	switch {
	case w.V > version:
		return wireBook{}, fmt.Errorf("%w: version %d, this program reads up to %d", ErrNewer, w.V, version)
	case err != nil || w.V < 1:
		// The parser's own words could quote a token.
		return wireBook{}, ErrDamaged
	}
	return w, nil
}

// cut takes the members of the list "sessions" out of an encoded book, so that the parser need not read them twice.
// It judges quotes, brackets and commas alone. What it returns is JSON in every part if data is JSON, and in some part
// not if data is not. ok is false for a book without such a list in the form that [Encode] gives it.
func cut(data []byte) (head []byte, list []json.RawMessage, tail []byte, ok bool) {
	const name, open = `"sessions"`, ":["
	from, depth := 0, 0 // of the member under way; from is 0 before the list
	for i := 0; i < len(data); i++ {
		switch c := data[i]; c {
		case '"':
			end := afterString(data, i)
			if from == 0 && depth == 1 && string(data[i:end]) == name && bytes.HasPrefix(data[end:], []byte(open)) {
				end += len(open)
				head, from, depth = data[:end:end], end, depth+1
			}
			i = end - 1
		case '[', '{':
			depth++
		case ',':
			if from > 0 && depth == 2 {
				list, from = append(list, data[from:i:i]), i+1
			}
		case ']', '}':
			if depth--; from == 0 || depth > 1 {
				continue
			}
			if last := data[from:i:i]; len(list) > 0 || len(bytes.TrimSpace(last)) > 0 {
				list = append(list, last)
			}
			return head, list, data[i:], true
		}
	}
	return nil, nil, nil, false
}

// afterString returns where the string that begins at from ends: behind its closing quote.
func afterString(data []byte, from int) int {
	for i := from + 1; ; i++ {
		next := bytes.IndexByte(data[i:], '"')
		if next < 0 {
			return len(data)
		}
		escapes := 0
		for i += next; data[i-1-escapes] == '\\'; escapes++ {
		}
		if escapes%2 == 0 {
			return i + 1
		}
	}
}

// decodeSession reads one session.
func decodeSession(raw []byte) (readSession, error) {
	var w wireSession
	if err := json.Unmarshal(raw, &w); err != nil || w.Key.Issuer == "" || w.Key.Subject == "" {
		return readSession{}, ErrDamaged
	}
	one := readSession{raw: raw, face: w.Face}
	if CheckClaims(w.Claims) != nil {
		w.Claims, one.raw = nil, nil // version 0.1.0 had no limits; without them the session can be written again
	}
	one.as = fromWire(w)
	return one, nil
}
