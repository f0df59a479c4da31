package session

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"app.latchkey/internal/secret"
)

// version is the newest version of the encoding that this program writes. It rises
// when an older program would misread what a newer one wrote; a field that an
// older program may ignore does not raise it. What an older program reads right is written in that program's
// version: a book without bound sessions is of version 1, as Latchkey 0.1.0 wrote it.
const (
	version      = 2 // sessions that are bound to a key: an older program would drop the key
	firstVersion = 1
)

// ErrNewer is returned for an encoding that a newer Latchkey wrote.
var ErrNewer = errors.New("session: written by a newer version")

// ErrDamaged is returned for bytes that are no encoding of sessions.
var ErrDamaged = errors.New("session: not an encoding of sessions")

// Encode returns the book as bytes that bear every token in the clear: they are for a [sealer] alone. Each version is
// a JSON object with a number "v". What could not be read back is an error that matches [ErrTooLarge] or
// [ErrDamaged].
func Encode(b Book) ([]byte, error) { return readBack{}.encode(b) }

// encode is [Encode] that encodes no account which is as it was read, and reads back none whose bytes were read before.
// What is joined is JSON since each part was read by itself: the frame, and every account.
func (k readBack) encode(b Book) ([]byte, error) {
	head, tail, err := frame(b)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.Grow(k.size() + len(head) + len(tail) + 8<<10)
	out.Write(head)
	enc := encoder(&out)
	fresh := make(readBack, len(b.Sessions))
	for i, s := range b.Sessions {
		if i > 0 {
			out.WriteByte(',')
		}
		if _, twice := fresh[s.Key]; twice {
			return nil, errOther
		}
		if fresh[s.Key], err = k.append(&out, enc, s, b.faceOf(s)); err != nil {
			return nil, err
		}
	}
	out.Write(tail)
	if out.Len() > MaxBookBytes {
		return nil,
			fmt.Errorf("session: encode: %w: %d bytes, and %d are the most", ErrTooLarge, out.Len(), MaxBookBytes)
	}
	clear(k)
	maps.Copy(k, fresh)
	return out.Bytes(), nil
}

// frame encodes what stands before and after the sessions, and reads it back.
func frame(b Book) (head, tail []byte, err error) {
	w := wireBook{
		V: versionOf(b), Active: wireKey(b.Active), Sessions: []json.RawMessage{}, Revoke: []wireRevocation{},
	}
	if len(b.Typed) <= MaxTyped {
		w.Typed = b.Typed
	}
	for _, r := range b.Revoke {
		w.Revoke = append(w.Revoke, wireRevocation{
			Key: wireKey(r.Key), ClientID: r.ClientID,
			Access: r.Access.Reveal(), Refresh: r.Refresh.Reveal(), Since: unix(r.Since),
			APIs: each(r.APIs, secret.Secret.Reveal),
		})
	}
	var out bytes.Buffer
	if err := encoder(&out).Encode(w); err != nil {
		return nil, nil, fmt.Errorf("session: encode: %w", ErrDamaged)
	}
	empty := bytes.TrimSpace(out.Bytes())
	again, err := Decode(empty)
	if err != nil {
		return nil, nil, fmt.Errorf("session: encode: what was encoded does not decode: %w", err)
	}
	if len(again.Revoke) != len(b.Revoke) {
		return nil, nil, errOther
	}
	// The members before the sessions are a number and the active account's key, whose quotes are escaped.
	const list = `"sessions":[`
	at := bytes.Index(empty, []byte(list+"]")) + len(list)
	return empty[:at], empty[at:], nil
}

// appendSession encodes one session by enc, which writes to out, and returns its bytes.
func appendSession(out *bytes.Buffer, enc *json.Encoder, s Session, face string) ([]byte, error) {
	if err := CheckClaims(s.Profile.Claims); err != nil {
		return nil, fmt.Errorf("session: encode: %w", err)
	}
	w := toWire(s)
	w.Face = face
	from := out.Len()
	if err := enc.Encode(w); err != nil {
		// The encoder's own words could quote a claim.
		return nil, fmt.Errorf("session: encode: %w: a claim is not JSON", ErrDamaged)
	}
	out.Truncate(out.Len() - 1) // the encoder's line feed
	return slices.Clip(out.Bytes()[from:]), nil
}

// versionOf is the oldest version that can say what is in the book.
func versionOf(b Book) int {
	if slices.ContainsFunc(b.Sessions, func(s Session) bool { return s.Bound || !s.ProofKey.IsZero() }) {
		return version
	}
	return firstVersion
}

type wireKey struct {
	Issuer  string `json:"iss"`
	Subject string `json:"sub"`
}

type wireBook struct {
	V        int               `json:"v"`
	Active   wireKey           `json:"active"`
	Sessions []json.RawMessage `json:"sessions"` // of wireSession
	Revoke   []wireRevocation  `json:"revoke"`
	Typed    string            `json:"typed,omitempty"`
}

type wireRevocation struct {
	Key      wireKey  `json:"key"`
	ClientID string   `json:"client_id"`
	Access   string   `json:"access_token,omitempty"`
	Refresh  string   `json:"refresh_token,omitempty"`
	Since    int64    `json:"since,omitempty"` // Unix milliseconds, as every time here
	APIs     []string `json:"apis,omitempty"`
}

type wireSession struct {
	Key           wireKey                    `json:"key"`
	ClientID      string                     `json:"client_id"`
	Provider      string                     `json:"provider,omitempty"`
	Name          string                     `json:"name,omitempty"`
	Email         string                     `json:"email,omitempty"`
	EmailVerified bool                       `json:"email_verified,omitempty"`
	Picture       string                     `json:"picture,omitempty"`
	Face          string                     `json:"face,omitempty"` // of Picture
	Claims        map[string]json.RawMessage `json:"claims,omitempty"`
	wireTokens
	IDTokenVerified bool               `json:"id_token_verified,omitempty"`
	Audience        []string           `json:"aud,omitempty"`
	AuthorizedParty string             `json:"azp,omitempty"`
	Nonce           string             `json:"nonce,omitempty"`
	AuthTime        int64              `json:"auth_time,omitempty"`
	ACR             string             `json:"acr,omitempty"`
	AMR             []string           `json:"amr,omitempty"`
	SignedInAt      int64              `json:"signed_in_at,omitempty"`
	Refreshed       int64              `json:"refreshed_at,omitempty"`
	Unanswered      int64              `json:"unanswered_at,omitempty"`
	PersonNeeded    bool               `json:"person_needed,omitempty"`
	ProofKey        string             `json:"proof_key,omitempty"`
	Bound           bool               `json:"bound,omitempty"`
	Ended           string             `json:"ended,omitempty"`
	APIs            map[string]wireAPI `json:"apis,omitempty"`
	Resources       []string           `json:"resources,omitempty"`
	Expires         int64              `json:"expires_at,omitempty"`
	Used            int64              `json:"used_at,omitempty"`
	Seen            int64              `json:"seen_at,omitempty"`
}

// wireTokens are [Tokens] in an encoding.
type wireTokens struct {
	Access     string `json:"access_token,omitempty"`
	Refresh    string `json:"refresh_token,omitempty"`
	ID         string `json:"id_token,omitempty"`
	Type       string `json:"token_type,omitempty"`
	Expiry     int64  `json:"expiry,omitempty"`
	LifetimeMS int64  `json:"lifetime_ms,omitempty"`
	Scope      string `json:"scope,omitempty"`
}

func (t Tokens) toWire() wireTokens {
	return wireTokens{
		Access: t.Access.Reveal(), Refresh: t.Refresh.Reveal(), ID: t.ID.Reveal(), Type: t.Type, Expiry: unix(t.Expiry),
		LifetimeMS: t.Lifetime.Milliseconds(), Scope: t.Scope,
	}
}

func (w wireTokens) tokens() Tokens {
	return Tokens{
		Access: secret.New(w.Access), Refresh: secret.New(w.Refresh), ID: secret.New(w.ID), Type: w.Type,
		Expiry: fromUnix(w.Expiry), Lifetime: time.Duration(w.LifetimeMS) * time.Millisecond, Scope: w.Scope,
	}
}

func toWire(s Session) wireSession {
	return wireSession{
		Key: wireKey(s.Key), ClientID: s.ClientID, Provider: s.Provider,
		Name: s.Profile.Name, Email: s.Profile.Email, EmailVerified: s.Profile.EmailVerified,
		Picture: s.Profile.Picture, Claims: s.Profile.Claims, wireTokens: s.Tokens.toWire(),
		IDTokenVerified: s.IDTokenVerified, Audience: s.Audience, AuthorizedParty: s.AuthorizedParty, Nonce: s.Nonce,
		AuthTime: unix(s.AuthTime), ACR: s.ACR, AMR: s.AMR,
		SignedInAt: unix(s.SignedInAt), Refreshed: unix(s.Refreshed), Ended: string(s.Ended),
		Unanswered: unix(s.Unanswered), PersonNeeded: s.PersonNeeded, ProofKey: s.ProofKey.Reveal(), Bound: s.Bound,
		APIs: apisToWire(s.APIs), Resources: s.Resources, Expires: unix(s.Expires), Used: unix(s.Used),
		Seen: unix(s.Seen),
	}
}

func fromWire(w wireSession) Session {
	return Session{
		Key: Key(w.Key), ClientID: w.ClientID, Provider: w.Provider,
		Profile: Profile{
			Name: w.Name, Email: w.Email, EmailVerified: w.EmailVerified, Picture: w.Picture, Claims: w.Claims,
		},
		Tokens:          w.tokens(),
		IDTokenVerified: w.IDTokenVerified, Audience: w.Audience, AuthorizedParty: w.AuthorizedParty, Nonce: w.Nonce,
		AuthTime: fromUnix(w.AuthTime), ACR: w.ACR, AMR: w.AMR,
		SignedInAt: fromUnix(w.SignedInAt), Refreshed: fromUnix(w.Refreshed), Ended: Ended(w.Ended),
		Unanswered: fromUnix(w.Unanswered), PersonNeeded: w.PersonNeeded,
		ProofKey: secret.New(w.ProofKey), Bound: w.Bound,
		APIs: apisFromWire(w.APIs), Resources: w.Resources, Expires: fromUnix(w.Expires), Used: fromUnix(w.Used),
		Seen: fromUnix(w.Seen),
	}
}

// each is a list of what f makes of each member; nil of none.
func each[A, B any](in []A, f func(A) B) []B {
	var out []B
	for _, a := range in {
		out = append(out, f(a))
	}
	return out
}

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromUnix(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
