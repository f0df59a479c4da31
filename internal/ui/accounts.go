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

// Everybody stands for all accounts where an account is named to JavaScript.
const Everybody = "all"

// AskSignOut asks the person how far a sign-out goes: of one account, or of [Everybody];
// "" asks no more.
func (w *Window) AskSignOut(id string) error {
	if id != "" && id != Everybody {
		if _, err := w.find(id); err != nil {
			return err
		}
	}
	w.change(func(m *Model) { m.Leaving = id })
	return nil
}

// SignOut ends the session of an account, or of [Everybody]: "device" forgets it here,
// "tokens" revokes its tokens too, "browser" ends the provider's session in the browser
// as well.
func (w *Window) SignOut(id, scope string) (Job, error) {
	far, ok := scopes[scope]
	if !ok {
		return nil, errors.New("there is no such sign-out")
	}
	out := func(ctx context.Context) error { _, err := w.Account().SignOutAll(ctx, far); return err }
	if id != Everybody {
		who, err := w.find(id)
		if err != nil {
			return nil, err
		}
		out = func(ctx context.Context) error { _, err := w.Account().SignOut(ctx, who.Key, far); return err }
	}
	w.change(func(m *Model) { m.show("") })
	return out, nil
}

// leaving draws the question how far a sign-out goes; nil where none is asked, or the
// account has gone meanwhile.
func (d *drawing) leaving() *LeavingView {
	var meant []account.Account
	for _, p := range d.snap.Accounts {
		if d.model.Leaving == Everybody || d.model.Leaving == idOf(p.Key) {
			meant = append(meant, p)
		}
	}
	if len(meant) == 0 || d.snap.Phase == account.PhaseWaiting {
		return nil
	}
	v := &LeavingView{
		ID: d.model.Leaving, Name: nameOf(meant[0]), Count: len(meant), Provider: d.providerOf(meant[0]),
	}
	for _, p := range meant[1:] {
		other := d.providerOf(p)
		if other.Name != v.Provider.Name {
			v.Provider.Name = "each provider"
		}
		v.Provider.EndSession = v.Provider.EndSession || other.EndSession
		v.Provider.Revocation = v.Provider.Revocation || other.Revocation
	}
	return v
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
