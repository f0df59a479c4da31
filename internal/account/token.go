package account

import (
	"context"
	"time"

	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// Token is an access token that can be used now.
type Token struct {
	Access secret.Secret
	Expiry time.Time // zero when the provider gave no lifetime
}

// Token returns an access token of the signed-in person, refreshed first when
// that is due. A refresh that fails for now is no failure while the token at hand
// still lives. It returns ErrNobody or ErrSessionEnded when a sign-in is needed,
// and any other error for a fault that may pass.
func (a *Account) Token(ctx context.Context) (Token, error) {
	s, err := a.signedIn()
	if err != nil {
		return Token{}, err
	}
	if s.FreshAt(a.now()) {
		return token(s), nil
	}
	next, err := a.refresh(ctx, s.Key, "")
	if err != nil {
		if a.usable(s) && a.Snapshot().Phase == PhaseSignedIn {
			return token(s), nil
		}
		return Token{}, err
	}
	return token(next), nil
}

// Renew returns an access token other than the refused one, which a server has
// answered with 401 (RFC 6750 §3.1).
func (a *Account) Renew(ctx context.Context, refused Token) (Token, error) {
	s, err := a.signedIn()
	if err != nil {
		return Token{}, err
	}
	if !s.Tokens.Access.Equal(refused.Access) {
		return a.Token(ctx)
	}
	next, err := a.refresh(ctx, s.Key, refused.Access.Reveal())
	if err != nil {
		return Token{}, err
	}
	return token(next), nil
}

// signedIn returns the current session, or why there is none.
func (a *Account) signedIn() (session.Session, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.snap.Phase == PhaseLocked:
		return session.Session{}, a.snap.Err
	case !a.current.Key.IsZero():
		return a.current, nil
	case a.snap.Ended != nil:
		return session.Session{}, ErrSessionEnded
	}
	return session.Session{}, ErrNobody
}

// usable reports whether the access token has time left.
func (a *Account) usable(s session.Session) bool {
	return !s.Tokens.Access.IsZero() && (s.Tokens.Expiry.IsZero() || a.now().Before(s.Tokens.Expiry))
}

func token(s session.Session) Token { return Token{Access: s.Tokens.Access, Expiry: s.Tokens.Expiry} }
