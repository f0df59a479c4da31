package account

import (
	"context"
	"reflect"

	"app.latchkey/internal/session"
)

// attempt is one sign-in under way.
type attempt struct {
	req     session.SignInRequest
	before  *attempt      // the one that it replaces; nil when there was none
	ended   chan struct{} // closed when the attempt does nothing any more
	stored  bool          // the person is signed in; to be read after ended
	givenUp bool          // the person has cancelled it
	cancel  func()        // ends it; nil before it runs
}

// giveUp cancels the attempt, even when it has not begun to run. The caller holds the manager's lock.
func (at *attempt) giveUp() {
	at.givenUp = true
	if at.cancel != nil {
		at.cancel()
	}
}

// Asked returns what the last sign-in asked for, so that it can be tried again or asked for in another way.
func (a *Manager) Asked() session.SignInRequest {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.asked
}

// Cancel ends the sign-in under way, if there is one.
func (a *Manager) Cancel() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.attempt != nil {
		a.attempt.giveUp()
	}
}

// claim claims the one sign-in that may run. With instead set, an attempt under way that asks for
// something else is cancelled, and this attempt takes over the waiting screen.
func (a *Manager) claim(req session.SignInRequest, instead bool) (*attempt, error) {
	if a.opts.Auth == nil {
		return nil, ErrNotConfigured
	}
	a.mu.Lock()
	before := a.attempt
	if before != nil && (!instead || alikeRequests(before.req, req)) {
		a.mu.Unlock()
		return nil, ErrBusy
	}
	at := &attempt{req: req, before: before, ended: make(chan struct{})}
	a.attempt, a.asked = at, req
	a.asked.Progress = nil
	if before != nil {
		before.giveUp()
	}
	a.mu.Unlock()
	if before != nil {
		a.during(at, func(p *Snapshot) {
			if p.Phase == PhaseWaiting {
				p.Waiting = a.waitingFor(req)
			}
		})
	}
	return at, nil
}

// limit returns the context of the attempt. The returned func ends the context and
// gives the claim back, if the result has not done so already.
func (a *Manager) limit(parent context.Context, at *attempt) (context.Context, func()) {
	limited, stop := context.WithTimeout(parent, a.opts.SignInTimeout)
	ctx, cancel := context.WithCancelCause(limited)
	a.mu.Lock()
	defer a.mu.Unlock()
	at.cancel = func() { cancel(ErrCancelled) }
	if at.givenUp {
		at.cancel()
	}
	return ctx, func() {
		cancel(nil)
		stop()
		a.mu.Lock()
		if a.attempt == at {
			a.attempt = nil
		}
		a.mu.Unlock()
		close(at.ended)
	}
}

// reached waits for the end of the attempt that this one replaces. It reports whether the replaced
// attempt still signed the person in, and this attempt asks for nothing else, so that it need not run.
func (at *attempt) reached() bool {
	before := at.before
	if before == nil {
		return false
	}
	<-before.ended
	at.before = nil
	here, there := before.req, at.req
	here.Device, there.Device = false, false
	return before.stored && alikeRequests(here, there)
}

// during changes the snapshot unless the attempt has been replaced: a replaced attempt must not change
// the waiting screen of its successor.
func (a *Manager) during(at *attempt, f func(*Snapshot)) {
	a.update(func(p *Snapshot) {
		if a.attempt == at {
			f(p)
		}
	})
}

// finish is during for the result. The claim is given back in the same moment, so that
// whoever has seen the result can begin anew.
func (a *Manager) finish(at *attempt, f func(*Snapshot)) {
	a.during(at, func(p *Snapshot) {
		a.attempt = nil
		p.Waiting = Waiting{}
		p.Phase = PhaseSignedOut
		if !a.current.Key.IsZero() {
			p.Phase = PhaseSignedIn
		}
		f(p)
	})
}

// waitingFor is the wait as it begins now.
func (a *Manager) waitingFor(req session.SignInRequest) Waiting {
	now := a.now()
	return Waiting{Since: now, Until: now.Add(a.opts.SignInTimeout), Elsewhere: req.Device}
}

// alikeRequests reports whether two requests ask for the same.
func alikeRequests(x, y session.SignInRequest) bool {
	x.Progress, y.Progress = nil, nil
	return reflect.DeepEqual(x, y)
}
