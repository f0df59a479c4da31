package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"app.latchkey/internal/account"
	"app.latchkey/internal/claims"
	"app.latchkey/internal/session"
)

// Continue goes on as an account that is kept here: it is switched to, or, when its
// session has ended, signed in anew as the same person.
func (a *App) Continue(id string) (err error) {
	defer a.guard("Continue", &err)
	who, err := a.find(id)
	if err != nil {
		return err
	}
	if who.Ended != "" {
		a.signIn(session.SignInRequest{LoginHint: who.Profile.Email, Same: who.Key})
		return nil
	}
	c := a.core()
	a.do("switch", func(ctx context.Context) error { return c.account.Switch(ctx, who.Key) })
	return nil
}

// Remove takes an account whose session has ended off the list.
func (a *App) Remove(id string) (err error) {
	defer a.guard("Remove", &err)
	who, err := a.find(id)
	if err != nil {
		return err
	}
	c := a.core()
	a.do("remove", func(ctx context.Context) error { return c.account.Remove(ctx, who.Key) })
	return nil
}

// SignOut ends the active session: "device" forgets it here, "tokens" revokes its
// tokens too, "browser" ends the provider's session in the browser as well.
func (a *App) SignOut(scope string) (err error) {
	defer a.guard("SignOut", &err)
	scopes := map[string]account.Scope{"device": account.ScopeDevice, "tokens": account.ScopeTokens, "browser": account.ScopeBrowser}
	far, ok := scopes[scope]
	if !ok {
		return errors.New("there is no such sign-out")
	}
	a.open("")
	c := a.core()
	a.do("sign-out", func(ctx context.Context) error {
		_, err := c.account.SignOut(ctx, session.Key{}, far)
		return err
	})
	return nil
}

// find returns the account that JavaScript means.
func (a *App) find(id string) (account.Account, error) {
	for _, p := range a.core().account.Snapshot().Accounts {
		if idOf(p.Key) == id {
			return p, nil
		}
	}
	return account.Account{}, errors.New("this account is not kept here any more")
}

// idOf names an account to JavaScript without saying anything about it.
func idOf(k session.Key) string {
	sum := sha256.Sum256([]byte(account.Address(k)))
	return hex.EncodeToString(sum[:8])
}

func (a *App) accounts(s account.Snapshot) []AccountView {
	out := make([]AccountView, 0, len(s.Accounts))
	for _, p := range s.Accounts {
		out = append(out, AccountView{
			ID: idOf(p.Key), Name: p.Profile.Name, Email: p.Profile.Email, Picture: a.pictureOf(p.Profile.Picture),
			Initials: claims.Initials(p.Profile.Name), Tone: claims.Tone(p.Key.Issuer, p.Key.Subject),
			Active: s.Phase == account.PhaseSignedIn && p.Key == s.Session.Key, Ended: p.Ended != "",
		})
	}
	return out
}

// pictureOf returns the picture if it is there, and fetches it once otherwise.
func (a *App) pictureOf(address string) string {
	if address == "" {
		return ""
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	data, known := a.pictures[address]
	if known {
		return data
	}
	a.pictures[address] = "" // asked; initials until it is here
	c := a.core()
	a.do("fetch the picture", func(ctx context.Context) error {
		data, err := c.picture(ctx, address)
		if err != nil {
			c.log.Info("picture.unusable", "err", err)
			return nil
		}
		a.mu.Lock()
		a.pictures[address] = data
		a.mu.Unlock()
		c.log.Debug("picture.fetched")
		a.publish()
		return nil
	})
	return ""
}
