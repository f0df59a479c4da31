package signin

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/claims"
)

// Account is a person who is signed in, or whose session has ended, at one provider. It is a plain value without
// tokens. Every text in it was written by a stranger: show it as text, never as markup.
type Account struct {
	// ID names the account on this machine: issuer, "#", subject. Two accounts never share one.
	ID      string `json:"id"`
	Issuer  string `json:"issuer"`  // iss, exact (OpenID Connect Core §2)
	Subject string `json:"subject"` // sub: who this is at the issuer, for ever

	Name          string `json:"name"`           // name, else preferred_username, else email, else sub
	Email         string `json:"email"`          // empty when the provider gave none; no key to anything
	EmailVerified bool   `json:"email_verified"` // as the provider says
	Picture       string `json:"picture"`        // address as the provider gave it; empty when it gave none

	Organization string   `json:"organization"` // in words, for people to read
	Roles        []string `json:"roles"`        // in words, for people to read

	// Claims are the claims of the ID token and of the userinfo answer, as JSON values.
	Claims map[string]json.RawMessage `json:"claims"`

	Verified   bool      `json:"verified"`     // the identity comes from a verified ID token
	SignedInAt time.Time `json:"signed_in_at"` // when the person signed in here
	Expiry     time.Time `json:"expiry"`       // of the access token; zero when not known
	Renewable  bool      `json:"renewable"`    // the session can be renewed without the person
	Active     bool      `json:"active"`       // the account that Token and HTTPClient speak for
	// Ends is when the session ends at the latest: by the provider's session_expiry, or by the setting session_max.
	// Zero when neither limits it. With session_idle it ends sooner when nobody uses it.
	Ends  time.Time `json:"ends"`
	Ended bool      `json:"ended"` // the session has ended by itself: the person must sign in again
}

// Account returns the active account. It matches [ErrSignedOut] when nobody is signed in, and [ErrSessionEnded] as
// well when a session was there and has ended. It reads what other programs with the same [App.ID] have done since,
// and uses no network.
func (c *Client) Account(ctx context.Context) (Account, error) {
	return do(ctx, c, func(ctx context.Context) (Account, error) {
		c.manager().Sync(ctx)
		snap := c.manager().Snapshot()
		switch {
		case !snap.Session.Key.IsZero():
			return accountOf(snap.Session, true), nil
		case snap.Phase == account.PhaseLocked:
			return Account{}, snap.Err
		case snap.Ended != nil:
			return Account{}, account.ErrSessionEnded
		}
		return Account{}, account.ErrNobody
	})
}

// Accounts returns every account that is kept on this machine: the active one first, then by name. It uses no network.
func (c *Client) Accounts(ctx context.Context) ([]Account, error) {
	return do(ctx, c, func(ctx context.Context) ([]Account, error) {
		c.manager().Sync(ctx)
		snap := c.manager().Snapshot()
		if snap.Phase == account.PhaseLocked {
			return nil, snap.Err
		}
		return accountsOf(snap), nil
	})
}

// Use makes the account of that ID the active one, without the network. It matches [ErrNoAccount] when there is none,
// and [ErrSessionEnded] when its session has ended: [Client.SignIn] with [As] mends that.
func (c *Client) Use(ctx context.Context, id string) error {
	return c.run(ctx, func(ctx context.Context) error {
		found, err := c.find(ctx, id)
		if err != nil {
			return err
		}
		return c.manager().Switch(ctx, found.Key)
	})
}

// Remove takes the account of that ID off this machine, whether it is active or not. When it is signed in its
// tokens are revoked as [Client.SignOut] with [Revoke] does. It matches [ErrNoAccount] when there is none.
func (c *Client) Remove(ctx context.Context, id string) error {
	return c.run(ctx, func(ctx context.Context) error {
		found, err := c.find(ctx, id)
		if err != nil {
			return err
		}
		_, err = c.manager().SignOut(ctx, found.Key, account.ScopeTokens)
		return err
	})
}

// find returns the account of that ID, as the vault has it now.
func (c *Client) find(ctx context.Context, id string) (account.Account, error) {
	c.manager().Sync(ctx)
	for _, a := range c.manager().Snapshot().Accounts {
		if account.Address(a.Key) == id {
			return a, nil
		}
	}
	return account.Account{}, account.ErrNoAccount
}

// accountsOf returns the accounts of a snapshot.
func accountsOf(s account.Snapshot) []Account {
	out := make([]Account, 0, len(s.Accounts))
	for _, a := range s.Accounts {
		out = append(out, accountOf(a, a.Key == s.Session.Key))
	}
	return out
}

func accountOf(p account.Account, active bool) Account {
	return Account{
		ID: account.Address(p.Key), Issuer: p.Key.Issuer, Subject: p.Key.Subject,
		Name: p.Profile.Name, Email: p.Profile.Email, EmailVerified: p.Profile.EmailVerified,
		Picture:      p.Profile.Picture,
		Organization: claims.Organization(p.Profile.Claims), Roles: slices.Clip(claims.Roles(p.Profile.Claims)),
		Claims: maps.Clone(p.Profile.Claims), Verified: p.IDTokenVerified,
		SignedInAt: p.SignedInAt, Expiry: p.Expiry, Renewable: p.CanRefresh, Active: active,
		Ends: p.Ends, Ended: p.Ended != "",
	}
}
