package issuer

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// CreateAccessToken notes an access token of a sign-in that has no refresh token.
func (s *storage) CreateAccessToken(_ context.Context, r op.TokenRequest) (string, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.newFamily(r, time.Now().Add(s.conf.Access))
	return s.grant(f)
}

// CreateAccessAndRefreshTokens notes an access token and the next refresh token.
func (s *storage) CreateAccessAndRefreshTokens(_ context.Context, r op.TokenRequest,
	current string) (string, string, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	until := time.Now().Add(s.conf.Refresh)
	f, _ := s.byRefresh(current)
	if current == "" {
		f = s.newFamily(r, until)
	}
	if f == nil || current != "" && f.Current != hash(current) {
		return "", "", time.Time{}, oidc.ErrInvalidGrant()
	}
	next := rand.Text() + rand.Text()
	if f.Current != "" {
		f.Used[f.Current] = true
	}
	f.Current, f.Until = hash(next), until
	token, expires, err := s.grant(f)
	return token, next, expires, err
}

// newFamily begins a grant; s.mu is held.
func (s *storage) newFamily(r op.TokenRequest, until time.Time) *family {
	f := &family{Used: map[string]bool{}, Access: map[string]access{}, Until: until}
	f.Subject, f.Scopes, f.At = r.GetSubject(), r.GetScopes(), time.Now()
	if in, ok := r.(op.IDTokenRequest); ok {
		f.Client, f.AMR, f.At = in.GetClientID(), in.GetAMR(), in.GetAuthTime()
	}
	if asked, ok := r.(op.AuthRequest); ok {
		f.Request = asked.GetID()
	}
	s.state.Families[rand.Text()] = f
	return f
}

// grant notes an access token and writes the state to disk before the answer leaves; s.mu is held.
func (s *storage) grant(f *family) (string, time.Time, error) {
	id, now := rand.Text(), time.Now()
	f.Access[id] = access{Until: now.Add(s.conf.Access)}
	s.state.prune(now)
	return id, f.Access[id].Until, s.save()
}

// byRefresh finds the family of a refresh token, and reports whether the token was used before; s.mu is held.
func (s *storage) byRefresh(token string) (*family, bool) {
	h := hash(token)
	for _, f := range s.state.Families {
		if f.Current == h {
			return f, false
		}
		if f.Used[h] {
			return f, true
		}
	}
	return nil, false
}

// TokenRequestByRefreshToken returns the grant of a refresh token. A refresh token that was used before ends its whole
// family (RFC 9700 §4.14.2). So does the refresh token of a person who is not in the demo any more.
func (s *storage) TokenRequestByRefreshToken(_ context.Context, token string) (op.RefreshTokenRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, used := s.byRefresh(token)
	if f == nil || time.Now().After(f.Until) {
		return nil, op.ErrInvalidRefreshToken
	}
	_, known := s.conf.Describe(f.Subject)
	if used || !known {
		s.conf.Log.Warn("demoidp.ended", "person", f.Subject, "reused", used)
		s.end(func(other *family) bool { return other == f })
		return nil, errors.Join(op.ErrInvalidRefreshToken, s.save())
	}
	grant := f.signedIn
	return &grant, nil
}

// end ends the families that match; s.mu is held.
func (s *storage) end(match func(*family) bool) {
	maps.DeleteFunc(s.state.Families, func(_ string, f *family) bool { return match(f) })
}

// RevokeToken ends the grant of a refresh token, or one access token, of the client that asks (RFC 7009 §2.1). An
// unknown token is no error.
func (s *storage) RevokeToken(_ context.Context, token, _, client string) *oidc.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, _ := s.byRefresh(token); f != nil && f.Client == client {
		s.end(func(other *family) bool { return other == f })
	}
	for _, f := range s.state.Families {
		if f.Client == client {
			delete(f.Access, token)
		}
	}
	if s.save() != nil {
		return oidc.ErrServerError()
	}
	return nil
}

// GetRefreshTokenInfo tells to whom a refresh token belongs.
func (s *storage) GetRefreshTokenInfo(_ context.Context, _, token string) (string, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _ := s.byRefresh(token)
	if f == nil {
		return "", "", op.ErrInvalidRefreshToken
	}
	return f.Subject, token, nil
}

// SetUserinfoFromToken answers userinfo for an access token that has not expired.
func (s *storage) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, id, subject, _ string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.state.Families {
		if a, ok := f.Access[id]; ok && f.Subject == subject && time.Now().Before(a.Until) {
			return s.describe(info, f.Subject, f.Scopes)
		}
	}
	return errUnknown
}
