package account

import (
	"context"
	"errors"
	"slices"
	"time"

	"app.latchkey/internal/session"
)

// revokeTimeout limits what one sign-out asks of the provider, all its requests together, so that a silent provider
// delays a sign-out once. The logout in the browser waits for a person and has limits of its own.
const revokeTimeout = 5 * time.Second

// Scope says how far a sign-out goes. Each includes the ones before.
type Scope int

// Scopes of a sign-out.
const (
	ScopeDevice  Scope = iota // forget here; at the provider the tokens live on
	ScopeTokens               // and revoke them there (RFC 7009): what a sign-out should be
	ScopeBrowser              // and end the provider's browser session
)

// SignOut forgets an account here first, then revokes its tokens at the provider, then ends the browser's session, as
// far as scope goes. The zero key means the active account, or the one whose session has just ended. It reports what
// ended and what did not; its error is for the first step alone. For an account that is not there the report's key is
// zero. What earlier sign-outs could not revoke is tried again as well.
func (a *Manager) SignOut(ctx context.Context, key session.Key, scope Scope) (SignOut, error) {
	if key.IsZero() {
		key = a.shown()
	}
	if key.IsZero() {
		if scope >= ScopeTokens {
			within, stop := context.WithTimeout(ctx, revokeTimeout)
			defer stop()
			a.revokePending(within)
		}
		return SignOut{}, nil
	}
	reports, err := a.signOut(ctx, func(session.Book) []session.Key { return []session.Key{key} }, scope)
	if len(reports) == 0 {
		return SignOut{}, err
	}
	return reports[0], err
}

// SignOutAll is [Manager.SignOut] for every account that is kept here, also those whose session has ended. One write
// forgets all of them; the provider is asked after it. The browser's session is ended once for each issuer.
func (a *Manager) SignOutAll(ctx context.Context, scope Scope) ([]SignOut, error) {
	return a.signOut(ctx, func(b session.Book) []session.Key {
		var all []session.Key
		for _, p := range a.list(b) {
			all = append(all, p.Key)
		}
		return all
	}, scope)
}

// signOut signs out the accounts that which chooses from the book.
func (a *Manager) signOut(ctx context.Context, which func(session.Book) []session.Key, scope Scope) ([]SignOut, error) {
	gone, err := a.forget(ctx, which, scope)
	// The time limit is the provider's: it begins when nothing is left to do here.
	within, stop := context.WithTimeout(ctx, revokeTimeout)
	defer stop()
	if scope >= ScopeTokens {
		defer a.revokePending(within) // what an earlier sign-out left: it was killed, or offline
	}
	if err != nil {
		a.opts.Log.Error("signout.failed", "err", err)
		a.update(func(p *Snapshot) { p.Err = err })
		return nil, err
	}
	reports := make([]SignOut, 0, len(gone))
	for _, g := range gone {
		reports = append(reports, g.report(scope))
	}
	a.forgotten(slices.Clone(reports)) // a snapshot's reports never change
	browsers := map[string]session.Ending{}
	for i, g := range gone {
		r := &reports[i]
		a.endAtProvider(ctx, within, g, r, browsers)
		r.Running = false
		a.opts.Log.Info("signout.completed", "issuer", r.Key.Issuer,
			"tokens", string(r.Ending.Tokens), "browser", string(r.Ending.Browser))
	}
	a.update(func(p *Snapshot) {
		if len(reports) > 0 && len(p.SignOuts) > 0 && p.SignOuts[0].Key == reports[0].Key {
			p.SignOuts = reports
		}
	})
	return reports, nil
}

// shown returns the account that a person sees: the active one, or the one whose session has just ended.
func (a *Manager) shown() session.Key {
	s := a.Snapshot()
	if s.Session.Key.IsZero() && s.Ended != nil {
		return s.Ended.Key
	}
	return s.Session.Key
}

// gone is an account that was forgotten here.
type gone struct {
	session    session.Session
	revocation session.Revocation
}

// report is what is known before the provider was asked.
func (g gone) report(scope Scope) SignOut {
	s := g.session
	tokens := session.EndingNothing
	switch {
	case !g.revocation.Access.IsZero() || !g.revocation.Refresh.IsZero():
		tokens = session.EndingPending
	case scope < ScopeTokens && s.Live():
		tokens = session.EndingNotAsked
	}
	return SignOut{
		Key: s.Key, Name: s.Profile.Name, Provider: s.Provider, ClientID: s.ClientID, Scope: scope, Running: true,
		Ending: session.Ending{Tokens: tokens, Browser: session.EndingNotAsked},
	}
}

// forget removes accounts in one write that also notes what is to be revoked, and returns those that were there.
func (a *Manager) forget(ctx context.Context, which func(session.Book) []session.Key, scope Scope) ([]gone, error) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
	defer stop()
	var out []gone
	err := a.hold(ctx, func(ctx context.Context, h *session.Held) error {
		for _, key := range which(h.Book) {
			if rescued, ok := a.rescue(key); ok {
				h.Book.Put(rescued)
			}
			s, found := h.Book.Find(key)
			if !found {
				continue
			}
			g := gone{session: s}
			if scope < ScopeTokens {
				h.Book.Drop(key)
			} else {
				g.revocation, _ = h.Book.Forget(key, a.now())
			}
			out = append(out, g)
		}
		if len(out) > 0 {
			if err := h.WriteAnew(ctx); err != nil {
				return err
			}
			for _, g := range out {
				a.forgetKey(g.session.ProofKey)
			}
		}
		a.note(h.Book)
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, g := range out {
		key := g.session.Key
		delete(a.rescued, key)
		if a.unsaved != nil && a.unsaved.Key == key {
			a.unsaved = nil
		}
	}
	return out, nil
}

// forgotten shows that accounts are no longer here, be it that another process was first.
func (a *Manager) forgotten(reports []SignOut) {
	kept := func(key session.Key) bool {
		return slices.ContainsFunc(a.snap.Accounts, func(p Account) bool { return p.Key == key })
	}
	tell := func(p *Snapshot) {
		p.Err, p.Notice, p.SignOuts = nil, nil, reports
		if p.Ended != nil && !kept(p.Ended.Key) {
			p.Ended = nil
		}
	}
	a.mu.Lock()
	vacant := !a.current.Key.IsZero() && !kept(a.current.Key)
	a.mu.Unlock()
	if vacant {
		a.vacate(tell)
		return
	}
	a.update(tell)
}

// endAtProvider does what needs the network, and notes in r what came of it: the tokens end with within, the browser's
// session with ctx. browsers has what became of the browser's session, by issuer.
func (a *Manager) endAtProvider(ctx, within context.Context, g gone, r *SignOut, browsers map[string]session.Ending) {
	out := &r.Ending
	if out.Tokens == session.EndingPending {
		out.Tokens, out.Err = a.revoke(within, g.revocation)
	}
	if r.Scope < ScopeBrowser {
		return
	}
	ended, asked := browsers[r.Key.Issuer]
	if !asked {
		ended.Browser = session.EndingUnsupported
		if a.opts.EndBrowser != nil {
			ended.Browser, ended.Err = a.opts.EndBrowser(ctx, g.session)
		}
		browsers[r.Key.Issuer] = ended
	}
	out.Browser, out.Err = ended.Browser, errors.Join(out.Err, ended.Err)
}

// revoke revokes one session's tokens and drops them from the list unless the provider could not be asked.
func (a *Manager) revoke(ctx context.Context, r session.Revocation) (session.EndingOutcome, error) {
	if a.opts.Auth == nil {
		return session.EndingPending, ErrNotConfigured
	}
	limited, stop := context.WithTimeout(ctx, revokeTimeout)
	defer stop()
	outcome, err := a.opts.Auth.Revoke(limited, r)
	if err != nil && !errors.Is(err, session.ErrForeign) {
		a.opts.Log.Warn("revoke.failed", "outcome", string(outcome), "err", err)
	}
	if outcome == session.EndingPending {
		return outcome, err
	}
	drop, stop := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer stop()
	return outcome, errors.Join(err, a.hold(drop, func(ctx context.Context, h *session.Held) error {
		h.Book.Revoked(r)
		return h.Write(ctx)
	}))
}

// revokePending tries again what earlier sign-outs could not revoke. A revocation waits while the same account is
// signed in: at several providers it would end the living session too.
func (a *Manager) revokePending(ctx context.Context) {
	if phase := a.Snapshot().Phase; phase == PhaseStarting || phase == PhaseLocked || a.opts.Auth == nil {
		return
	}
	if book, err := a.read(ctx); err == nil { // Sync has logged what it is otherwise
		a.revokeLeft(ctx, book)
	}
}

// revokeLeft tries what the book says is still to be revoked.
func (a *Manager) revokeLeft(ctx context.Context, book session.Book) {
	if a.opts.Auth == nil {
		return
	}
	for _, r := range book.Revoke {
		if ctx.Err() != nil {
			return
		}
		if s, ok := book.Find(r.Key); ok && s.Live() {
			continue
		}
		outcome, err := a.revoke(ctx, r)
		if outcome == session.EndingPending && !errors.Is(err, session.ErrForeign) {
			return // the provider cannot be reached; the next round is soon enough
		}
	}
}
