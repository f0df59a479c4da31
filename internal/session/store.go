package session

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
)

// sealer keeps one sealed blob. Load returns nil bytes when there is none, and an error with a method Unreadable when
// there is one that can never be read as things are. Save is durable when it returns nil, and leaves the earlier blob
// whole otherwise; SaveAnew also makes every older copy worthless. Reserve keeps room for a Save of about the same
// size until the lock is released. Ready returns nil when Save could seal at all. Lock waits for every other holder
// on this machine, in this process or another, until ctx ends. SetAside renames a blob that makes no sense and
// returns the error that tells so, or nil when there was none.
type sealer interface {
	Load(context.Context) ([]byte, error)
	Save(context.Context, []byte) error
	SaveAnew(context.Context, []byte) error
	Reserve(context.Context) error
	Ready(context.Context) error
	Lock(context.Context) (release func(), err error)
	SetAside(reason error) error
}

// Store keeps the book of sessions behind a sealer.
type Store struct{ sealer sealer }

// NewStore returns a store over the sealer. It does nothing yet.
func NewStore(s sealer) *Store { return &Store{sealer: s} }

// Ready returns nil when a session could be stored now. A sign-in asks before it opens the browser:
// otherwise a person would sign in and the session could not be kept.
func (s *Store) Ready(ctx context.Context) error {
	if err := s.sealer.Ready(ctx); err != nil {
		return fmt.Errorf("session: prepare the vault: %w", err)
	}
	return nil
}

// Read returns the book as it is stored now. It takes no lock: a write is atomic.
// Errors are the sealer's, [ErrNewer] or [ErrDamaged]; [Unreadable] sorts them.
func (s *Store) Read(ctx context.Context) (Book, error) {
	return read(ctx, s.sealer, readBack{})
}

// Mark tells one content of the vault from every other: it is the SHA-256 of the opened bytes, and bears no token. The
// zero Mark is of no content.
type Mark [sha256.Size]byte

// Look is [Store.Read] for a caller that has read the vault before. While the vault holds the bytes of known, they are
// not decoded: the book is empty and the returned mark is known. The sealer opens the vault at every look, so that one
// that was changed by somebody else is refused as ever.
func (s *Store) Look(ctx context.Context, known Mark) (Book, Mark, error) {
	data, err := s.sealer.Load(ctx)
	if err != nil {
		return Book{}, Mark{}, fmt.Errorf("session: read the vault: %w", err)
	}
	now := Mark(sha256.Sum256(data))
	if now == known {
		return Book{}, now, nil
	}
	b, err := Decode(data)
	if err != nil {
		return Book{}, Mark{}, fmt.Errorf("session: read the vault: %w", err)
	}
	return b, now, nil
}

// read opens the vault and decodes what is in it.
func read(ctx context.Context, from sealer, known readBack) (Book, error) {
	data, err := from.Load(ctx)
	var b Book
	if err == nil {
		b, err = known.decode(data)
	}
	if err != nil {
		return Book{}, fmt.Errorf("session: read the vault: %w", err)
	}
	return b, nil
}

// Unreadable reports whether an error of Read means that what is stored can never be read as things are. It is left
// where it is until somebody signs in: the right keychain, or a newer version of this program, may come back.
func Unreadable(err error) bool {
	var never interface {
		error
		Unreadable()
	}
	return errors.As(err, &never) || errors.Is(err, ErrNewer) || errors.Is(err, ErrDamaged)
}

// Held is the book while its lock is held.
type Held struct {
	Book Book // change it, then call [Held.Write]
	// Aside is why an earlier book could not be read and was set aside; nil when none
	// was. Book is empty then, and can be written.
	Aside  error
	sealer sealer
	stored []byte   // what the last Write has stored; nil before the first
	known  readBack // of what was read or written last
}

// setAside is what an error answers that tells so.
type setAside interface {
	error
	SetAside() string
}

// Hold runs f with the lock held over everything it does, so that no other
// process reads, refreshes or writes in between.
func (s *Store) Hold(ctx context.Context, f func(context.Context, *Held) error) error {
	return s.hold(ctx, false, f)
}

// HoldAnew is [Store.Hold] for a sign-in: what can never be read is set aside, never
// overwritten, and f goes on with an empty book.
func (s *Store) HoldAnew(ctx context.Context, f func(context.Context, *Held) error) error {
	return s.hold(ctx, true, f)
}

func (s *Store) hold(ctx context.Context, anew bool, f func(context.Context, *Held) error) error {
	release, err := s.sealer.Lock(ctx)
	if err != nil {
		return fmt.Errorf("session: lock the vault: %w", err)
	}
	defer release()
	h := &Held{sealer: s.sealer, known: readBack{}}
	err = h.Reload(ctx)
	if anew && Unreadable(err) {
		err = s.sealer.SetAside(err)
	}
	var aside setAside
	if errors.As(err, &aside) {
		h.Aside, err = err, nil
	}
	if err != nil {
		return err
	}
	return f(ctx, h)
}

// Reload reads the book again.
func (h *Held) Reload(ctx context.Context) (err error) {
	h.stored = nil
	h.Book, err = read(ctx, h.sealer, h.known)
	return err
}

// Reserve keeps room for the next [Held.Write]. A refresh token that can be spent once is not spent before a Write has
// succeeded and there is room for another.
func (h *Held) Reserve(ctx context.Context) error {
	if err := h.sealer.Reserve(ctx); err != nil {
		return fmt.Errorf("session: reserve room in the vault: %w", err)
	}
	return nil
}

// Write makes the book durable. What the last Write has stored already, under the same lock, is not
// written again: a refresh that verifies no more than it has kept costs no second write.
func (h *Held) Write(ctx context.Context) error {
	return h.write(ctx, func(ctx context.Context, data []byte) error {
		if bytes.Equal(data, h.stored) {
			return nil
		}
		err := h.sealer.Save(ctx, data)
		if err == nil {
			h.stored = data
		}
		return err
	})
}

// WriteAnew is [Held.Write] after which no older copy of the vault opens: for a book from which
// an account was taken away.
func (h *Held) WriteAnew(ctx context.Context) error {
	h.stored = nil
	return h.write(ctx, h.sealer.SaveAnew)
}

func (h *Held) write(ctx context.Context, save func(context.Context, []byte) error) error {
	data, err := h.known.encode(h.Book)
	if err != nil {
		return err
	}
	if err := save(ctx, data); err != nil {
		return fmt.Errorf("session: write the vault: %w", err)
	}
	return nil
}
