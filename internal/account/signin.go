package account

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"app.latchkey/internal/session"
)

// storeTimeout limits one write that must not be lost to a caller's cancel.
const storeTimeout = 20 * time.Second

// SignIn signs a person in and returns when they are signed in and stored, or when it is known why not. One sign-in
// runs at a time; a second gets [ErrBusy]. It ends early when ctx ends or [Manager.Cancel] is called.
//
// A session that the provider gave and the vault could not take is kept in memory: the next call that demands nothing
// of the sign-in stores it without asking the person to sign in again.
func (a *Manager) SignIn(ctx context.Context, req session.SignInRequest) error {
	at, err := a.claim(req, false)
	if err != nil {
		return err
	}
	return a.signIn(ctx, at)
}

// SignInInstead is [Manager.SignIn] in two steps, for a person who may press another button meanwhile. It claims the
// sign-in at once, and the returned func, which must be called, runs it. A sign-in under way that asks for something
// else is cancelled, and the wait goes on as this one's. The same request again is a double click and gets [ErrBusy].
// Once a result has been published there is no sign-in under way.
func (a *Manager) SignInInstead(req session.SignInRequest) (run func(context.Context) error, err error) {
	at, err := a.claim(req, true)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error { return a.signIn(ctx, at) }, nil
}

// signIn runs an attempt.
func (a *Manager) signIn(ctx context.Context, at *attempt) error {
	ctx, end := a.limit(ctx, at)
	defer end()
	if at.reached() {
		a.finish(at, func(*Snapshot) {})
		return nil
	}
	a.opts.Log.Info("signin.started")
	s, err := a.authenticate(ctx, at)
	if err == nil {
		err = a.storeSignIn(ctx, at, s)
	}
	if err != nil {
		level := slog.LevelWarn
		if errors.Is(context.Cause(ctx), ErrCancelled) { // the person's own cancel, which err came of
			err, level = ErrCancelled, slog.LevelInfo
		}
		a.opts.Log.Log(context.Background(), level, "signin.failed", "err", err)
		a.finish(at, func(p *Snapshot) { p.Err = err })
		return err
	}
	a.opts.Log.Info("signin.completed", "issuer", s.Key.Issuer)
	a.Wake()
	return nil
}

// Reauthenticate asks the active person to sign in anew before something that matters (step-up). The
// provider is asked for a sign-in no older than maxAge, zero meaning now, and of one of the classes
// acrValues when there are any; auth_time and acr of what comes back are verified, and that it is the
// same person (OIDC Core §3.1.2.1, §3.1.3.7 items 12 and 13). When it fails, the present session
// continues.
func (a *Manager) Reauthenticate(ctx context.Context, maxAge time.Duration, acrValues []string) error {
	s, err := a.signedIn()
	if err != nil {
		return err
	}
	return a.signInAnew(ctx, s, &maxAge, acrValues)
}

// signInAnew asks the person of s to sign in as is demanded; a nil maxAge demands no age.
func (a *Manager) signInAnew(ctx context.Context, s session.Session, maxAge *time.Duration, acrValues []string) error {
	return a.SignIn(ctx, session.SignInRequest{
		LoginHint: s.Profile.Email, Prompt: "login", MaxAge: maxAge,
		ACRValues: acrValues, Demand: len(acrValues) > 0, Same: s.Key,
	})
}

// authenticate asks the provider, with the waiting screen shown meanwhile.
func (a *Manager) authenticate(ctx context.Context, at *attempt) (session.Session, error) {
	if err := ctx.Err(); err != nil {
		return session.Session{}, err // cancelled while the one before it ended
	}
	// What was kept was verified against another request: it is no answer to one that demands a person, an age or a
	// class.
	if s, ok := a.unsavedFresh(); ok && at.req.Same.IsZero() && at.req.MaxAge == nil && !at.req.Demand {
		return s, nil
	}
	if err := a.opts.Store.Ready(ctx); err != nil {
		return session.Session{}, err
	}
	a.revokePending(ctx) // before the new grant, which a late revocation could end
	req := at.req
	req.MustBind = a.mustBind()
	req.Progress = func(p session.Progress) {
		a.during(at, func(s *Snapshot) {
			w := &s.Waiting
			w.Again, w.URL, w.OpenErr, w.Strays, w.StrayErr, w.Device =
				p.Again, p.URL, p.OpenErr, p.Strays, p.StrayErr, p.Device
		})
		if at.req.Progress != nil {
			at.req.Progress(p)
		}
	}
	a.during(at, func(p *Snapshot) {
		p.Phase, p.Waiting = PhaseWaiting, a.waitingFor(req)
		p.Err, p.SignOuts = nil, nil
	})
	return a.opts.Auth.SignIn(ctx, req)
}

// mustBind reports of an account whether its session was bound to a key. Only a sign-out, or the settings, let the
// account go back to tokens that are not bound.
func (a *Manager) mustBind() func(session.Key) bool {
	accounts := a.Snapshot().Accounts
	return func(key session.Key) bool {
		return slices.ContainsFunc(accounts, func(x Account) bool { return x.Key == key && x.Binding.Once })
	}
}

// storeSignIn makes the session durable; only then is the person signed in.
func (a *Manager) storeSignIn(ctx context.Context, at *attempt, s session.Session) error {
	// The provider has issued tokens: a cancel in this moment must not lose them.
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer stop()
	err := a.opts.Store.HoldAnew(ctx, a.telling(func(ctx context.Context, h *session.Held) error {
		// The tokens of an earlier session of the same account are replaced, not
		// revoked: at several providers a revocation ends the whole grant, and with
		// it the sign-in that has just succeeded.
		before, _ := h.Book.Find(s.Key)
		h.Book.Put(s)
		h.Book.Active = s.Key
		if at.req.Typed != nil {
			h.Book.Typed = *at.req.Typed
		}
		if err := h.Write(ctx); err != nil {
			return err
		}
		if !before.ProofKey.Equal(s.ProofKey) {
			a.forgetKey(before.ProofKey)
		}
		a.note(h.Book)
		return nil
	}))
	a.mu.Lock()
	if err != nil {
		a.unsaved = &s
		a.mu.Unlock()
		return err
	}
	a.unsaved = nil
	delete(a.rescued, s.Key)
	a.mu.Unlock()
	at.stored = true
	a.adopt(s, func(p *Snapshot) {
		p.Err, p.Health, p.HealthErr, p.SignOuts = nil, HealthFresh, nil, nil
		if a.attempt == at { // otherwise the wait goes on, as another attempt's
			a.attempt, p.Phase, p.Waiting = nil, PhaseSignedIn, Waiting{}
		}
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
