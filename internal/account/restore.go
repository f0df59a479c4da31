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
	return a.opened(a.opts.Store.Read(ctx))
}

// opened is what came of a reading, with the empty book where the vault had to be set aside.
func (a *Manager) opened(book session.Book, err error) (session.Book, error) {
	if _, ok := errors.AsType[interface { // the vault's error for a file that it has renamed
		error
		SetAside() string
	}](err); ok {
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
