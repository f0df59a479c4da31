package account

import (
	"context"
	"errors"
	"time"

	"app.latchkey/internal/session"
)

// storeTimeout limits one write that must not be lost to a caller's cancel.
const storeTimeout = 20 * time.Second

// SignIn signs a person in and returns when they are signed in and stored, or
// when it is known why not. One sign-in runs at a time; a second gets ErrBusy.
// It ends early when ctx ends or Cancel is called.
//
// A session that the provider gave and the vault could not take is kept in
// memory: the next call stores it without asking the person to sign in again.
func (a *Manager) SignIn(ctx context.Context, req session.SignInRequest) error {
	if a.opts.Auth == nil {
		return ErrNotConfigured
	}
	ctx, done, err := a.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	a.opts.Log.Info("signin.started")
	s, err := a.authenticate(ctx, req)
	if err == nil {
		err = a.storeSignIn(ctx, s)
	}
	if err != nil {
		err = a.why(ctx, err)
		a.opts.Log.Warn("signin.failed", "err", err)
		a.failed(err)
		return err
	}
	a.opts.Log.Info("signin.completed", "issuer", s.Key.Issuer)
	a.Wake()
	return nil
}

// Reauthenticate asks the active person to sign in anew before something that
// matters (step-up). The provider is asked for a sign-in no older than maxAge, zero
// meaning now, and of one of the classes acrValues when there are any; auth_time and
// acr of what comes back are verified, and that it is the same person (OIDC Core
// §3.1.2.1, §3.1.3.7 items 12 and 13). When it fails the session at hand goes on.
func (a *Manager) Reauthenticate(ctx context.Context, maxAge time.Duration, acrValues []string) error {
	s, err := a.signedIn()
	if err != nil {
		return err
	}
	return a.SignIn(ctx, session.SignInRequest{
		LoginHint: s.Profile.Email, Prompt: "login", MaxAge: &maxAge,
		ACRValues: acrValues, Demand: len(acrValues) > 0, Same: s.Key,
	})
}

// begin claims the one sign-in that may run.
func (a *Manager) begin(parent context.Context) (context.Context, func(), error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cancel != nil {
		return nil, nil, ErrBusy
	}
	limited, stop := context.WithTimeout(parent, a.opts.SignInTimeout)
	ctx, cancel := context.WithCancelCause(limited)
	a.cancel = cancel
	return ctx, func() {
		cancel(nil)
		stop()
		a.mu.Lock()
		a.cancel = nil
		a.mu.Unlock()
	}, nil
}

// Cancel ends the sign-in under way, if there is one.
func (a *Manager) Cancel() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cancel != nil {
		a.cancel(ErrCancelled)
	}
}

// authenticate asks the provider, with the waiting screen shown meanwhile.
func (a *Manager) authenticate(ctx context.Context, req session.SignInRequest) (session.Session, error) {
	if s, ok := a.unsavedFresh(); ok {
		return s, nil
	}
	if err := a.opts.Store.Ready(ctx); err != nil {
		return session.Session{}, err
	}
	a.revokePending(ctx) // before the new grant, which a late revocation could end
	told := req.Progress
	req.Progress = func(p session.Progress) {
		a.update(func(s *Snapshot) {
			s.Waiting.URL, s.Waiting.OpenErr, s.Waiting.Strays, s.Waiting.Device = p.URL, p.OpenErr, p.Strays, p.Device
			s.Waiting.Opened = p.URL != "" && p.OpenErr == nil
		})
		if told != nil {
			told(p)
		}
	}
	now := a.now()
	a.update(func(p *Snapshot) {
		p.Phase, p.Waiting = PhaseWaiting, Waiting{Since: now, Until: now.Add(a.opts.SignInTimeout)}
		p.Err, p.SignOut = nil, nil
	})
	return a.opts.Auth.SignIn(ctx, req)
}

// storeSignIn makes the session durable; only then is the person signed in.
func (a *Manager) storeSignIn(ctx context.Context, s session.Session) error {
	// The provider has issued tokens: a cancel in this moment must not lose them.
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer stop()
	err := a.hold(ctx, func(ctx context.Context, h *session.Held) error {
		// The tokens of an earlier session of the same account are replaced, not
		// revoked: at several providers a revocation ends the whole grant, and with
		// it the sign-in that has just succeeded.
		h.Book.Put(s)
		h.Book.Active = s.Key
		if err := h.Write(ctx); err != nil {
			return err
		}
		a.note(h.Book)
		return nil
	})
	a.mu.Lock()
	if err != nil {
		a.unsaved = &s
	} else {
		a.unsaved = nil
		delete(a.rescued, s.Key)
	}
	a.mu.Unlock()
	if err != nil {
		return err
	}
	a.adopt(s, func(p *Snapshot) {
		p.Phase, p.Waiting = PhaseSignedIn, Waiting{}
		p.Err, p.Health, p.HealthErr, p.SignOut = nil, HealthFresh, nil, nil
	})
	return nil
}

// unsavedFresh returns a session that waits to be stored.
func (a *Manager) unsavedFresh() (session.Session, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.unsaved == nil || !a.unsaved.FreshAt(a.now()) {
		return session.Session{}, false
	}
	return *a.unsaved, true
}

// failed returns to whoever is active, with the reason.
func (a *Manager) failed(err error) {
	level := a.opts.Log.Warn
	if errors.Is(err, ErrCancelled) {
		level = a.opts.Log.Info
	}
	level("signin.failed", "err", err)
	a.update(func(p *Snapshot) {
		p.Phase, p.Waiting, p.Err = PhaseSignedOut, Waiting{}, err
		if !a.current.Key.IsZero() {
			p.Phase = PhaseSignedIn
		}
	})
}

// why puts the person's own cancel in place of the context error it caused.
func (a *Manager) why(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); errors.Is(cause, ErrCancelled) {
		return ErrCancelled
	}
	return err
}
