package account_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// sealer keeps the blob in memory and fails when the test says so.
type sealer struct {
	mu         sync.Mutex
	lock       chan struct{}
	data       []byte
	loadErr    error
	saveErr    error
	readyErr   error
	reserveErr error
	saves      int
}

func newSealer() *sealer { return &sealer{lock: make(chan struct{}, 1)} }

func (s *sealer) Load(context.Context) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.data, s.loadErr
}

func (s *sealer) Save(ctx context.Context, data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := errors.Join(ctx.Err(), s.saveErr); err != nil {
		return err
	}
	s.data = data
	s.saves++
	return nil
}

func (s *sealer) SaveAnew(ctx context.Context, data []byte) error { return s.Save(ctx, data) }

func (s *sealer) Reserve(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reserveErr
}

func (s *sealer) SetAside(reason error) error {
	s.data, s.loadErr = nil, nil
	return &aside{reason}
}

type aside struct{ error }

func (a *aside) SetAside() string { return "/elsewhere" }

func (s *sealer) Ready(context.Context) error { return s.readyErr }

func (s *sealer) Lock(ctx context.Context) (func(), error) {
	select {
	case s.lock <- struct{}{}:
		return func() { <-s.lock }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *sealer) fault(f func(*sealer)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
}

func (s *sealer) book(t *testing.T) *session.Book {
	t.Helper()
	s.mu.Lock()
	data := s.data
	s.mu.Unlock()
	b, err := session.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return &b
}

// provider is an authenticator whose grant rotates: each refresh token is good
// once, and a token used twice is invalid_grant.
type provider struct {
	apis      []account.API                               // of the settings
	limits    session.Limits                              // of the settings
	stepUp    func(context.Context, account.StepUp) error // of the person
	expires   time.Time                                   // session_expiry of the next ID token
	silent    bool                                        // a revocation is never answered
	mu        sync.Mutex
	n         int
	who       string            // the person who signs in next
	picture   string            // … and claims this
	good      map[string]string // the one refresh token of each that works
	lifetime  time.Duration
	ahead     time.Duration // of time.Now
	refreshes int
	revoked   []string
	signIn    func(context.Context, session.SignInRequest) error
	refresh   func(context.Context) error               // before the answer
	verify    func() error                              // after keep
	forAPI    func(s session.Session, api string) error // before the answer
	asked     []string                                  // the APIs that tokens were asked for
	revoke    func() (session.EndingOutcome, error)
	bind      func() (secret.Secret, error) // makes the key of a session; nil binds none
}

func newProvider() *provider {
	return &provider{lifetime: time.Hour, who: "ada", good: map[string]string{}}
}

func key(who string) session.Key { return session.Key{Issuer: "https://id.example", Subject: who} }

var errDown = &session.RetryError{Err: errors.New("the network is down")}

func (p *provider) SignIn(ctx context.Context, req session.SignInRequest) (session.Session, error) {
	if req.Progress != nil {
		req.Progress(session.Progress{URL: "https://id.example/authorize?state=S"})
	}
	if p.signIn != nil {
		if err := p.signIn(ctx, req); err != nil {
			return session.Session{}, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s := session.Session{
		Key: key(p.who), ClientID: "desk", IDTokenVerified: true,
		Profile: session.Profile{Name: strings.ToUpper(p.who[:1]) + p.who[1:], Email: p.who + "@acme.example",
			Picture: p.picture},
		SignedInAt: time.Now(), Refreshed: time.Now(), Used: time.Now(), Seen: time.Now(), Expires: p.expires,
	}
	if p.bind != nil {
		blob, err := p.bind()
		if err != nil {
			return session.Session{}, err
		}
		s.ProofKey, s.Bound = blob, true
	}
	p.issue(&s)
	return s, nil
}

func (p *provider) issue(s *session.Session) {
	p.n++
	good := fmt.Sprint("RT", p.n)
	p.good[s.Key.Subject] = good
	s.Tokens = session.Tokens{
		Access: secret.New(fmt.Sprint("AT", p.n)), Refresh: secret.New(good), Type: "Bearer",
		Lifetime: p.lifetime,
	}
	if s.Bound {
		s.Tokens.Type = session.DPoP
	}
	if p.lifetime > 0 {
		s.Tokens.Expiry = time.Now().Add(p.ahead + p.lifetime)
	}
}

func (p *provider) Refresh(ctx context.Context, s session.Session,
	keep func(context.Context, session.Session) error) (session.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refreshes++
	if p.refresh != nil {
		if err := p.refresh(ctx); err != nil {
			return s, err
		}
	}
	if s.Tokens.Refresh.Reveal() != p.good[s.Key.Subject] {
		return s, fmt.Errorf("openid: refresh: invalid_grant: %w", session.ErrEnded)
	}
	next := s
	p.issue(&next)
	half := s
	half.Tokens.Refresh = next.Tokens.Refresh
	if err := keep(ctx, half); err != nil {
		return s, err
	}
	if p.verify != nil {
		if err := p.verify(); err != nil {
			return s, err
		}
	}
	next.Refreshed = time.Now()
	if !p.expires.IsZero() {
		next.Expires = p.expires
	}
	return next, nil
}

// ForAPI rotates the refresh token as a refresh does.
func (p *provider) ForAPI(ctx context.Context, s session.Session, api string,
	keep func(context.Context, session.Session) error) (session.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, api)
	if p.forAPI != nil {
		if err := p.forAPI(s, api); err != nil {
			return s, err
		}
	}
	if s.Tokens.Refresh.Reveal() != p.good[s.Key.Subject] {
		return s, &session.APIError{API: api, Doubted: true, Err: errors.New("openid: refresh: invalid_grant")}
	}
	next := s
	p.issue(&next)
	s.Tokens.Refresh = next.Tokens.Refresh
	if err := keep(ctx, s); err != nil {
		return s, err
	}
	t := session.Tokens{
		Access: secret.New(fmt.Sprint(api, p.n)), Type: "Bearer", Lifetime: p.lifetime,
		Expiry: time.Now().Add(p.lifetime),
	}
	return s.WithAPI(api, session.APIToken{Tokens: t, Asked: "asked for " + api, Obtained: time.Now()}), nil
}

func (p *provider) Revoke(ctx context.Context, r session.Revocation) (session.EndingOutcome, error) {
	if p.silent {
		<-ctx.Done()
		return session.EndingPending, ctx.Err()
	}
	if p.revoke != nil {
		if outcome, err := p.revoke(); err != nil {
			return outcome, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.revoked = append(p.revoked, r.Refresh.Reveal())
	return session.EndingDone, nil
}

// testManager is a manager with its fakes and the snapshots that it published.
type testManager struct {
	*account.Manager
	provider *provider
	sealer   *sealer
	mu       sync.Mutex
	seen     []account.Snapshot
	onChange func(account.Snapshot) // called within the publication
}

func newManager(p *provider, s *sealer) *testManager { return newManagerAt(p, s, nil) }

// newManagerAt is newManager with a wall clock of the test's own.
func newManagerAt(p *provider, s *sealer, now func() time.Time) *testManager {
	d := &testManager{provider: p, sealer: s}
	d.Manager = account.New(account.Options{
		Auth: p, Store: session.NewStore(s), Now: now, APIs: p.apis, Limits: p.limits, StepUp: p.stepUp,
		OnChange: func(snap account.Snapshot) {
			d.mu.Lock()
			d.seen = append(d.seen, snap)
			d.mu.Unlock()
			if d.onChange != nil {
				d.onChange(snap)
			}
		},
	})
	return d
}

// signedIn returns a manager with which Ada has signed in.
func signedIn(t testing.TB) *testManager {
	t.Helper()
	d := newManager(newProvider(), newSealer())
	if err := d.Restore(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.SignIn(t.Context(), session.SignInRequest{}); err != nil {
		t.Fatal(err)
	}
	return d
}

// phases returns the phases that were published, repeats left out.
func (d *testManager) phases() []account.Phase {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []account.Phase
	for _, s := range d.seen {
		if len(out) == 0 || out[len(out)-1] != s.Phase {
			out = append(out, s.Phase)
		}
	}
	return out
}
