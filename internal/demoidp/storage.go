package demoidp

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// storage implements op.Storage over the state and what lives in memory alone:
// the requests of people who are still choosing, and the codes on their way.
type storage struct {
	dir               string
	issuer            string
	log               *slog.Logger
	access, refreshes time.Duration

	mu       sync.Mutex
	state    *state
	requests map[string]*request
	codes    map[string]string // code to request
}

const (
	requestLifetime = 15 * time.Minute
	codeLifetime    = time.Minute
	maxRequests     = 1000
)

var errUnknown = errors.New("demoidp: unknown")

func openStorage(c Config, issuer string) (*storage, error) {
	st, err := load(c.Dir)
	if err != nil {
		return nil, err
	}
	s := &storage{
		dir: c.Dir, issuer: issuer, log: c.Log, access: c.AccessLifetime, refreshes: c.RefreshLifetime,
		state: st, requests: map[string]*request{}, codes: map[string]string{},
	}
	st.prune(time.Now())
	return s, st.save(c.Dir)
}

func (s *storage) cryptoKey() (key [32]byte) {
	copy(key[:], s.state.CryptoKey)
	return key
}

// CreateAuthRequest notes an authorization request. PKCE is demanded (RFC 9700
// §2.1.1).
func (s *storage) CreateAuthRequest(_ context.Context, r *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	if r.CodeChallenge == "" || r.CodeChallengeMethod != oidc.CodeChallengeMethodS256 {
		return nil, oidc.ErrInvalidRequest().WithDescription("code_challenge with S256 is required")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for id, old := range s.requests {
		if now.Sub(old.created) > requestLifetime || len(s.requests) >= maxRequests {
			delete(s.requests, id)
		}
	}
	req := &request{AuthRequest: *r, id: rand.Text(), created: now}
	s.requests[req.id] = req
	return req, nil
}

// AuthRequestByID returns a request of somebody who is choosing.
func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	if r, ok := s.request(id); ok {
		return r, nil
	}
	return nil, errUnknown
}

func (s *storage) request(id string) (*request, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.requests[id]
	if !ok || time.Since(r.created) > requestLifetime {
		return nil, false
	}
	return r, true
}

// AuthRequestByCode takes the code: it works once (RFC 6749 §4.1.2).
func (s *storage) AuthRequestByCode(_ context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.requests[s.codes[code]]
	delete(s.codes, code)
	if !ok || time.Since(r.coded) > codeLifetime {
		return nil, errUnknown
	}
	return r, nil
}

// SaveAuthCode notes a code.
func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.requests[id]
	if !ok {
		return errUnknown
	}
	r.coded = time.Now()
	s.codes[code] = id
	return nil
}

// DeleteAuthRequest forgets a request.
func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	return nil
}

// CreateAccessToken notes an access token of a sign-in without refresh tokens.
func (s *storage) CreateAccessToken(_ context.Context, r op.TokenRequest) (string, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.newFamily(r, time.Now().Add(s.access))
	return s.grant(f)
}

// CreateAccessAndRefreshTokens notes an access token and the next refresh token.
func (s *storage) CreateAccessAndRefreshTokens(_ context.Context, r op.TokenRequest, current string) (string, string, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	until := time.Now().Add(s.refreshes)
	f, _ := s.byRefresh(current)
	if current == "" {
		f = s.newFamily(r, until)
	}
	if f == nil || current != "" && f.Current != hash(current) {
		return "", "", time.Time{}, op.ErrInvalidRefreshToken
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
	f := &family{Person: r.GetSubject(), Scopes: r.GetScopes(), AuthTime: time.Now(), Used: map[string]bool{}, Access: map[string]access{}, Until: until}
	if timed, ok := r.(interface{ GetAuthTime() time.Time }); ok {
		f.AuthTime = timed.GetAuthTime()
	}
	s.state.Families[rand.Text()] = f
	return f
}

// grant notes an access token and makes everything durable before the answer
// leaves; s.mu is held.
func (s *storage) grant(f *family) (string, time.Time, error) {
	id, now := rand.Text(), time.Now()
	f.Access[id] = access{Until: now.Add(s.access)}
	s.state.prune(now)
	return id, f.Access[id].Until, s.state.save(s.dir)
}

// byRefresh finds the family of a refresh token, and whether it was used before;
// s.mu is held.
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

// TokenRequestByRefreshToken returns the grant of a refresh token. One that was
// used before ends its whole family (RFC 9700 §4.14.2).
func (s *storage) TokenRequestByRefreshToken(_ context.Context, token string) (op.RefreshTokenRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, used := s.byRefresh(token)
	switch {
	case f == nil || time.Now().After(f.Until):
		return nil, op.ErrInvalidRefreshToken
	case used:
		s.log.Warn("demoidp.reuse", "person", f.Person)
		s.end(func(other *family) bool { return other == f })
		return nil, errors.Join(op.ErrInvalidRefreshToken, s.state.save(s.dir))
	}
	return &renewal{person: f.Person, scopes: f.Scopes, authTime: f.AuthTime}, nil
}

// end ends the families that match; s.mu is held.
func (s *storage) end(match func(*family) bool) {
	for id, f := range s.state.Families {
		if match(f) {
			delete(s.state.Families, id)
		}
	}
}

// TerminateSession does nothing to tokens: it is the browser's session that ends.
func (s *storage) TerminateSession(context.Context, string, string) error { return nil }

// RevokeToken ends the grant of a refresh token, or one access token (RFC 7009
// §2.1). A token that is not known is no error.
func (s *storage) RevokeToken(_ context.Context, token, _, _ string) *oidc.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, _ := s.byRefresh(token); f != nil {
		s.end(func(other *family) bool { return other == f })
	}
	for _, f := range s.state.Families {
		delete(f.Access, token)
	}
	if s.state.save(s.dir) != nil {
		return oidc.ErrServerError()
	}
	return nil
}

// GetRefreshTokenInfo says whose a refresh token is.
func (s *storage) GetRefreshTokenInfo(_ context.Context, _, token string) (string, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _ := s.byRefresh(token)
	if f == nil {
		return "", "", op.ErrInvalidRefreshToken
	}
	return f.Person, token, nil
}

// SetUserinfoFromToken answers userinfo for an access token that lives.
func (s *storage) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, id, subject, _ string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.state.Families {
		if a, ok := f.Access[id]; ok && f.Person == subject && time.Now().Before(a.Until) {
			p, known := personByID(f.Person)
			if !known {
				return errUnknown
			}
			p.fill(info, s.issuer, f.Scopes)
			return nil
		}
	}
	return errUnknown
}

// SetUserinfoFromScopes is empty: op asks SetUserinfoFromRequest.
func (s *storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

// SetUserinfoFromRequest puts the person's claims into the ID token.
func (s *storage) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, r op.IDTokenRequest, scopes []string) error {
	if p, ok := personByID(r.GetSubject()); ok {
		p.fill(info, s.issuer, scopes)
	}
	return nil
}

// SetIntrospectionFromToken is not offered.
func (s *storage) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errUnknown
}

// GetPrivateClaimsFromScopes adds nothing.
func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return map[string]any{}, nil
}

// GetKeyByIDAndClientID is not offered: clients have no keys here.
func (s *storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errUnknown
}

// ValidateJWTProfileScopes is not offered.
func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errUnknown
}

// GetClientByClientID returns the one client.
func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != ClientID {
		return nil, errUnknown
	}
	return client{s.access}, nil
}

// AuthorizeClientIDSecret refuses: the client has no secret.
func (s *storage) AuthorizeClientIDSecret(context.Context, string, string) error { return errUnknown }

// Health is always good.
func (s *storage) Health(context.Context) error { return nil }

// SigningKey returns the one key.
func (s *storage) SigningKey(context.Context) (op.SigningKey, error) {
	return signingKey{s.state.key()}, nil
}

// SignatureAlgorithms returns ES256.
func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.ES256}, nil
}

// KeySet returns the one public key.
func (s *storage) KeySet(context.Context) ([]op.Key, error) {
	return []op.Key{publicKey{signingKey{s.state.key()}}}, nil
}
