package ui

import (
	"context"
	"errors"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
)

// Continue goes on as an account that is kept here: it is switched to, or, when its
// session has ended, signed in anew as the same person.
func (w *Window) Continue(id string) (Job, error) {
	who, err := w.find(id)
	if err != nil {
		return nil, err
	}
	if who.Ended != "" {
		return w.signIn(session.SignInRequest{LoginHint: who.Profile.Email, Same: who.Key}), nil
	}
	return func(ctx context.Context) error { return w.Account().Switch(ctx, who.Key) }, nil
}

// Remove takes an account whose session has ended off the list.
func (w *Window) Remove(id string) (Job, error) {
	who, err := w.find(id)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error { return w.Account().Remove(ctx, who.Key) }, nil
}

// scopes are how far a sign-out goes, as JavaScript names them.
var scopes = map[string]account.Scope{
	"device": account.ScopeDevice, "tokens": account.ScopeTokens, "browser": account.ScopeBrowser,
}

// SignOut ends the active session: "device" forgets it here, "tokens" revokes its
// tokens too, "browser" ends the provider's session in the browser as well.
func (w *Window) SignOut(scope string) (Job, error) {
	far, ok := scopes[scope]
	if !ok {
		return nil, errors.New("there is no such sign-out")
	}
	return func(ctx context.Context) error {
		w.change(func(m *Model) { m.Page = "" })
		_, err := w.Account().SignOut(ctx, session.Key{}, far)
		return err
	}, nil
}

// find returns the account that JavaScript means.
func (w *Window) find(id string) (account.Account, error) {
	for _, p := range w.Account().Snapshot().Accounts {
		if idOf(p.Key) == id {
			return p, nil
		}
	}
	return account.Account{}, errors.New("this account is not kept here any more")
}
