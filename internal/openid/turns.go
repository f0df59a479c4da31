package openid

import (
	"context"
	"errors"
	"sync"
)

// turns lets one caller at a time fetch something. A caller that has waited for another's fetch gets the error of that
// fetch and asks no second time: a provider that is silent costs one time limit, whoever asks.
type turns struct {
	one sync.Mutex // held during a fetch

	mu    sync.Mutex
	ended int   // fetches that have ended
	err   error // of the last one; nil when its caller had given up
}

// take does the fetch f when its turn has come.
func (t *turns) take(f func() error) error {
	before, _ := t.last()
	t.one.Lock()
	defer t.one.Unlock()
	if ended, err := t.last(); ended != before && err != nil {
		return err
	}
	err := f()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended++
	if t.err = err; errors.Is(err, context.Canceled) {
		t.err = nil
	}
	return err
}

func (t *turns) last() (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ended, t.err
}
