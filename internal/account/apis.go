package account

import (
	"context"
	"errors"
	"slices"
	"time"

	"app.latchkey/internal/session"
)

// ErrNoAPI means that the settings name no such API.
var ErrNoAPI = errors.New("account: the settings name no such API")

// API is one further API of the settings. It gets access tokens of its own.
type API struct {
	Name    string
	Origins []string // where its token may be sent, as [weburl.Origin] writes them
	// Asked is what the provider is asked for. A stored token that was asked for otherwise is not used.
	Asked string
}

// APIToken returns the signed-in person's access token for the API of that name in the settings. The first one is
// asked for when it is needed; it is kept sealed beside the session and replaced when that is due. Errors are those
// of [Manager.Token], [ErrNoAPI], and [session.ErrAPI] when the provider refuses: the session goes on then.
func (a *Manager) APIToken(ctx context.Context, name string) (Token, error) {
	return a.APITokenOf(ctx, session.Key{}, name)
}

// APITokenOf is [Manager.APIToken] for any account of the vault; the zero key is the active one's.
func (a *Manager) APITokenOf(ctx context.Context, key session.Key, name string) (Token, error) {
	s, err := a.session(ctx, key)
	if err != nil {
		return Token{}, err
	}
	return a.apiTokenOf(ctx, s, name, "")
}

// apiTokenOf returns the token of an API; with stale set, another one than that.
func (a *Manager) apiTokenOf(ctx context.Context, s session.Session, name, stale string) (Token, error) {
	at := slices.IndexFunc(a.opts.APIs, func(api API) bool { return api.Name == name })
	if at < 0 {
		return Token{}, ErrNoAPI
	}
	api := a.opts.APIs[at]
	if a.goodFor(api, s, stale) && a.over(s) == "" {
		a.use(ctx, s)
		return token(s, name), nil
	}
	if _, err := a.tokenOf(ctx, s); err != nil { // whether the session goes on is decided by its own refresh
		return Token{}, err
	}
	if err := a.refusedBefore(s, name); err != nil {
		return Token{}, err
	}
	next, err := a.flight(ctx, flightID(s.Key, "api", name, stale), func(ctx context.Context) (session.Session, error) {
		return a.apiHeld(ctx, s.Key, api, stale)
	})
	if err == nil {
		return token(next, name), nil
	}
	_, passing := errors.AsType[*session.RetryError](err)
	if t := s.APIs[name]; stale == "" && passing && t.Asked == api.Asked && a.now().Before(t.Tokens.Expiry) {
		return token(s, name), nil
	}
	return Token{}, err
}

// goodFor reports whether the token that s has for the API can be used, and is not the stale one.
func (a *Manager) goodFor(api API, s session.Session, stale string) bool {
	t := s.APIs[api.Name]
	return t.FreshAt(a.now(), api.Asked) && (stale == "" || t.Tokens.Access.Reveal() != stale)
}

// apiHeld holds the lock over read → request → write, as a refresh does: the request may rotate the refresh token.
func (a *Manager) apiHeld(ctx context.Context, key session.Key, api API, stale string) (session.Session, error) {
	var out session.Session
	err := a.hold(ctx, func(ctx context.Context, h *session.Held) (err error) {
		if out, err = a.heldSession(ctx, h, key); err != nil || a.goodFor(api, out, stale) {
			return err
		}
		out, err = a.askForAPI(ctx, h, out, api)
		return err
	})
	_, refused := errors.AsType[*session.APIError](err)
	switch current := a.isCurrent(key) && !out.Key.IsZero(); {
	case errors.Is(err, ErrNobody), errors.Is(err, ErrSessionEnded):
		a.settle(key, out, err)
	case refused:
		a.opts.Log.Warn("api.refused", "api", api.Name, "err", err)
		a.noteRefusal(out, api.Name, err)
		fallthrough
	case err == nil:
		if current {
			a.adopt(out, func(*Snapshot) {})
		}
	default:
		a.opts.Log.Warn("api.failed", "api", api.Name, "err", err)
	}
	return out, err
}

// askForAPI asks the provider for a token of the API. A refusal that may be about the session is settled by a
// refresh: when that succeeds the API is asked for once more, with what the refresh has given.
func (a *Manager) askForAPI(ctx context.Context, h *session.Held, s session.Session, api API) (session.Session, error) {
	if a.opts.Auth == nil {
		return s, ErrNotConfigured
	}
	ask := func(ctx context.Context, s session.Session, keep keeper) (session.Session, error) {
		return a.opts.Auth.ForAPI(ctx, s, api.Name, keep)
	}
	next, err := a.exchange(ctx, h, s, ask)
	if refused, ok := errors.AsType[*session.APIError](err); ok && refused.Doubted {
		if kept, ok := h.Book.Find(s.Key); ok {
			s = kept
		}
		renewed, failed := a.renew(ctx, h, s, true)
		switch {
		case errors.Is(failed, ErrNotRenewable):
			return s, err
		case failed != nil:
			return renewed, failed
		}
		s = renewed
		next, err = a.exchange(ctx, h, s, ask)
	}
	switch {
	case errors.Is(err, session.ErrFalse):
		return a.end(ctx, h, s, session.EndedFalse, err)
	case err != nil:
		return s, err
	}
	a.opts.Log.Info("api.token", "api", api.Name)
	return next, nil
}

// refusal is what the provider has refused lately: a program that goes on asking must not hammer it.
type refusal struct {
	err    error
	signed time.Time // when the session began that was refused: after another sign-in the provider is asked anew
	until  time.Time
}

// refusalLasts is how long a refusal is answered from memory.
const refusalLasts = 30 * time.Second

// refusedBefore returns the refusal that still counts; nil when there is none.
func (a *Manager) refusedBefore(s session.Session, api string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	before, ok := a.refused[flightID(s.Key, api)]
	if left := before.until.Sub(a.now()); !ok || left <= 0 || left > refusalLasts ||
		before.signed.UnixMilli() != s.SignedInAt.UnixMilli() { // the vault keeps milliseconds
		return nil
	}
	return before.err
}

func (a *Manager) noteRefusal(s session.Session, api string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.refused[flightID(s.Key, api)] = refusal{err, s.SignedInAt, a.now().Add(refusalLasts)}
}
