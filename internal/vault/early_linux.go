package vault

import (
	"context"
	"sync/atomic"
)

// Early is a connection to the Secret Service that a program begins before it knows whether it needs one: reading its
// settings takes as long as connecting does. It asks for nothing that is secret, starts no service and opens nothing
// that is locked. When it fails, the vault connects as if there had been none.
type Early struct {
	stop    context.CancelFunc
	done    chan struct{}
	service atomic.Pointer[service] // until it is taken
}

// Begin connects in the background, until [Early.Close].
func Begin() *Early {
	ctx, stop := context.WithCancel(context.Background())
	e := &Early{stop: stop, done: make(chan struct{})}
	go func() {
		defer close(e.done)
		conn, err := sessionBus(ctx)
		if err != nil {
			return
		}
		s := &service{conn: conn}
		if s.readAlias(ctx) != nil {
			s.close()
			return
		}
		s.beginSession(ctx)
		e.service.Store(s)
	}()
	return e
}

// Close ends the connection unless a vault has taken it. A nil [Early] has none.
func (e *Early) Close() {
	if e == nil {
		return
	}
	e.stop()
	<-e.done
	if s := e.service.Swap(nil); s != nil {
		s.close()
	}
}

// take returns the connection, once; nil when there is none.
func (e *Early) take(ctx context.Context) *service {
	if e == nil {
		return nil
	}
	select {
	case <-e.done:
		return e.service.Swap(nil)
	case <-ctx.Done():
		return nil
	}
}
