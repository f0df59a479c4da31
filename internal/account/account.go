// Package account knows who is signed in.
//
// It is the state machine between the person and the provider: restore at start, sign-in, refresh, sign-out, and the
// switch between several accounts. It hands fresh access tokens to any number of callers, with one refresh at a time
// in the process and across processes, and it publishes a snapshot with a rising revision whenever something changed
// that a person could notice.
//
// The active account is kept fresh in the background; the others are refreshed when somebody asks for a token of
// theirs. An account becomes active only when a person chooses it: after the active account is signed out no account
// is active, and the person picks another one.
//
// It promises that nobody is signed in before the session is stored, that a rotated refresh token is durable before
// it is used, that only a definite refusal by the provider ends a session, and that no snapshot bears a token. It
// speaks no protocol and stores nothing itself: both are handed to it. It touches no network (but for the client of
// [Manager.Client] that it gives to the team's own code), no disk and no keychain.
package account

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"app.latchkey/internal/proof"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// Errors that a caller branches on.
var (
	// ErrNobody means that nobody is signed in.
	ErrNobody = errors.New("account: nobody is signed in")
	// ErrSessionEnded means that there was a session and a new sign-in is needed.
	ErrSessionEnded = errors.New("account: the session has ended")
	// ErrSleeping means that the computer is about to sleep: no refresh begins now.
	ErrSleeping = errors.New("account: the computer is about to sleep")
	// ErrNotRenewable means that the provider gave no refresh token.
	ErrNotRenewable = errors.New("account: the session cannot renew itself")
	// ErrBusy means that a sign-in is under way already.
	ErrBusy = errors.New("account: a sign-in is under way")
	// ErrCancelled means that the person cancelled the sign-in in the app.
	ErrCancelled = errors.New("account: the sign-in was cancelled")
	// ErrNotConfigured means that no provider is set up.
	ErrNotConfigured = errors.New("account: no provider is set up")
	// ErrNoAccount means that the account which was named is not kept here.
	ErrNoAccount = errors.New("account: there is no such account here")
	// ErrAmbiguous means that a name fits several accounts; see [AmbiguousError].
	ErrAmbiguous = errors.New("account: several accounts are meant by that name")
	// ErrNotStored means that a session was renewed and could not be stored: the old
	// refresh token is spent, and the new one is in this process's memory alone.
	ErrNotStored = errors.New("account: the renewed session could not be stored")
	// ErrLive means that the account is still signed in, and so not to be removed
	// but to be signed out.
	ErrLive = errors.New("account: the account is still signed in")
)

// authenticator speaks to the provider. An error after which the session cannot
// go on matches session.ErrEnded; every other error leaves it alive.
type authenticator interface {
	SignIn(context.Context, session.SignInRequest) (session.Session, error)
	// Refresh calls keep with the rotated refresh token before it does anything
	// else with the answer, and fails when keep fails.
	Refresh(ctx context.Context, s session.Session, keep keeper) (session.Session, error)
	// ForAPI returns s with a token for the API of that name. It may rotate the refresh token, and calls keep as
	// Refresh does. A refusal is a session.APIError.
	ForAPI(ctx context.Context, s session.Session, api string, keep keeper) (session.Session, error)
	Revoke(context.Context, session.Revocation) (session.EndingOutcome, error)
}

// keeper makes a session durable whose refresh token has rotated.
type keeper = func(context.Context, session.Session) error

// store keeps the book of sessions.
type store interface {
	Ready(context.Context) error
	Read(context.Context) (session.Book, error)
	Look(context.Context, session.Mark) (session.Book, session.Mark, error)
	Hold(context.Context, func(context.Context, *session.Held) error) error
	HoldAnew(context.Context, func(context.Context, *session.Held) error) error
}

// keys are the keys that sessions are bound to, by what a session keeps of its key.
type keys interface {
	Prover(blob secret.Secret) (*proof.Prover, error)
	ForgetKey(blob secret.Secret) error
}

// Options are the parts of a [Manager]. Auth may be nil: then no provider is set
// up, and what is stored can still be seen and signed out.
type Options struct {
	Auth  authenticator
	Store store
	// Keys write the proofs of bound sessions; nil when there are none.
	Keys keys
	// EndBrowser ends the provider's own browser session; nil when it offers none.
	EndBrowser func(context.Context, session.Session) (session.EndingOutcome, error)
	// Adopting, when set, is called with a session before the session is published, and without any
	// lock held. Package ui reads the claims there, which may take long.
	Adopting func(Account)
	// OnChange is told every snapshot, one at a time, in the order of revisions.
	OnChange func(Snapshot)
	Log      *slog.Logger
	Now      func() time.Time // the wall clock; time.Now when nil
	// StayAwake keeps the computer from sleeping until release is called; nil lets it sleep. An error
	// means that the computer is about to sleep, and puts the refresh off.
	StayAwake func(context.Context) (release func(), err error)
	// SignInTimeout limits a whole sign-in; 10 minutes when zero.
	SignInTimeout time.Duration
	// Transport carries the requests of [Manager.Client]; http.DefaultTransport when nil.
	Transport http.RoundTripper
	// APIs are the further APIs of the settings. No two have an origin in common.
	APIs []API
	// StepUp asks the person whether to sign in anew, because an API asks for it; nil means that they agree. Without
	// it such a request fails with a [StepUpError].
	StepUp func(context.Context, StepUp) error
	// Limits are how long a session may last; the zero value sets none beside the provider's own.
	Limits session.Limits
}

// Manager holds all accounts of the vault, of which at most one is active: the
// signed-in person. Its methods may be called from any goroutine.
type Manager struct {
	opts    Options
	flights singleflight.Group
	flying  sync.WaitGroup // the refreshes under way
	wake    chan struct{}

	publishing sync.Mutex    // orders OnChange
	stepping   chan struct{} // held while the person is asked for a step-up

	mu       sync.Mutex
	snap     Snapshot
	noted    uint64                          // how often the list or the active session was set
	looked   look                            // the latest that found the vault to be as it is shown
	current  session.Session                 // the active one, with tokens; zero when nobody
	unsaved  *session.Session                // signed in at the provider, could not be stored
	rescued  map[session.Key]session.Session // refreshed, could not be written
	refused  map[string]refusal              // tokens for APIs, by flightID
	attempt  *attempt                        // the sign-in under way; nil when there is none
	asked    session.SignInRequest           // by the last one
	clock    reading                         // the latest, see present
	attended bool                            // a person has looked at the app since Run last noted it
	plan     plan                            // of the background
}

// New returns a manager that knows nothing yet; call [Manager.Restore].
func New(o Options) *Manager {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	if o.OnChange == nil {
		o.OnChange = func(Snapshot) {}
	}
	o.Transport = cmp.Or(o.Transport, http.DefaultTransport)
	if o.SignInTimeout <= 0 {
		o.SignInTimeout = 10 * time.Minute
	}
	return &Manager{
		opts:     o,
		wake:     make(chan struct{}, 1),
		snap:     Snapshot{Phase: PhaseStarting},
		rescued:  map[session.Key]session.Session{},
		refused:  map[string]refusal{},
		stepping: make(chan struct{}, 1),
	}
}

// now is the wall clock alone: a monotonic reading stops while a laptop sleeps.
func (a *Manager) now() time.Time { return a.opts.Now().Round(0) }
