package account

import (
	"time"

	"app.latchkey/internal/proof"
	"app.latchkey/internal/session"
)

// Phase is where the account stands.
type Phase string

// Phases of an account.
const (
	PhaseStarting  Phase = "starting"   // nothing is read yet
	PhaseLocked    Phase = "locked"     // the vault cannot be opened; Err says why
	PhaseSignedOut Phase = "signed_out" // nobody
	PhaseWaiting   Phase = "waiting"    // the person is at the browser
	PhaseSignedIn  Phase = "signed_in"
)

// Health is how the session of a signed-in person does.
type Health string

// Healths of a session.
const (
	HealthFresh      Health = "fresh"
	HealthRefreshing Health = "refreshing"
	HealthOffline    Health = "offline" // a refresh failed and is tried again; HealthErr says why
)

// Snapshot is what is known at one moment. It bears no token.
type Snapshot struct {
	Revision uint64 // rises by one with every change
	Phase    Phase

	// Accounts are all that the vault keeps: the active one first, then by name.
	// Those whose session ended by itself bear Ended. The slice is never changed.
	Accounts []Account

	Typed string // what the person typed at the last sign-in, to be offered again; "" for nothing

	Session   Account // of the signed-in person; zero otherwise
	Health    Health
	HealthErr error // why Health is offline

	Waiting Waiting // while PhaseWaiting

	Err    error    // why the last thing the person asked for failed, or why the vault is locked
	Notice error    // told once: something that was set right, such as a vault set aside
	Ended  *Account // a session that ended by itself and waits for a new sign-in
	// SignOuts reports the last sign-out, until the next action: of one account, or of all.
	// The slice is never changed.
	SignOuts []SignOut
}

// Account is one account of the vault: its session without the tokens.
type Account struct {
	Key             session.Key
	ClientID        string
	Provider        string // the provider's name, as it was at the sign-in; empty when not known
	Profile         session.Profile
	Face            string // the picture as it was fetched last, in the list of accounts; a data: URL, or ""
	IDTokenVerified bool
	Expiry          time.Time // of the access token; zero when not known
	CanRefresh      bool      // there is a refresh token
	PersonNeeded    bool      // the provider renews only after it has asked the person something
	AMR             []string
	SignedInAt      time.Time
	Refreshed       time.Time
	Ended           session.Ended
	Ends            time.Time     // when the session ends at the latest, by EndsBy; zero when nothing limits it
	EndsBy          session.Ended // EndedExpired or EndedMaximum
	Idle            time.Duration // after which it ends when nobody uses it; zero when it does not
	Binding         Binding
}

// Binding says which key a session is bound to. The zero value is a session that is not bound.
type Binding struct {
	Key      string // "TPM", "Secure Enclave", "software"; empty when there is none
	Hardware bool   // the key cannot be copied off this computer
	Access   bool   // access tokens are bound too, not only the renewal
	Once     bool   // an access token was bound once, also of a session that has ended
}

func bindingOf(s session.Session) Binding {
	place, _, err := proof.ReadBlob(s.ProofKey)
	if err != nil {
		return Binding{Once: s.Bound}
	}
	return Binding{
		Key: place.Name(), Hardware: place.Hardware(), Access: s.Tokens.Type == session.DPoP, Once: s.Bound,
	}
}

// Waiting describes a sign-in under way.
type Waiting struct {
	Since, Until time.Time
	URL          string // the authorization request, once known; never logged
	OpenErr      error  // why the browser did not open; nil when it did
	Again        string // why the person is asked once more; see session.Progress
	Strays       int    // answers that were not for this sign-in
	StrayErr     error  // what the person must be told of the last one
	Elsewhere    bool   // the person signs in on another device
	// Device is the code to type on another device, once known; nil in a sign-in with the browser here.
	Device *session.DeviceCode
}

// SignOut reports what a sign-out ended. This device is always done.
type SignOut struct {
	Key      session.Key
	Name     string
	Provider string // the name of the provider that the account is of; empty when not known
	ClientID string
	Scope    Scope
	Running  bool // the provider is still being asked; Ending is not known yet
	Ending   session.Ending
}

func (a *Manager) public(s session.Session) Account {
	ends, why := s.Latest(a.opts.Limits)
	return Account{
		Ends: ends, EndsBy: why, Idle: a.opts.Limits.Idle,
		Key: s.Key, ClientID: s.ClientID, Provider: s.Provider, Profile: s.Profile, IDTokenVerified: s.IDTokenVerified,
		Expiry: s.Tokens.Expiry, CanRefresh: !s.Tokens.Refresh.IsZero(), PersonNeeded: s.PersonNeeded,
		AMR:        s.AMR,
		SignedInAt: s.SignedInAt, Refreshed: s.Refreshed, Ended: s.Ended, Binding: bindingOf(s),
	}
}

// Snapshot returns what is known now.
func (a *Manager) Snapshot() Snapshot {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.snap
}

// update changes the snapshot under the lock and publishes it.
func (a *Manager) update(f func(*Snapshot)) {
	a.publishing.Lock()
	defer a.publishing.Unlock()
	a.mu.Lock()
	f(&a.snap)
	a.snap.Revision++
	snap := a.snap
	a.mu.Unlock()
	a.opts.OnChange(snap)
}

// adopt makes s the signed-in session and clears what belonged to an earlier state.
func (a *Manager) adopt(s session.Session, then func(*Snapshot)) {
	if a.opts.Adopting != nil {
		a.opts.Adopting(a.public(s))
	}
	a.update(func(p *Snapshot) {
		a.setCurrent(s)
		p.Session, p.Ended = a.public(s), nil
		if p.Phase != PhaseWaiting { // another account is being added
			p.Phase = PhaseSignedIn
		}
		then(p)
	})
}

// vacate leaves nobody active.
func (a *Manager) vacate(then func(*Snapshot)) {
	a.update(func(p *Snapshot) {
		a.setCurrent(session.Session{})
		p.Session, p.Health, p.HealthErr = Account{}, "", nil
		if p.Phase != PhaseWaiting {
			p.Phase = PhaseSignedOut
		}
		then(p)
	})
}

// Dismiss clears the problem, the notice and the reports that a person has read.
func (a *Manager) Dismiss() {
	a.update(func(p *Snapshot) {
		p.solved()
		p.Notice, p.SignOuts, p.Ended = nil, nil, nil
	})
}

// DismissErr clears the problem alone.
func (a *Manager) DismissErr() { a.update((*Snapshot).solved) }

func (s *Snapshot) solved() {
	if s.Phase != PhaseLocked {
		s.Err = nil
	}
}

// Touch publishes the state once more, with a new revision: something that is
// shown with it, such as a picture, has arrived.
func (a *Manager) Touch() { a.update(func(*Snapshot) {}) }

// BrowserTried notes how it went when the browser was opened once more.
func (a *Manager) BrowserTried(err error) {
	a.update(func(p *Snapshot) {
		if p.Phase == PhaseWaiting {
			p.Waiting.OpenErr = err
		}
	})
}
