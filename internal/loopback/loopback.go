// Package loopback receives one redirect on the loopback interface
// (RFC 8252 §7.3).
//
// A Receiver listens before the browser opens. It takes exactly one answer: a GET
// on its one path, with its own Host and the state of this sign-in. Everything
// else that a browser, a web page or another program sends (a favicon, a
// prefetch, a wrong state, an error without state, POST, a foreign Host) gets a
// plain 4xx and the wait goes on. The answer gets a 303 to a page without the code
// in its address; that page waits for the real outcome, which the caller knows
// only after verification, and shows it.
//
// It does not verify anything but the state, does not exchange the code, and
// cannot tell the person's browser from another program of the same user that
// knows the state. It listens on loopback addresses only and touches no disk.
package loopback

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
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

	// OnStray, when set, is told why a request was not taken as the answer. The
	// words bear nothing of the request. It must not block.
	OnStray func(reason string)
	// OutcomeTimeout limits how long the page waits for Finish; 30 s when zero.
	OutcomeTimeout time.Duration
}

// Outcome is what the page tells the person.
type Outcome struct {
	OK          bool
	Title, Text string
}

// ErrClosed is returned by Wait after Close.
var ErrClosed = errors.New("loopback: closed")

// ErrPaste is matched by every error of Accept.
var ErrPaste = errors.New("loopback: not the address of this sign-in")

// PortError means that none of the configured ports could be had.
type PortError struct {
	Ports []int
	Err   error // of the last port
}

// Error names the ports and the setting that changes them.
func (e *PortError) Error() string {
	return fmt.Sprintf("loopback: no port free among %v (setting redirect_ports, LATCHKEY_REDIRECT_PORTS): %v", e.Ports, e.Err)
}

// Unwrap returns the last port's error.
func (e *PortError) Unwrap() error { return e.Err }

// Receiver listens for one answer.
type Receiver struct {
	conf     Config
	server   *http.Server
	redirect *url.URL
	donePath string

	mu      sync.Mutex
	taken   string // the raw query of the answer, once there is one
	answer  chan url.Values
	outcome chan struct{} // closed when told is set
	told    Outcome
	shown   chan struct{} // closed when a page with the outcome was delivered
	showing sync.Once
	telling sync.Once
	closing sync.Once
	closed  chan struct{}
	serving sync.WaitGroup
}

// Listen binds the redirect URI's port and starts to answer. The caller must
// call Close. Errors: *PortError, or the reason for which Config is unusable.
func Listen(ctx context.Context, c Config) (*Receiver, error) {
	if c.Host == "" {
		c.Host = "127.0.0.1"
	}
	if c.Path == "" {
		c.Path = "/callback"
	}
	if c.OutcomeTimeout <= 0 {
		c.OutcomeTimeout = 30 * time.Second
	}
	if c.OnStray == nil {
		c.OnStray = func(string) {}
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
	r := &Receiver{
		conf:     c,
		redirect: &url.URL{Scheme: "http", Host: net.JoinHostPort(c.Host, strconv.Itoa(port)), Path: c.Path},
		donePath: donePrefix + rand.Text(),
		answer:   make(chan url.Values, 1),
		outcome:  make(chan struct{}),
		shown:    make(chan struct{}),
		closed:   make(chan struct{}),
	}
	r.server = &http.Server{
		Handler:           r,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       5 * time.Second,
		IdleTimeout:       5 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          quiet(),
	}
	for _, l := range listeners {
		r.serving.Go(func() { _ = r.server.Serve(limit(l, maxConnections)) })
	}
	return r, nil
}

// RedirectURI is the redirect_uri of the authorization request and, to the
// letter, of the token request.
func (r *Receiver) RedirectURI() string { return r.redirect.String() }

// Wait returns the parameters of the one answer, each exactly once, or the
// context's error, or ErrClosed.
func (r *Receiver) Wait(ctx context.Context) (url.Values, error) {
	select {
	case v := <-r.answer:
		return v, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-r.closed:
		return nil, ErrClosed
	}
}

// Finish tells the outcome to the page that waits for it, and returns when the
// page was delivered, when ctx ends or when it is clear that no page will come:
// a second after the outcome at most when none is waiting.
func (r *Receiver) Finish(ctx context.Context, o Outcome) {
	r.telling.Do(func() {
		r.told = o
		close(r.outcome)
	})
	grace := time.NewTimer(2 * time.Second)
	defer grace.Stop()
	select {
	case <-r.shown:
	case <-grace.C:
	case <-ctx.Done():
	case <-r.closed:
	}
}

// Close frees the port and ends every request. It may be called more than once.
func (r *Receiver) Close() error {
	r.closing.Do(func() {
		close(r.closed)
		// A page in delivery may finish; anything else has no claim to more time.
		ctx, stop := context.WithTimeout(context.Background(), 500*time.Millisecond)
		defer stop()
		if r.server.Shutdown(ctx) != nil {
			_ = r.server.Close()
		}
		r.serving.Wait()
	})
	return nil
}

// Accept takes the address that a browser ended at when it could not come back
// by itself. It is checked as strictly as a request. Errors match ErrPaste.
func (r *Receiver) Accept(address string) error {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || len(address) > maxQuery {
		return fmt.Errorf("%w: it is no URL", ErrPaste)
	}
	if u.Scheme != r.redirect.Scheme || u.Host != r.redirect.Host || u.Path != r.redirect.Path || u.User != nil || u.Fragment != "" {
		return fmt.Errorf("%w: it does not begin with %s", ErrPaste, r.redirect)
	}
	if reason := r.take(u.RawQuery); reason != "" {
		return fmt.Errorf("%w: %s", ErrPaste, reason)
	}
	return nil
}
