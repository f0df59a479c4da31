package account

import (
	"context"
	"errors"
	"time"

	"app.latchkey/internal/session"
)

// refreshTimeout limits one refresh, waiting for other processes included.
const refreshTimeout = 90 * time.Second

// refresh renews the session of key unless somebody else has done so meanwhile.
// Callers of the same moment share one refresh, and none of them can end it for
// the others: it runs under its own time limit. With stale set, an access token
// that a server has refused is renewed although its time has not come.
func (a *Manager) refresh(ctx context.Context, key session.Key, stale string) (session.Session, error) {
	a.flying.Add(1)
	result := a.flights.DoChan(key.Issuer+"\x00"+key.Subject+"\x00"+stale, func() (any, error) {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
		defer stop()
		return a.refreshHeld(ctx, key, stale)
	})
	select {
	case <-ctx.Done():
		go func() { <-result; a.flying.Done() }()
		return session.Session{}, ctx.Err()
	case r := <-result:
		a.flying.Done()
		if r.Err != nil {
			return session.Session{}, r.Err
		}
		return r.Val.(session.Session), nil
	}
}

// Wait returns when no refresh is under way, also none whose callers have given up. Nobody may ask for a token
// meanwhile.
func (a *Manager) Wait() { a.flying.Wait() }

// refreshHeld holds the lock over read → refresh → write.
func (a *Manager) refreshHeld(ctx context.Context, key session.Key, stale string) (session.Session, error) {
	a.refreshing(key)
	var out session.Session
	err := a.hold(ctx, func(ctx context.Context, h *session.Held) error {
		s, ok := h.Book.Find(key)
		if r, newer := a.rescue(key); newer {
			s, ok = r, true
		}
		switch {
		case !ok:
			a.note(h.Book) // signed out by another process
			return ErrNobody
		case !s.Live():
			out = s
			return ErrSessionEnded
		case s.FreshAt(a.now()) && (stale == "" || s.Tokens.Access.Reveal() != stale):
			out = s // another process was first
			return nil
		}
		var err error
		out, err = a.renew(ctx, h, s)
		return err
	})
	a.settle(key, out, err)
	return out, err
}

// renew asks the provider. After a refusal the vault is read once more: another
// program that keeps no lock may have rotated the token.
func (a *Manager) renew(ctx context.Context, h *session.Held, s session.Session) (session.Session, error) {
	if s.Tokens.Refresh.IsZero() {
		if a.now().Before(s.Tokens.Expiry) {
			return s, nil // usable to the end, not renewable
		}
		return a.end(ctx, h, s, session.EndedNoRefresh, nil)
	}
	if a.opts.Auth == nil {
		return s, ErrNotConfigured
	}
	next, err := a.exchange(ctx, h, s)
	if errors.Is(err, session.ErrEnded) && !errors.Is(err, session.ErrFalse) {
		if h.Reload(ctx) == nil {
			if now, ok := h.Book.Find(s.Key); ok && now.Live() && !now.Tokens.Refresh.IsZero() && !now.Tokens.Refresh.Equal(s.Tokens.Refresh) {
				if now.FreshAt(a.now()) {
					return now, nil
				}
				s = now
				next, err = a.exchange(ctx, h, s)
			}
		}
	}
	switch {
	case errors.Is(err, session.ErrFalse):
		return a.end(ctx, h, s, session.EndedFalse, err)
	case errors.Is(err, session.ErrEnded):
		return a.end(ctx, h, s, session.EndedRefused, err)
	case err != nil:
		return s, err
	}
	a.opts.Log.Info("refresh.completed", "issuer", s.Key.Issuer)
	return next, nil
}

// exchange spends the refresh token and stores what came back: the rotated
// token at once, the whole session when it is verified.
func (a *Manager) exchange(ctx context.Context, h *session.Held, s session.Session) (session.Session, error) {
	next, err := a.opts.Auth.Refresh(ctx, s, func(_ context.Context, kept session.Session) error {
		return a.keep(ctx, h, kept)
	})
	if err != nil {
		return session.Session{}, err
	}
	return next, a.keep(ctx, h, next)
}

// keep writes s, and holds it in memory when it cannot be written: a rotated
// token that is lost is a session lost.
func (a *Manager) keep(ctx context.Context, h *session.Held, s session.Session) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer stop()
	h.Book.Put(s)
	err := h.Write(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.snap.Accounts = list(h.Book)
	if err != nil {
		a.rescued[s.Key] = s
		a.unwritten = err
		a.opts.Log.Error("vault.write_failed", "err", err)
		return nil // the session goes on from memory; settle says so
	}
	delete(a.rescued, s.Key)
	return nil
}

// saveRescued writes what could not be written before.
func (a *Manager) saveRescued(ctx context.Context) {
	a.mu.Lock()
	waiting := len(a.rescued) > 0
	a.mu.Unlock()
	if !waiting {
		return
	}
	err := a.hold(ctx, func(ctx context.Context, h *session.Held) error {
		a.mu.Lock()
		for _, s := range a.rescued {
			h.Book.Put(s)
		}
		a.mu.Unlock()
		return h.Write(ctx)
	})
	if err != nil {
		return // keep has logged the cause; the next round tries again
	}
	a.mu.Lock()
	clear(a.rescued)
	a.mu.Unlock()
	a.update(func(p *Snapshot) { p.HealthErr = nil })
}

// rescue returns the session that could not be written.
func (a *Manager) rescue(key session.Key) (session.Session, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok := a.rescued[key]
	return s, ok
}

// end marks a session as ended. Its tokens are dropped, who it was is kept for
// the picker.
func (a *Manager) end(ctx context.Context, h *session.Held, s session.Session, why session.Ended, cause error) (session.Session, error) {
	a.opts.Log.Warn("session.ended", "issuer", s.Key.Issuer, "reason", string(why), "err", cause)
	s.Ended = why
	s.Tokens = session.Tokens{}
	if err := a.keep(ctx, h, s); err != nil {
		return s, err
	}
	return s, errors.Join(ErrSessionEnded, cause)
}

// refreshing shows that a refresh is under way.
func (a *Manager) refreshing(key session.Key) {
	if s := a.Snapshot(); s.Phase == PhaseSignedIn && s.Session.Key == key && s.Health != HealthRefreshing {
		a.update(func(p *Snapshot) { p.Health = HealthRefreshing })
	}
}

// settle publishes how a refresh ended.
func (a *Manager) settle(key session.Key, s session.Session, err error) {
	if !a.isCurrent(key) {
		a.update(func(*Snapshot) {}) // keep has listed how the account does
		return
	}
	switch {
	case err == nil:
		a.adopt(s, func(p *Snapshot) {
			p.Health, p.HealthErr = HealthFresh, nil
			if _, memoryOnly := a.rescued[key]; memoryOnly {
				p.HealthErr = a.unwritten
			}
		})
		a.succeeded()
	case errors.Is(err, ErrNobody):
		a.vacate(func(p *Snapshot) { p.Err = nil })
	case errors.Is(err, ErrSessionEnded):
		ended := public(s)
		a.vacate(func(p *Snapshot) { p.Err, p.Ended = err, &ended })
	default:
		a.opts.Log.Warn("refresh.failed", "err", err)
		var retry *session.RetryError
		var after time.Duration
		if errors.As(err, &retry) {
			after = retry.After
		}
		a.failedOnce(after)
		a.update(func(p *Snapshot) { p.Health, p.HealthErr = HealthOffline, err })
	}
}
