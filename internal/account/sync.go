package account

import (
	"context"
	"time"

	"app.latchkey/internal/session"
)

// look is a look at the vault that found nothing to show and nothing to do. Until something changes, the next looks
// find the same, and need not decode the vault.
type look struct {
	mark  session.Mark // of the vault
	noted uint64       // of the manager
	until time.Time    // when the first session of the vault reaches a limit; zero when none has one
}

// Sync reads the vault again and follows what another process did: a sign-in, a sign-out, a refresh. A vault that
// cannot be read now changes nothing. It returns what it read: the empty book when the vault is as it was at the last
// look and nothing in it has become due.
func (a *Manager) Sync(ctx context.Context) session.Book {
	switch a.Snapshot().Phase {
	case PhaseSignedIn, PhaseSignedOut:
	default:
		return session.Book{}
	}
	before, known := a.lastLook()
	book, mark, err := a.opts.Store.Look(ctx, known)
	if book, err = a.opened(book, err); err != nil {
		a.opts.Log.Warn("vault.unreadable", "err", err)
		return session.Book{}
	}
	switch now, _ := a.lastLook(); {
	case now != before: // this process wrote meanwhile: what was read may be older
		return a.Sync(ctx)
	case mark == known && mark != (session.Mark{}):
	case !a.same(book):
		a.show(book)
	case !alike(a.Snapshot().Accounts, a.list(book)):
		a.note(book)
		a.Touch()
	default:
		a.remember(book, look{mark: mark, noted: before})
	}
	return book
}

// lastLook returns how often what the manager shows was set, and the mark of the vault at the last look. The mark is
// zero when the vault must be decoded again: the manager shows something else since, or a session has reached a limit.
func (a *Manager) lastLook() (noted uint64, mark session.Mark) {
	a.mu.Lock()
	noted, last := a.noted, a.looked
	a.mu.Unlock()
	if last.noted != noted || !last.until.IsZero() && !a.present(session.Session{}).Before(last.until) {
		return noted, session.Mark{}
	}
	return noted, last.mark
}

// remember notes a look at a book that is shown already, unless the book holds something that each look has to do.
func (a *Manager) remember(book session.Book, l look) {
	if len(book.Revoke) > 0 {
		return
	}
	for _, s := range book.Sessions {
		if !s.Live() {
			continue
		}
		at, _ := s.EndsAt(a.opts.Limits)
		switch {
		case at.IsZero():
		case a.over(s) != "":
			return
		case l.until.IsZero() || at.Before(l.until):
			l.until = at
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.noted == l.noted && len(a.rescued) == 0 && a.shows(book) {
		a.looked = l
	}
}

// same reports whether the book's active session is the one that is shown.
func (a *Manager) same(book session.Book) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, mine := a.rescued[a.current.Key]; mine {
		return true // what is in memory is newer than what could be stored
	}
	return a.shows(book)
}

// shows is [Manager.same] where every session could be stored; a.mu is held.
func (a *Manager) shows(book session.Book) bool {
	s, _ := book.Current()
	if a.snap.Phase == PhaseSignedOut {
		return !(s.Live() && !s.Key.IsZero())
	}
	return s.Key == a.current.Key && s.Ended == a.current.Ended && s.PersonNeeded == a.current.PersonNeeded &&
		s.Tokens.Access.Equal(a.current.Tokens.Access) && s.Tokens.Refresh.Equal(a.current.Tokens.Refresh)
}
