package loopback

import (
	"container/list"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// maxConnections bounds what is open at once on one listener. Where one more
	// comes, the oldest connection that has sent no whole request makes way.
	maxConnections = 512
	// grace is how long each connection may stay at least, however many wait. Programs that reconnect
	// at once then wait in the system's queue, which is first come, first served: of 1,000 connections
	// the last one is accepted after 0.1 s.
	grace = 100 * time.Millisecond
	// headerTime limits how long a connection may take to send its request. A browser
	// on this machine needs milliseconds.
	headerTime = 1500 * time.Millisecond
	// maxHeader is the longest request in bytes, its body aside: a code of 64 KiB, and the cookies of every other
	// program on this host (RFC 6265 §8.5 keeps ports not apart).
	maxHeader = 256 << 10
	// maxBody is how much of a form is read, in bytes.
	maxBody = 128 << 10
)

// connKey is the context key of a request's connection.
type connKey struct{}

// connection returns the request's connection; nil when no listener here took it.
func connection(req *http.Request) *fairConn {
	c, _ := req.Context().Value(connKey{}).(*fairConn)
	return c
}

// fair is a listener that many silent connections cannot block: the oldest one is closed for a new one.
type fair struct {
	net.Listener

	freed  chan struct{} // has an element after a connection was closed
	closed latch

	mu   sync.Mutex
	open list.List // of [*fairConn], the oldest first
}

func newFair(l net.Listener) *fair {
	return &fair{Listener: l, freed: make(chan struct{}, 1), closed: newLatch()}
}

// fairConn is one connection of a fair listener.
type fairConn struct {
	net.Conn
	from      *fair
	at        *list.Element // nil when closed
	since     time.Time
	answering bool // its request is being answered: it does not make way
}

// Accept takes the next connection. A full listener closes its oldest one for it.
func (l *fair) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	for {
		taken, oldest, wait := l.add(c)
		if oldest != nil {
			_ = oldest.Close()
		}
		if taken != nil {
			return taken, nil
		}
		select {
		case <-time.After(wait):
		case <-l.freed:
		case <-l.closed.done:
			_ = c.Close()
			return nil, net.ErrClosed
		}
	}
}

// Close ends the listening.
func (l *fair) Close() error {
	l.closed.shut()
	return l.Listener.Close()
}

// add gives a connection a place, or says how long to wait for one. The connection
// that makes way for it is to be closed.
func (l *fair) add(c net.Conn) (taken, oldest *fairConn, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.open.Len() >= maxConnections {
		if oldest = l.oldest(); oldest == nil {
			return nil, nil, grace
		}
		if wait := grace - now.Sub(oldest.since); wait > 0 {
			return nil, nil, wait
		}
	}
	taken = &fairConn{Conn: c, from: l, since: now}
	taken.at = l.open.PushBack(taken)
	return taken, oldest, 0
}

// oldest returns the first connection that is not being answered; nil for none.
func (l *fair) oldest() *fairConn {
	for e := l.open.Front(); e != nil; e = e.Next() {
		if c := e.Value.(*fairConn); !c.answering {
			return c
		}
	}
	return nil
}

// keep protects a connection from making way while its request is being answered. The returned func ends that.
func (c *fairConn) keep() func() {
	if c == nil {
		return func() {}
	}
	set := func(answering bool) {
		c.from.mu.Lock()
		defer c.from.mu.Unlock()
		c.answering = answering
	}
	set(true)
	return func() { set(false) }
}

// Close frees the connection's place.
func (c *fairConn) Close() error {
	c.from.mu.Lock()
	if c.at != nil {
		c.from.open.Remove(c.at)
		c.at = nil
		select {
		case c.from.freed <- struct{}{}:
		default:
		}
	}
	c.from.mu.Unlock()
	return c.Conn.Close()
}
