// Package loopback receives one redirect on the loopback interface (RFC 8252 §7.3).
//
// A [Receiver] listens before the browser opens. It takes exactly one answer: a GET on its one path, with its own Host
// and the state of this sign-in, from a peer that [Config.Peer] allows. Everything that does not bear the state (a
// favicon, a wrong state, an error without state) and what no person's navigation sends (a prefetch, a script, HEAD,
// a foreign Host) gets a plain 4xx and the wait goes on. What bears the state and cannot be taken ends the wait with
// [BrokenError]. The answer gets a 303 to a page without the code in its address; that page waits for the real
// outcome, which the caller knows only after verification, and shows it. After [Receiver.GiveUp] a browser that comes
// late is told so.
//
// The listener is fair: one request for each connection, which has 1.5 seconds to
// send it, and the oldest silent connection makes way for a new one.
//
// It does not verify anything but state and peer, does not exchange the code, and
// cannot tell the person's browser from another program of the same user that
// knows the state. It listens on loopback addresses only and touches no disk.
package loopback

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Config describes the redirect URI to listen on.
type Config struct {
	Host  string // 127.0.0.1 (default), or localhost: both stacks then, since browsers resolve either
	Ports []int  // tried in order; 0, or none, is any free port
	Path  string // /callback when empty
	State string // the state that an answer must bear
	App   string // the product's name, for the page

	// OnStray, when set, is told of a request that was not taken as the answer. It must not block.
	OnStray func(Stray)
	// Peer, when set, says whether a peer may bring an answer.
	Peer PeerCheck
	// OutcomeTimeout limits how long the page waits for [Receiver.Finish]; 30 s when zero.
	OutcomeTimeout time.Duration
}

// Outcome is what the page tells the person.
type Outcome struct {
	OK          bool
	Title, Text string
}

// Stray is a request that was not taken as the answer.
type Stray struct {
	Reason string // bears nothing of the request
	// Code and Description are error and error_description of an answer without a
	// state (RFC 6749 §4.1.2.1). They are not cleaned, and anybody can have sent them.
	Code, Description string
	// Err is what the person must be told; nil for most. It matches [ErrOtherUser].
	Err error
}

// PeerCheck says whether the program at the other end of a connection may bring an
// answer. Its error is told to the person; it matches [ErrOtherUser].
type PeerCheck func(local, remote net.Addr) error

func (f PeerCheck) check(c *fairConn) error {
	if f == nil || c == nil {
		return nil
	}
	if err := f(c.LocalAddr(), c.RemoteAddr()); err != nil {
		return fmt.Errorf("%w: %w", ErrOtherUser, err)
	}
	return nil
}

// Errors of a [Receiver].
var (
	// ErrClosed is returned by [Receiver.Wait] after [Receiver.Close] and [Receiver.GiveUp].
	ErrClosed = errors.New("loopback: closed")
	// ErrPaste is matched by every error of [Receiver.Accept].
	ErrPaste = errors.New("loopback: not the address of this sign-in")
	// ErrOtherUser means that an answer came from a program of another user, or from one whose user cannot be told.
	ErrOtherUser = errors.New("loopback: the answer is not from a program of this user")
)

// BrokenError means that an answer bore the state and could not be taken.
type BrokenError struct {
	Reason string // "it …", in words for the person; bears nothing of the answer
}

// Error names the reason.
func (e *BrokenError) Error() string { return "loopback: the answer cannot be used: " + e.Reason }

// PortError means that none of the configured ports could be had.
type PortError struct {
	Ports []int
	Err   error // of the last port
}

// Error names the ports and the setting that changes them.
func (e *PortError) Error() string {
	return fmt.Sprintf("loopback: no port free among %v (setting redirect_ports): %v", e.Ports, e.Err)
}

// Unwrap returns the last port's error.
func (e *PortError) Unwrap() error { return e.Err }

// Receiver listens for one answer.
type Receiver struct {
	conf      Config
	server    *server
	redirect  *url.URL
	donePath  string
	listeners []net.Listener

	mu      sync.Mutex
	taken   string // the raw query of the answer, once there is one
	answer  chan result
	telling sync.Once
	told    Outcome
	outcome latch // told is set
	shown   latch // a page with the outcome was delivered
	closed  latch // the wait is over
	freed   latch // the port was freed for another sign-in
}

// Listen binds the redirect URI's port and starts to answer. The caller must call [Receiver.Close]. Errors:
// [*PortError], or the reason for which the [Config] is unusable.
func Listen(ctx context.Context, c Config) (*Receiver, error) {
	c.Host = cmp.Or(c.Host, "127.0.0.1")
	c.Path = cmp.Or(c.Path, "/callback")
	c.OutcomeTimeout = cmp.Or(c.OutcomeTimeout, 30*time.Second)
	if c.OnStray == nil {
		c.OnStray = func(Stray) {}
	}
	if c.Host != "127.0.0.1" && c.Host != "localhost" {
		return nil, fmt.Errorf("loopback: host %q is neither 127.0.0.1 nor localhost (RFC 8252 §8.3)", c.Host)
	}
	if !strings.HasPrefix(c.Path, "/") || strings.HasPrefix(c.Path, donePrefix) || c.State == "" {
		return nil, errors.New("loopback: a path that begins with / and a state are needed")
	}
	listeners, port, err := bind(ctx, c)
	if err != nil {
		return nil, err
	}
	redirect := origin(c.Host, port)
	redirect.Path = c.Path
	r := receive(c, redirect, listeners)
	r.server = serve(r, listeners)
	return r, nil
}

// receive makes a receiver that does not answer yet. What comes meanwhile waits in the listeners' queues.
func receive(c Config, redirect *url.URL, listeners []net.Listener) *Receiver {
	return &Receiver{
		conf:      c,
		redirect:  redirect,
		donePath:  donePrefix + rand.Text(),
		listeners: listeners,
		answer:    make(chan result, 1),
		outcome:   newLatch(),
		shown:     newLatch(),
		closed:    newLatch(),
		freed:     newLatch(),
	}
}

// RedirectURI is the redirect_uri of the authorization request and, to the letter, of the token request.
func (r *Receiver) RedirectURI() string { return r.redirect.String() }

// Wait returns the parameters of the one answer, each exactly once, or [*BrokenError], the context's error, or
// [ErrClosed].
func (r *Receiver) Wait(ctx context.Context) (url.Values, error) {
	select {
	case got := <-r.answer:
		return got.values, got.err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-r.closed.done:
		return nil, ErrClosed
	}
}

// Finish tells the outcome to the page that waits for it, and returns when the page was delivered, when ctx ends, or
// two seconds later: then no page will come.
func (r *Receiver) Finish(ctx context.Context, o Outcome) {
	r.telling.Do(func() {
		r.told = o
		r.outcome.shut()
	})
	grace := time.NewTimer(2 * time.Second)
	defer grace.Stop()
	select {
	case <-r.shown.done:
	case <-grace.C:
	case <-ctx.Done():
	case <-r.closed.done:
	}
}

// GiveUp ends the wait and keeps the port: until [Receiver.Close], a browser that comes late is told that nobody
// waits for it. It may be called more than once.
func (r *Receiver) GiveUp() { r.closed.shut() }

// Late answers, on listeners that were handed over by another process, as a [Receiver] does after [Receiver.GiveUp].
// The caller must call [Receiver.Close].
func Late(app, redirectURI string, peer PeerCheck, listeners []net.Listener) (*Receiver, error) {
	redirect, err := url.Parse(redirectURI)
	if err != nil {
		return nil, fmt.Errorf("loopback: %w", err)
	}
	r := receive(Config{App: app, Peer: peer, OnStray: func(Stray) {}}, redirect, listeners)
	r.GiveUp() // first: a browser that waits already is not told that the app still waits
	r.server = serve(r, listeners)
	return r, nil
}

// Listeners are what the redirect URI's port is listened on with, to be handed over.
func (r *Receiver) Listeners() []net.Listener { return r.listeners }

// Freed is closed when a receiver that was given up has freed its port for a sign-in.
func (r *Receiver) Freed() <-chan struct{} { return r.freed.done }

// makeWay frees the port for another sign-in of the same user.
func (r *Receiver) makeWay(w http.ResponseWriter, req *http.Request) {
	if r.conf.Peer.check(connection(req)) != nil {
		http.Error(w, "Not found.", http.StatusNotFound)
		return
	}
	for _, l := range r.listeners {
		_ = l.Close() // of no effect the second time
	}
	r.freed.shut()
	w.WriteHeader(http.StatusNoContent)
}

// Close frees the port and ends every request. It may be called more than once.
func (r *Receiver) Close() error {
	r.GiveUp()
	r.server.close()
	return nil
}

// Accept takes the address that a browser ended at when it could not come back by itself. It is checked as strictly
// as a request. Errors match [ErrPaste].
func (r *Receiver) Accept(address string) error {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || len(address) > maxQuery {
		return fmt.Errorf("%w: it is no URL", ErrPaste)
	}
	if u.Scheme != r.redirect.Scheme || u.Host != r.redirect.Host || u.Path != r.redirect.Path || u.User != nil ||
		u.Fragment != "" {
		return fmt.Errorf("%w: it does not begin with %s", ErrPaste, r.redirect)
	}
	if stray, broken := r.take(u.RawQuery); stray+broken != "" {
		return fmt.Errorf("%w: %s", ErrPaste, stray+broken)
	}
	return nil
}
