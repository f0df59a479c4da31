package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/singleflight"

	"app.latchkey/internal/proof"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// refreshTimeout limits one refresh, waiting for other processes included.
const refreshTimeout = 90 * time.Second

// refresh renews the session of key unless somebody else has done so meanwhile. With stale set, an access
// token that a server has refused is renewed although its time has not come.
func (a *Manager) refresh(ctx context.Context, key session.Key, stale string) (session.Session, error) {
	return a.flight(ctx, flightID(key, stale), func(ctx context.Context) (session.Session, error) {
		return a.refreshHeld(ctx, key, stale)
	})
}

// flightID tells what is asked for from everything else. No part of it can have a zero byte.
func flightID(key session.Key, what ...string) string {
	return strings.Join(append([]string{key.Issuer, key.Subject}, what...), "\x00")
}

// flight runs f, which asks the provider. Callers of the same moment and id share one run, and none of them
// can end it for the others: it runs under its own time limit.
func (a *Manager) flight(ctx context.Context, id string,
	f func(context.Context) (session.Session, error)) (session.Session, error) {
	done := make(chan singleflight.Result, 1)
	a.flying.Go(func() {
		v, err, shared := a.flights.Do(id, func() (any, error) {
			ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
			defer stop()
			return f(ctx)
		})
		done <- singleflight.Result{Val: v, Err: err, Shared: shared}
	})
	select {
	case <-ctx.Done():
		return session.Session{}, ctx.Err()
	case r := <-done:
		return r.Val.(session.Session), r.Err
	}
}

// Wait returns when no refresh is under way, also none whose callers have given up: a program that
// ended in the middle of a refresh would lose the new refresh token. Nobody may ask for a token
// meanwhile. Each refresh has a time limit.
func (a *Manager) Wait() { a.flying.Wait() }

// refreshHeld holds the lock over read → refresh → write.
func (a *Manager) refreshHeld(ctx context.Context, key session.Key, stale string) (session.Session, error) {
	a.refreshing(key)
	var out session.Session
	err := a.hold(ctx, func(ctx context.Context, h *session.Held) (err error) {
		if out, err = a.heldSession(ctx, h, key); err != nil {
			return err
		}
		if out.FreshAt(a.now()) && (stale == "" || out.Tokens.Access.Reveal() != stale) {
			return nil // another process was first
		}
		if out, err = a.renew(ctx, h, out, stale != ""); err != nil {
			return err
		}
		if limit := a.over(out); limit != "" { // the provider has brought the end forward
			out, err = a.end(ctx, h, out, limit, nil)
		}
		return err
	})
	a.settle(key, out, err)
	return out, err
}

// heldSession returns the live session of key while the lock is held. What could not be written before is
// written first.
func (a *Manager) heldSession(ctx context.Context, h *session.Held, key session.Key) (session.Session, error) {
	if r, newer := a.rescue(key); newer {
		if err := a.keep(ctx, h, r); err != nil {
			return session.Session{}, err
		}
	}
	s, ok := h.Book.Find(key)
	switch {
	case !ok:
		a.note(h.Book) // signed out by another process
		return session.Session{}, ErrNobody
	case !s.Live():
		return s, &EndedError{s.Ended}
	}
	if limit := a.over(s); limit != "" {
		return a.end(ctx, h, s, limit, nil)
	}
	return s, nil
}

// renew asks the provider. After a refusal the vault is read once more: another program that keeps no lock may have
// rotated the token. With refused set a server has refused the access token at hand.
func (a *Manager) renew(ctx context.Context, h *session.Held, s session.Session,
	refused bool) (session.Session, error) {
	if s.Tokens.Refresh.IsZero() {
		switch {
		case !a.usable(s):
			return a.end(ctx, h, s, session.EndedNoRefresh, nil)
		case refused:
			return s, ErrNotRenewable
		}
		return s, nil // to its end
	}
	if a.opts.Auth == nil {
		return s, ErrNotConfigured
	}
	next, err := a.exchange(ctx, h, s, a.opts.Auth.Refresh)
	if errors.Is(err, session.ErrEnded) && !errors.Is(err, session.ErrFalse) {
		if now, ok := a.rotatedElsewhere(ctx, h, s); ok {
			if now.FreshAt(a.now()) {
				return now, nil
			}
			s = now
			next, err = a.exchange(ctx, h, s, a.opts.Auth.Refresh)
		}
	}
	switch {
	case errors.Is(err, session.ErrFalse):
		return a.end(ctx, h, s, session.EndedFalse, err)
	case errors.Is(err, session.ErrEnded) && (errors.Is(err, session.ErrLost) || !s.Unanswered.IsZero()):
		return a.end(ctx, h, s, session.EndedLost, err)
	case errors.Is(err, session.ErrEnded):
		return a.end(ctx, h, s, session.EndedRefused, err)
	case errors.Is(err, proof.ErrForeignKey): // the vault was copied here, or the chip was cleared
		return a.end(ctx, h, s, session.EndedForeign, err)
	case errors.Is(err, proof.ErrBlob):
		return a.end(ctx, h, s, session.EndedKey, err)
	case err != nil:
		return s, err
	}
	a.opts.Log.Info("refresh.completed", "issuer", s.Key.Issuer)
	return next, nil
}

// rotatedElsewhere reads the vault again and returns the session if it has another refresh token by now.
func (a *Manager) rotatedElsewhere(ctx context.Context, h *session.Held, s session.Session) (session.Session, bool) {
	if h.Reload(ctx) != nil {
		return session.Session{}, false
	}
	now, ok := h.Book.Find(s.Key)
	return now, ok && now.Live() && !now.Tokens.Refresh.IsZero() && !now.Tokens.Refresh.Equal(s.Tokens.Refresh)
}

// exchange spends the refresh token and stores what came back: the rotated token at once, the whole
// session when it is verified. Before the request, exchange stores a mark that the token is being
// spent. The write proves that the vault is writable. The mark tells the next program, after a crash or
// a lost answer, why the token may be refused. ask is the request: a refresh, or one for an API's token.
func (a *Manager) exchange(ctx context.Context, h *session.Held, s session.Session,
	ask func(context.Context, session.Session, keeper) (session.Session, error)) (session.Session, error) {
	if a.opts.StayAwake != nil {
		release, err := a.opts.StayAwake(ctx)
		if err != nil {
			return session.Session{}, err
		}
		defer release()
	}
	spending := s
	spending.Unanswered = a.now()
	h.Book.Put(spending)
	if err := a.write(ctx, h); err != nil {
		return session.Session{}, err // nothing is spent
	}
	if err := h.Reserve(ctx); err != nil { // the disk may be full by the time the answer comes
		h.Book.Put(s)
		return session.Session{}, errors.Join(err, a.write(ctx, h))
	}
	known, kept := s, false
	known.Unanswered, known.PersonNeeded = time.Time{}, false
	next, err := ask(ctx, known, func(_ context.Context, rotated session.Session) error {
		kept = true
		return a.keep(ctx, h, rotated)
	})
	switch {
	case err == nil:
		return next, a.keep(ctx, h, next)
	case kept, errors.Is(err, session.ErrLost), errors.Is(err, session.ErrEnded):
		return session.Session{}, err
	case errors.Is(err, session.ErrPersonNeeded):
		s.PersonNeeded = true
	}
	h.Book.Put(s) // the provider has answered, and spent nothing
	if failed := a.write(ctx, h); failed != nil {
		a.opts.Log.Error("vault.write_failed", "err", failed)
	}
	return session.Session{}, err
}

// write writes the book, whatever becomes of the caller.
func (a *Manager) write(ctx context.Context, h *session.Held) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer stop()
	err := h.Write(ctx)
	a.note(h.Book)
	return err
}

// keep writes s, and holds it in memory when it cannot be written: losing a rotated token would lose
// the session. A token that is in memory alone is given to no caller.
func (a *Manager) keep(ctx context.Context, h *session.Held, s session.Session) error {
	h.Book.Put(s)
	err := a.write(ctx, h)
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil {
		a.rescued[s.Key] = s
		a.opts.Log.Error("vault.write_failed", "err", err)
		return fmt.Errorf("%w: %w", ErrNotStored, err)
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
	a.update(func(p *Snapshot) {
		clear(a.rescued)
		p.HealthErr = nil
	})
}

// rescue returns the session that could not be written.
func (a *Manager) rescue(key session.Key) (session.Session, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok := a.rescued[key]
	return s, ok
}

// end marks a session as ended. Its tokens are deleted; the person's name stays for the list of accounts.
func (a *Manager) end(ctx context.Context, h *session.Held, s session.Session, why session.Ended,
	cause error) (session.Session, error) {
	a.opts.Log.Warn("session.ended", "issuer", s.Key.Issuer, "reason", string(why), "err", cause)
	s.Ended = why
	if r := s.Revocation(a.now()); why.Limit() && !(r.Access.IsZero() && r.Refresh.IsZero()) {
		h.Book.Revoke = append(h.Book.Revoke, r) // the provider does not know that it has ended
	}
	a.forgetKey(s.ProofKey)
	s.Tokens, s.APIs, s.ProofKey = session.Tokens{}, nil, secret.Secret{}
	s.Unanswered, s.PersonNeeded = time.Time{}, false
	_ = a.keep(ctx, h, s) // logged; that it has ended stands all the same
	return s, errors.Join(&EndedError{why}, cause)
}

// forgetKey lets go of the key of a session that is no more.
func (a *Manager) forgetKey(blob secret.Secret) {
	if a.opts.Keys == nil || blob.IsZero() {
		return
	}
	if err := a.opts.Keys.ForgetKey(blob); err != nil {
		a.opts.Log.Warn("key.not_forgotten", "err", err)
	}
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
		a.Touch() // keep has listed how the account does
		return
	}
	switch {
	case err == nil, errors.Is(err, ErrNotRenewable) && s.Live():
		a.adopt(s, func(p *Snapshot) { p.Health, p.HealthErr = HealthFresh, nil })
		a.succeeded()
	case errors.Is(err, ErrNobody):
		a.vacate(func(p *Snapshot) { p.Err = nil })
	case errors.Is(err, ErrSessionEnded):
		ended := a.public(s)
		a.vacate(func(p *Snapshot) { p.Err, p.Ended = err, &ended })
	default:
		a.opts.Log.Warn("refresh.failed", "err", err)
		var after time.Duration
		if retry, ok := errors.AsType[*session.RetryError](err); ok {
			after = retry.After
		}
		a.failedOnce(after)
		a.update(func(p *Snapshot) {
			p.Health, p.HealthErr = HealthOffline, err
			if errors.Is(err, session.ErrPersonNeeded) {
				p.Session.PersonNeeded = true
				if p.Phase == PhaseSignedIn {
					p.Err = err
				}
			}
		})
	}
}
