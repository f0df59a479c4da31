package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"app.latchkey/internal/session"
)

// Switch makes the account of key the active one, without the network. Errors: [ErrNoAccount]; [ErrSessionEnded] when
// its session ended by itself, which a sign-in mends (with its email as login_hint); and those of the vault. When it
// fails whoever was active still is.
func (a *Manager) Switch(ctx context.Context, key session.Key) error {
	err := a.change(ctx, func(b *session.Book) error {
		switch s, ok := b.Find(key); {
		case !ok:
			return ErrNoAccount
		case !s.Live():
			return &EndedError{s.Ended}
		case a.over(s) != "":
			return &EndedError{a.over(s)}
		}
		b.Active = key
		return nil
	}, func(b session.Book) {
		a.mu.Lock()
		a.snap.SignOuts = nil // with what show publishes: later, it could be another sign-out's
		a.mu.Unlock()
		a.show(b)
	})
	if err == nil {
		a.opts.Log.Info("account.switched", "issuer", key.Issuer)
	}
	return err
}

// Remove takes an account whose session has ended out of the vault. Errors: [ErrNoAccount]; [ErrLive] when it is
// still signed in, for [Manager.SignOut] then; and those of the vault.
func (a *Manager) Remove(ctx context.Context, key session.Key) error {
	err := a.change(ctx, func(b *session.Book) error {
		switch s, ok := b.Find(key); {
		case !ok:
			return ErrNoAccount
		case s.Live():
			return ErrLive
		}
		b.Drop(key)
		return nil
	}, func(b session.Book) {
		a.note(b)
		a.update(func(p *Snapshot) {
			if p.Ended != nil && p.Ended.Key == key {
				p.Ended = nil
			}
		})
	})
	if err == nil {
		a.opts.Log.Info("account.removed", "issuer", key.Issuer)
	}
	return err
}

// change makes one change to the book durable and then shows it. A failure is
// shown too: a person asked for the change.
func (a *Manager) change(ctx context.Context, f func(*session.Book) error, then func(session.Book)) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
	defer stop()
	var book session.Book
	err := a.hold(ctx, func(ctx context.Context, h *session.Held) error {
		if err := f(&h.Book); err != nil {
			a.note(h.Book) // another process may have been first
			return err
		}
		book = h.Book
		return h.Write(ctx)
	})
	if err != nil {
		a.opts.Log.Warn("account.change_failed", "err", err)
		a.update(func(p *Snapshot) {
			if !errors.Is(err, ErrSessionEnded) { // the list says it, and how to go on
				p.Err = err
			}
		})
		return err
	}
	then(book)
	return nil
}

// hold holds the vault's lock while f runs. When the vault had to be set aside, a notice says so and f
// goes on with an empty book; that is no error.
func (a *Manager) hold(ctx context.Context, f func(context.Context, *session.Held) error) error {
	return a.opts.Store.Hold(ctx, a.telling(f))
}

// telling is f, after the notice that the vault had to be set aside.
func (a *Manager) telling(f func(context.Context, *session.Held) error) func(context.Context, *session.Held) error {
	return func(ctx context.Context, h *session.Held) error {
		if h.Aside != nil {
			a.tellAside(h.Aside)
		}
		return f(ctx, h)
	}
}

// Find returns the account that a person means by who: "issuer#subject" exactly (an issuer has no fragment), or the
// subject, the email or the name of one account. Errors: [ErrNoAccount], or an [AmbiguousError].
func (s Snapshot) Find(who string) (Account, error) {
	var found []Account
	for _, p := range s.Accounts {
		switch {
		case who == Address(p.Key):
			return p, nil
		case who == p.Key.Subject, strings.EqualFold(who, p.Profile.Email), strings.EqualFold(who, p.Profile.Name):
			found = append(found, p)
		}
	}
	switch {
	case who == "" || len(found) == 0:
		return Account{}, ErrNoAccount
	case len(found) > 1:
		return Account{}, &AmbiguousError{Matches: found}
	}
	return found[0], nil
}

// Address names an account exactly, as [Snapshot.Find] takes it: "issuer#subject".
func Address(k session.Key) string { return k.Issuer + "#" + k.Subject }

// AmbiguousError tells which accounts a name fits. It matches [ErrAmbiguous].
type AmbiguousError struct{ Matches []Account }

// Error names the accounts by issuer and subject.
func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%v: %s", ErrAmbiguous, strings.Join(e.Names(), ", "))
}

// Names are the accounts' addresses.
func (e *AmbiguousError) Names() []string {
	names := make([]string, len(e.Matches))
	for i, p := range e.Matches {
		names[i] = Address(p.Key)
	}
	return names
}

// Unwrap returns [ErrAmbiguous].
func (e *AmbiguousError) Unwrap() error { return ErrAmbiguous }

// list returns the accounts of a book as a snapshot shows them.
func (a *Manager) list(b session.Book) []Account {
	out := make([]Account, 0, len(b.Sessions))
	for _, s := range b.Sessions {
		p := a.public(s)
		if f := b.Faces[s.Key]; f.Address == s.Profile.Picture {
			p.Face = f.Data
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(x, y Account) int {
		switch {
		case x.Key == b.Active:
			return -1
		case y.Key == b.Active:
			return 1
		}
		return cmp.Or(
			cmp.Compare(strings.ToLower(x.Profile.Name), strings.ToLower(y.Profile.Name)),
			cmp.Compare(Address(x.Key), Address(y.Key)),
		)
	})
	return out
}

// alike reports whether two lists show the same. Times are compared in milliseconds, because the vault
// stores no finer ones.
func alike(x, y []Account) bool {
	return slices.EqualFunc(x, y, func(x, y Account) bool {
		return x.Key == y.Key && x.Ended == y.Ended && x.PersonNeeded == y.PersonNeeded &&
			x.Profile.Name == y.Profile.Name && x.Face == y.Face &&
			x.SignedInAt.UnixMilli() == y.SignedInAt.UnixMilli() && x.Refreshed.UnixMilli() == y.Refreshed.UnixMilli()
	})
}

// note lists the accounts of the book; the next update publishes them.
func (a *Manager) note(b session.Book) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.snap.Accounts, a.snap.Typed = a.list(b), b.Typed
	a.noted++
}

// isCurrent reports whether key is the active account.
func (a *Manager) isCurrent(key session.Key) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return !key.IsZero() && a.current.Key == key
}
