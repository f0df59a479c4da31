package account

import (
	"context"
	"errors"
	"time"

	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// Token is an access token that can be used now.
type Token struct {
	Access secret.Secret
	Type   string    // session.Bearer, or session.DPoP: of no use without a proof, which the Client sends
	Expiry time.Time // zero when the provider gave no lifetime
	API    string    // the API of the settings that it is for; empty for the session's own token

	key    secret.Secret // what is kept of the key that the token is bound to
	of     secret.Secret // the session's own access token then
	signed time.Time     // when the session began
}

// Token returns an access token of the signed-in person, refreshed first when that is due. When a refresh fails with
// a temporary error, the present token is returned as long as it has not expired. It returns [ErrNobody] or
// [ErrSessionEnded] when a sign-in is needed, and any other error for a fault that may pass.
func (a *Manager) Token(ctx context.Context) (Token, error) { return a.TokenOf(ctx, session.Key{}) }

// TokenOf is [Manager.Token] for any account of the vault; the zero key is the active one's. It returns [ErrNoAccount]
// for one that is not there.
func (a *Manager) TokenOf(ctx context.Context, key session.Key) (Token, error) {
	s, err := a.session(ctx, key)
	if err != nil {
		return Token{}, err
	}
	return a.tokenOf(ctx, s)
}

// tokenOf refreshes s when that is due.
func (a *Manager) tokenOf(ctx context.Context, s session.Session) (Token, error) {
	over := a.over(s) != "" // then the refresh ends it, and asks nobody
	if !over {
		a.use(ctx, s)
	}
	if _, unwritten := a.rescue(s.Key); s.FreshAt(a.now()) && !unwritten && !over {
		return token(s, ""), nil
	}
	next, err := a.refresh(ctx, s.Key, "")
	if err != nil {
		if !over && a.usable(s) && !errors.Is(err, ErrNobody) && !errors.Is(err, ErrSessionEnded) &&
			!errors.Is(err, ErrNotStored) {
			return token(s, ""), nil
		}
		return Token{}, err
	}
	return token(next, ""), nil
}

// Renew returns an access token of the signed-in person other than the refused one, which a server has answered with
// 401 (RFC 6750 §3.1). The zero Token refuses whatever is at hand, and one with no more than API whatever is at hand
// for that API. It returns [ErrNotRenewable] when there is no other to be had.
func (a *Manager) Renew(ctx context.Context, refused Token) (Token, error) {
	return a.RenewOf(ctx, session.Key{}, refused)
}

// RenewOf is [Manager.Renew] for any account of the vault; the zero key is the active one's.
func (a *Manager) RenewOf(ctx context.Context, key session.Key, refused Token) (Token, error) {
	s, err := a.session(ctx, key)
	if err != nil {
		return Token{}, err
	}
	if refused.Access.IsZero() {
		refused = token(s, refused.API)
	}
	if refused.API != "" {
		return a.apiTokenOf(ctx, s, refused.API, refused.Access.Reveal())
	}
	if !s.Tokens.Access.Equal(refused.Access) {
		return a.tokenOf(ctx, s)
	}
	next, err := a.refresh(ctx, s.Key, refused.Access.Reveal())
	if err != nil {
		return Token{}, err
	}
	return token(next, ""), nil
}

// signedIn returns the active session, or why there is none.
func (a *Manager) signedIn() (session.Session, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.snap.Phase == PhaseLocked:
		return session.Session{}, a.snap.Err
	case !a.current.Key.IsZero():
		return a.current, nil
	case a.snap.Ended != nil:
		return session.Session{}, &EndedError{a.snap.Ended.Ended}
	}
	return session.Session{}, ErrNobody
}

// session returns the live session of any account: the active one, which the zero key means too, from memory, another
// as it is stored.
func (a *Manager) session(ctx context.Context, key session.Key) (session.Session, error) {
	if key.IsZero() || a.isCurrent(key) {
		return a.signedIn()
	}
	book, err := a.read(ctx)
	if err != nil {
		return session.Session{}, err
	}
	switch s, ok := book.Find(key); {
	case !ok:
		return session.Session{}, ErrNoAccount
	case !s.Live():
		return session.Session{}, &EndedError{s.Ended}
	default:
		return s, nil
	}
}

// usable reports whether the access token has time left.
func (a *Manager) usable(s session.Session) bool {
	return !s.Tokens.Access.IsZero() && (s.Tokens.Expiry.IsZero() || a.now().Before(s.Tokens.Expiry))
}

// token is the token that s has for an API; for none, the session's own.
func token(s session.Session, api string) Token {
	of := s.Tokens
	if api != "" {
		of = s.APIs[api].Tokens
	}
	t := Token{
		Access: of.Access, Type: session.Bearer, Expiry: of.Expiry, API: api, of: s.Tokens.Access,
		signed: s.SignedInAt,
	}
	if of.Type == session.DPoP {
		t.Type, t.key = session.DPoP, s.ProofKey
	}
	return t
}
