package session

import (
	"maps"
	"slices"
	"strings"
	"time"

	"app.latchkey/internal/secret"
)

// Book is everything the vault holds: the sessions of all accounts, which of
// them is shown, and the tokens that a sign-out has still to revoke.
type Book struct {
	Active   Key // zero when nobody is shown
	Sessions []Session
	Revoke   []Revocation

	// Faces are the pictures of the accounts, as they were fetched last: a start without
	// the network shows them. See [Book.SetFace].
	Faces map[Key]Face
	// Typed is what the person typed at the last sign-in that succeeded, to be offered
	// again; empty for none. What is longer than [MaxTyped] is not stored.
	Typed string
}

// Face is the picture of an account.
type Face struct {
	Address string // the claim that it was fetched from
	Data    string // data: URL of a PNG or JPEG that package picture made
}

// Revocation is a session that was forgotten here and may still live at the
// provider. It stays sealed until the provider has revoked it (RFC 7009).
type Revocation struct {
	Key      Key
	ClientID string
	Access   secret.Secret
	Refresh  secret.Secret
	Since    time.Time       // of the sign-out
	APIs     []secret.Secret // access tokens for further APIs, for providers where they outlive the rest
}

// Find returns the session of key.
func (b *Book) Find(key Key) (Session, bool) {
	if i := b.index(key); i >= 0 {
		return b.Sessions[i], true
	}
	return Session{}, false
}

// Current returns the session of the active account.
func (b *Book) Current() (Session, bool) {
	if b.Active.IsZero() {
		return Session{}, false
	}
	return b.Find(b.Active)
}

// Put stores s in place of an earlier session of the same account.
func (b *Book) Put(s Session) {
	if i := b.index(s.Key); i >= 0 {
		b.Sessions[i] = s
		return
	}
	b.Sessions = append(b.Sessions, s)
}

// Drop removes the account of key and everything of it. It returns what was removed, and whether there was one.
func (b *Book) Drop(key Key) (Session, bool) {
	i := b.index(key)
	if i < 0 {
		return Session{}, false
	}
	s := b.Sessions[i]
	delete(b.Faces, key)
	b.Sessions = slices.Delete(b.Sessions, i, i+1)
	if b.Active == key {
		b.Active = Key{}
	}
	return s, true
}

// Forget removes the account of key and puts its tokens on the list of what is
// to be revoked, so that one write does both. It reports whether there was one.
func (b *Book) Forget(key Key, now time.Time) (Revocation, bool) {
	s, ok := b.Drop(key)
	if !ok {
		return Revocation{}, false
	}
	r := s.Revocation(now)
	if !r.Access.IsZero() || !r.Refresh.IsZero() {
		b.Revoke = append(b.Revoke, r)
	}
	return r, true
}

// SetFace keeps the picture of an account. It reports whether that changes anything: it
// does not where the account is not kept, where the picture is of an address that the
// account does not claim any more, and where it is larger than [MaxFaceBytes].
func (b *Book) SetFace(key Key, f Face) bool {
	s, ok := b.Find(key)
	if !ok || f.Address != s.Profile.Picture || !f.keepable() || b.Faces[key] == f {
		return false
	}
	b.putFace(key, f)
	return true
}

func (b *Book) putFace(key Key, f Face) {
	if b.Faces == nil {
		b.Faces = map[Key]Face{}
	}
	b.Faces[key] = f
}

// faceOf returns the picture that is stored with s, as a data: URL; empty for none.
func (b *Book) faceOf(s Session) string {
	if f := b.Faces[s.Key]; f.keepable() && f.Address == s.Profile.Picture {
		return f.Data
	}
	return ""
}

// keepable reports whether the picture may be kept.
func (f Face) keepable() bool {
	return f.Address != "" && len(f.Address)+len(f.Data) <= MaxFaceBytes && strings.HasPrefix(f.Data, "data:image/")
}

// Revocation is what is to be revoked of s.
func (s Session) Revocation(now time.Time) Revocation {
	r := Revocation{Key: s.Key, ClientID: s.ClientID, Access: s.Tokens.Access, Refresh: s.Tokens.Refresh, Since: now}
	for _, name := range slices.Sorted(maps.Keys(s.APIs)) {
		r.APIs = append(r.APIs, s.APIs[name].Tokens.Access)
	}
	return r
}

// Revoked drops r from the list of what is to be revoked.
func (b *Book) Revoked(r Revocation) {
	b.Revoke = slices.DeleteFunc(b.Revoke, func(o Revocation) bool {
		return o.Key == r.Key && o.Access.Equal(r.Access) && o.Refresh.Equal(r.Refresh)
	})
}

func (b *Book) index(key Key) int {
	return slices.IndexFunc(b.Sessions, func(s Session) bool { return s.Key == key })
}
