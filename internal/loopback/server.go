package loopback

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// server answers on listeners of this package.
type server struct {
	http    *http.Server
	serving sync.WaitGroup
}

// serve answers on the listeners until close. One connection carries one request, so that nobody holds a place by
// asking again and again.
func serve(h http.Handler, listeners []net.Listener) *server {
	s := &server{http: &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       2 * headerTime,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(io.Discard, "", 0), // net/http quotes what strangers sent
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c)
		},
	}}
	s.http.SetKeepAlivesEnabled(false)
	for _, l := range listeners {
		s.serving.Go(func() { _ = s.http.Serve(newFair(l)) })
	}
	return s
}

// close frees the ports. A page that is being sent may finish; every other connection is closed at once.
func (s *server) close() {
	ctx, stop := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer stop()
	if s.http.Shutdown(ctx) != nil {
		_ = s.http.Close()
	}
	s.serving.Wait()
}

// latch is a channel that is closed once, by whoever comes first.
type latch struct {
	done chan struct{}
	shut func()
}

func newLatch() latch {
	done := make(chan struct{})
	return latch{done, sync.OnceFunc(func() { close(done) })}
}

// wait returns when somebody has shut the latch, or the context's error.
func (l latch) wait(ctx context.Context) error {
	select {
	case <-l.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// isShut reports whether somebody has shut the latch.
func (l latch) isShut() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}
