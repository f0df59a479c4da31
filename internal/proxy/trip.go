package proxy

import (
	"context"
	"errors"
	"sync"

	"app.latchkey/internal/proxy/route"
)

// trip is how far one request has come. The dialer, which is given host and port alone,
// reads the scheme in it, and notes which proxy it waits for: a request whose time ends
// meanwhile is told so.
type trip struct {
	scheme string

	mu     sync.Mutex
	way    route.Route // the last one tried
	script error       // why a script has not decided
	there  bool        // a connection came about
}

type tripKey struct{}

func tripOf(ctx context.Context) *trip {
	if t, ok := ctx.Value(tripKey{}).(*trip); ok {
		return t
	}
	return &trip{}
}

// goes notes that a way is tried.
func (t *trip) goes(hop route.Route, script error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.way, t.script, t.there = hop, script, false
}

// arrived notes that the way has led there.
func (t *trip) arrived() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.there = true
}

// taken is the way that was tried last.
func (t *trip) taken() route.Route {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.way
}

// late is the error of a request whose time has ended before it was connected; nil where
// neither a proxy nor a script is to blame.
func (t *trip) late(cause error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.there || errors.Is(cause, context.Canceled) {
		return nil
	}
	if !t.way.Direct() {
		return errors.Join(t.script, t.way.Unreachable(cause))
	}
	if t.script != nil {
		return errors.Join(t.script, cause)
	}
	return nil
}
