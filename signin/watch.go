package signin

import (
	"context"
	"iter"
	"time"

	"app.latchkey/internal/account"
)

// Phase says where a client stands.
type Phase string

// Phases of a client.
const (
	SignedOut Phase = "signed_out" // nobody is signed in
	Waiting   Phase = "waiting"    // a sign-in is under way: the person is at the browser or at another device
	SignedIn  Phase = "signed_in"  // Account is signed in
	Locked    Phase = "locked"     // what is stored cannot be opened any more; Problem says why
)

// Health says how the session of a signed-in person does.
type Health string

// Healths of a session.
const (
	Fresh    Health = "fresh"    // nothing is to be done
	Renewing Health = "renewing" // a renewal is under way
	Offline  Health = "offline"  // a renewal failed and is tried again by itself; Problem says why
)

// State is what is known at one moment. It bears no token.
type State struct {
	Revision uint64    `json:"revision"` // rises with every change
	Phase    Phase     `json:"phase"`
	Account  *Account  `json:"account"`  // the active account; nil when nobody is signed in
	Ended    *Account  `json:"ended"`    // whose session has ended by itself; nil when none has
	Accounts []Account `json:"accounts"` // all on this machine, the active one first
	Health   Health    `json:"health"`   // of the active account; empty without one
	Problem  *Error    `json:"problem"`  // why the session is offline, or why the last sign-in or change failed
	// something that was set right by itself, such as a damaged file that was set aside
	Notice   *Error    `json:"notice"`
	Deadline time.Time `json:"deadline"` // when a sign-in under way ends by itself; zero when none is
}

// Watch returns the present state and then each change, until ctx or the client ends. A reader that is slower than
// the changes gets the newest state. While a Watch is read, the active session is renewed in the background, and what
// other programs with the same [App.ID] do is seen.
//
//	for state := range client.Watch(ctx) {
//		…
//	}
func (c *Client) Watch(ctx context.Context) iter.Seq[State] {
	return func(yield func(State) bool) {
		ctx, leave, err := c.enter(ctx)
		if err != nil {
			return
		}
		defer leave()
		changed := make(chan struct{}, 1)
		defer c.follow(changed)()
		defer c.renewInBackground()()
		for seen := uint64(0); ; {
			if snap := c.manager().Snapshot(); snap.Revision != seen {
				seen = snap.Revision
				if !yield(c.stateOf(snap)) {
					return
				}
			}
			select {
			case <-ctx.Done():
				return
			case <-changed:
			}
		}
	}
}

// follow tells changed of every change until the returned function is called.
func (c *Client) follow(changed chan struct{}) func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watches[changed] = true
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.watches, changed)
	}
}

// changed is told every snapshot.
func (c *Client) changed(account.Snapshot) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for watch := range c.watches {
		select {
		case watch <- struct{}{}:
		default: // the newest state is read when the watch comes to it
		}
	}
}

// renewInBackground keeps the active session fresh until the last of the returned functions is called.
func (c *Client) renewInBackground() func() {
	c.renewing.Lock()
	defer c.renewing.Unlock()
	if c.renewals++; c.renewals == 1 {
		ctx, cancel := context.WithCancel(c.lifetime)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			c.manager().Run(ctx)
		}()
		c.stopRenewal = func() { cancel(); <-ended }
	}
	return func() {
		c.renewing.Lock()
		defer c.renewing.Unlock()
		if c.renewals--; c.renewals == 0 {
			c.stopRenewal()
		}
	}
}

// stateOf returns what a snapshot says.
func (c *Client) stateOf(s account.Snapshot) State {
	out := State{
		Revision: s.Revision, Phase: Phase(s.Phase), Accounts: accountsOf(s), Deadline: s.Waiting.Until,
		Problem: describe(s.Err, c.reader), Notice: describe(s.Notice, c.reader),
	}
	if !s.Session.Key.IsZero() {
		out.Account = new(accountOf(s.Session, true))
		out.Health = Health(s.Health)
		if s.Health == account.HealthRefreshing {
			out.Health = Renewing
		}
		if out.Problem == nil {
			out.Problem = describe(s.HealthErr, c.reader)
		}
	}
	if s.Ended != nil {
		out.Ended = new(accountOf(*s.Ended, false))
	}
	return out
}
