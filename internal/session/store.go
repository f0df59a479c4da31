package session

import (
	"context"
	"errors"
	"fmt"
)

// sealer keeps one sealed blob. Load returns nil bytes when there is none. Save
// is durable when it returns nil, and leaves the earlier blob whole otherwise.
// Ready returns nil when Save could seal now. Lock waits for every other holder
// on this machine, in this process or another, until ctx ends. SetAside renames a
// blob that makes no sense and returns the error that tells so.
type sealer interface {
	Load(context.Context) ([]byte, error)
	Save(context.Context, []byte) error
	Ready(context.Context) error
	Lock(context.Context) (release func(), err error)
	SetAside(reason error) error
}

// Store keeps the book of sessions behind a sealer.
type Store struct{ sealer sealer }

// NewStore returns a store over the sealer. It does nothing yet.
func NewStore(s sealer) *Store { return &Store{sealer: s} }

// Ready returns nil when a session could be stored now. A sign-in asks before it
// opens the browser: a person must not sign in for nothing.
func (s *Store) Ready(ctx context.Context) error {
	if err := s.sealer.Ready(ctx); err != nil {
		return fmt.Errorf("session: prepare the vault: %w", err)
	}
	return nil
}

// Read returns the book as it is stored now. It takes no lock: a write is atomic.
// Errors are the sealer's, ErrNewer or ErrDamaged.
func (s *Store) Read(ctx context.Context) (Book, error) {
	return read(ctx, s.sealer)
}

// read opens the vault and decodes what is in it. What this version cannot read
// is set aside, never overwritten.
func read(ctx context.Context, from sealer) (Book, error) {
	data, err := from.Load(ctx)
	if err != nil {
		return Book{}, fmt.Errorf("session: read the vault: %w", err)
	}
	b, err := Decode(data)
	if err != nil {
		return Book{}, fmt.Errorf("session: read the vault: %w", from.SetAside(err))
	}
	return b, nil
}

// Held is the book while its lock is held.
type Held struct {
	Book Book // change it, then call Write
	// Aside is why an earlier book could not be read and was set aside; nil when none
	// was. Book is empty then, and can be written.
	Aside  error
	sealer sealer
}

// setAside is what an error answers that tells so.
type setAside interface {
	error
	SetAside() string
}

// Hold runs f with the lock held over everything it does, so that no other
// process reads, refreshes or writes in between.
func (s *Store) Hold(ctx context.Context, f func(context.Context, *Held) error) error {
	release, err := s.sealer.Lock(ctx)
	if err != nil {
		return fmt.Errorf("session: lock the vault: %w", err)
	}
	defer release()
	h := &Held{sealer: s.sealer}
	err = h.Reload(ctx)
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
	h.Book, err = read(ctx, h.sealer)
	return err
}

// Write makes the book durable.
func (h *Held) Write(ctx context.Context) error {
	data, err := Encode(h.Book)
	if err != nil {
		return err
	}
	if err := h.sealer.Save(ctx, data); err != nil {
		return fmt.Errorf("session: write the vault: %w", err)
	}
	return nil
}
