package account

import (
	"context"
	"errors"

	"app.latchkey/internal/session"
)

// Restore reads the vault and takes up the session that was active. It uses no network. When the vault cannot be
// opened the phase is [PhaseLocked] with the reason; Restore may be called again once that is mended.
func (a *Manager) Restore(ctx context.Context) error {
	book, err := a.read(ctx)
	if session.Unreadable(err) { // a sign-in is the way on, or the right keychain
		a.tellAside(err)
		err = nil
	}
	if err != nil {
		a.opts.Log.Warn("vault.unreadable", "err", err)
		a.update(func(p *Snapshot) { p.Phase, p.Err, p.Session = PhaseLocked, err, Account{} })
		return err
	}
	a.show(book)
	a.endOver(ctx, book)
	return nil
}

// read reads the vault without its lock. One that had to be set aside is told, and is
// empty from then on.
func (a *Manager) read(ctx context.Context) (session.Book, error) {
	book, err := a.opts.Store.Read(ctx)
	var aside interface{ SetAside() string } // the vault's error for a file that it has renamed
	if errors.As(err, &aside) {
		a.tellAside(err)
		return session.Book{}, nil
	}
	return book, err
}

// tellAside shows the notice that a vault was set aside, or will be at the next sign-in.
func (a *Manager) tellAside(err error) {
	a.opts.Log.Warn("vault.unreadable", "err", err)
	a.update(func(p *Snapshot) { p.Notice = err })
}

// Sync reads the vault again and follows what another process did: a sign-in, a
// sign-out, a refresh. A vault that cannot be read now changes nothing. It returns
// what it read.
func (a *Manager) Sync(ctx context.Context) session.Book {
	switch a.Snapshot().Phase {
	case PhaseSignedIn, PhaseSignedOut:
	default:
		return session.Book{}
	}
	before := a.notedTimes()
	book, err := a.read(ctx)
	if err != nil {
		a.opts.Log.Warn("vault.unreadable", "err", err)
		return session.Book{}
	}
	switch {
	case a.notedTimes() != before: // this process wrote meanwhile: what was read may be older
		return a.Sync(ctx)
	case !a.same(book):
		a.show(book)
	case !alike(a.Snapshot().Accounts, a.list(book)):
		a.note(book)
		a.Touch()
	}
	return book
}

// same reports whether the book's active session is the one that is shown.
func (a *Manager) same(book session.Book) bool {
	s, _ := book.Current()
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, mine := a.rescued[a.current.Key]; mine {
		return true // what is in memory is newer than what could be stored
	}
	if a.snap.Phase == PhaseSignedOut {
		return !(s.Live() && !s.Key.IsZero())
	}
	return s.Key == a.current.Key && s.Ended == a.current.Ended && s.PersonNeeded == a.current.PersonNeeded &&
		s.Tokens.Access.Equal(a.current.Tokens.Access) && s.Tokens.Refresh.Equal(a.current.Tokens.Refresh)
}

// show draws the active session of the book, or nobody.
func (a *Manager) show(book session.Book) {
	s, ok := book.Current()
	if r, newer := a.rescue(s.Key); ok && newer {
		s = r
	}
	a.note(book)
	if limit := a.over(s); s.Live() && limit != "" {
		s.Ended = limit // endOver writes it down
	}
	switch {
	case !ok:
		a.vacate(func(p *Snapshot) { p.Err, p.Ended = nil, nil })
	case !s.Live():
		ended := a.public(s)
		a.vacate(func(p *Snapshot) { p.Err, p.Ended = nil, &ended })
	default:
		health := HealthFresh
		if !s.FreshAt(a.now()) {
			health = HealthRefreshing
		}
		a.adopt(s, func(p *Snapshot) {
			p.Err, p.Health, p.HealthErr = nil, health, nil
			if s.PersonNeeded {
				p.Err = session.ErrPersonNeeded
			}
		})
		a.Wake()
	}
}
