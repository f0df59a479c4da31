package issuer

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"app.latchkey/internal/demoidp/keep"
)

// storage implements [op.Storage]. The state is kept on disk. Authorization requests, codes, device authorizations and
// sign-outs are kept in memory alone.
type storage struct {
	conf Config

	mu       sync.Mutex
	state    *state
	requests map[string]*request
	codes    map[string]*code   // by hash
	devices  map[string]*device // by hash of the device code
	signOuts map[string]signOut
}

// code is an authorization code that was issued.
type code struct {
	request string
	issued  time.Time
	used    bool
}

const (
	requestLifetime = 15 * time.Minute
	codeLifetime    = time.Minute
	maxWaiting      = 1000 // so many requests, as many devices, as many sign-outs
)

var errUnknown = errors.New("demoidp: unknown")

func openStorage(c Config) (*storage, error) {
	st, err := load(c.File)
	if err != nil {
		return nil, err
	}
	s := &storage{
		conf: c, state: st, requests: map[string]*request{}, codes: map[string]*code{},
		devices: map[string]*device{}, signOuts: map[string]signOut{},
	}
	st.prune(time.Now())
	return s, s.save()
}

// save writes the state to disk; s.mu is held.
func (s *storage) save() error { return keep.Save(s.conf.File, s.state) }

func (s *storage) cryptoKey() (key [32]byte) {
	copy(key[:], s.state.CryptoKey)
	return key
}

// CreateAuthRequest notes an authorization request. PKCE is demanded (RFC 9700 §2.1.1).
func (s *storage) CreateAuthRequest(ctx context.Context, r *oidc.AuthRequest, hinted string) (op.AuthRequest, error) {
	if r.CodeChallenge == "" || r.CodeChallengeMethod != oidc.CodeChallengeMethodS256 {
		return nil, oidc.ErrInvalidRequest().WithDescription("code_challenge with S256 is required")
	}
	if r.ResponseMode != "" && r.ResponseMode != oidc.ResponseModeQuery {
		r.ResponseMode = "" // the refusal is sent like every answer: in the query, with its issuer
		return nil, oidc.ErrInvalidRequest().WithDescription("response_mode is query here")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	maps.DeleteFunc(s.requests, func(_ string, old *request) bool {
		return now.Sub(old.created) > requestLifetime || len(s.requests) >= maxWaiting
	})
	tenant, _ := ctx.Value(tenantKey{}).(string)
	req := &request{
		Request:  Request{AuthRequest: *r, ID: rand.Text(), Hinted: hinted, Tenant: tenant},
		signedIn: signedIn{Client: r.ClientID, Scopes: r.Scopes}, created: now,
	}
	s.requests[req.ID] = req
	return req, nil
}

// waiting returns a request that nobody has finished; s.mu is held.
func (s *storage) waiting(id string) (*request, bool) {
	r, ok := s.requests[id]
	return r, ok && !r.Done() && time.Since(r.created) <= requestLifetime
}

// AuthRequestByID returns a request.
func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.requests[id]; ok {
		return r, nil
	}
	return nil, errUnknown
}

// AuthRequestByCode takes the code, which works once. A code that is presented again was stolen, or the first use was
// the thief's: all tokens that the code brought are ended (RFC 6749 §4.1.2).
func (s *storage) AuthRequestByCode(_ context.Context, text string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.codes[hash(text)]
	if !ok {
		return nil, errUnknown
	}
	if c.used {
		s.end(func(f *family) bool { return f.Request == c.request })
		return nil, errors.Join(errUnknown, s.save())
	}
	c.used = true
	r, ok := s.requests[c.request]
	if !ok || time.Since(c.issued) > codeLifetime {
		return nil, errUnknown
	}
	return r, nil
}

// SaveAuthCode notes a code.
func (s *storage) SaveAuthCode(_ context.Context, id, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.codes, func(_ string, old *code) bool { return time.Since(old.issued) > requestLifetime })
	if _, ok := s.requests[id]; !ok {
		return errUnknown
	}
	s.codes[hash(text)] = &code{request: id, issued: time.Now()}
	return nil
}

// DeleteAuthRequest forgets a request.
func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	return nil
}

// GetClientByClientID returns a client.
func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	i := slices.IndexFunc(s.conf.Clients, func(c Client) bool { return c.ID == id })
	if i < 0 {
		return nil, errUnknown
	}
	return client{s.conf.Clients[i], &s.conf}, nil
}

// AuthorizeClientIDSecret checks a client's secret.
func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	good := func(c Client) bool {
		return c.ID == id && c.Secret != "" &&
			subtle.ConstantTimeCompare([]byte(hash(c.Secret)), []byte(hash(secret))) == 1
	}
	if slices.ContainsFunc(s.conf.Clients, good) {
		return nil
	}
	return errUnknown
}

// SetUserinfoFromScopes does nothing: op calls SetUserinfoFromRequest.
func (s *storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

// SetUserinfoFromRequest puts the person's claims into the ID token.
func (s *storage) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, r op.IDTokenRequest,
	scopes []string) error {
	return s.describe(info, r.GetSubject(), scopes)
}

// describe fills info with the claims of a person that the scopes allow (OIDC Core §5.4). Claims that the specification
// does not name need no scope.
func (s *storage) describe(info *oidc.UserInfo, subject string, scopes []string) error {
	all, ok := s.conf.Describe(subject)
	if !ok {
		return errUnknown
	}
	info.Subject, info.Claims = subject, all.Claims
	for _, scope := range scopes {
		switch scope {
		case oidc.ScopeProfile:
			info.UserInfoProfile = all.UserInfoProfile
		case oidc.ScopeEmail:
			info.UserInfoEmail = all.UserInfoEmail
		}
	}
	return nil
}

// SetIntrospectionFromToken is not offered.
func (s *storage) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string,
	string) error {
	return errUnknown
}

// GetPrivateClaimsFromScopes adds nothing.
func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return map[string]any{}, nil
}

// GetKeyByIDAndClientID is not offered: the demo's clients have no keys.
func (s *storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errUnknown
}

// ValidateJWTProfileScopes is not offered.
func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errUnknown
}

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
