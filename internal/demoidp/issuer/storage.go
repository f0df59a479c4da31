package issuer

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"app.latchkey/internal/demoidp/keep"
)

// storage implements op.Storage over the state and what lives in memory alone:
// the requests of people who are still choosing, and the codes on their way.
type storage struct {
	conf Config

	mu       sync.Mutex
	state    *state
	requests map[string]*request
	codes    map[string]*code   // by hash
	devices  map[string]*device // by hash of the device code
	signOuts map[string]signOut
}

// code is an authorization code that is out, or was used.
type code struct {
	request string
	issued  time.Time
	used    bool
}

const (
	requestLifetime = 15 * time.Minute
	codeLifetime    = time.Minute
	maxWaiting      = 1000 // requests, devices and sign-outs: of each
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

// save makes the state durable; s.mu is held.
func (s *storage) save() error { return keep.Save(s.conf.File, s.state) }

func (s *storage) cryptoKey() (key [32]byte) {
	copy(key[:], s.state.CryptoKey)
	return key
}

// CreateAuthRequest notes an authorization request. PKCE is demanded (RFC 9700
// §2.1.1).
func (s *storage) CreateAuthRequest(ctx context.Context, r *oidc.AuthRequest, hinted string) (op.AuthRequest, error) {
	if r.CodeChallenge == "" || r.CodeChallengeMethod != oidc.CodeChallengeMethodS256 {
		return nil, oidc.ErrInvalidRequest().WithDescription("code_challenge with S256 is required")
	}
	if r.ResponseMode != "" && r.ResponseMode != oidc.ResponseModeQuery {
		r.ResponseMode = "" // the refusal goes as all answers do: with its issuer, in the query
		return nil, oidc.ErrInvalidRequest().WithDescription("response_mode is query here")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for id, old := range s.requests {
		if now.Sub(old.created) > requestLifetime || len(s.requests) >= maxWaiting {
			delete(s.requests, id)
		}
	}
	tenant, _ := ctx.Value(tenantKey{}).(string)
	req := &request{AuthRequest: *r, id: rand.Text(), created: now, hinted: hinted, tenant: tenant}
	s.requests[req.id] = req
	return req, nil
}

// waiting returns a request that nobody has finished; s.mu is held.
func (s *storage) waiting(id string) (*request, bool) {
	r, ok := s.requests[id]
	if !ok || r.Done() || time.Since(r.created) > requestLifetime {
		return nil, false
	}
	return r, true
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

// AuthRequestByCode takes the code: it works once. One that comes again was stolen,
// or this one was, and all that it brought ends (RFC 6749 §4.1.2).
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
	for h, old := range s.codes {
		if time.Since(old.issued) > requestLifetime {
			delete(s.codes, h)
		}
	}
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
	for _, c := range s.conf.Clients {
		if c.ID == id {
			return client{c, &s.conf}, nil
		}
	}
	return nil, errUnknown
}

// AuthorizeClientIDSecret checks a client's secret.
func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	for _, c := range s.conf.Clients {
		if c.ID == id && c.Secret != "" &&
			subtle.ConstantTimeCompare([]byte(hash(c.Secret)), []byte(hash(secret))) == 1 {
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
func (s *storage) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, r op.IDTokenRequest,
	scopes []string) error {
	return s.describe(info, r.GetSubject(), scopes)
}

// describe puts what the scopes allow into what is said of a person (OIDC Core
// §5.4). Claims of our own need no scope.
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

// GetKeyByIDAndClientID is not offered: clients have no keys here.
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
