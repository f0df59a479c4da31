package wire

import (
	"context"
	"errors"
	"net/url"
	"sync"

	"app.latchkey/internal/loopback"
	"app.latchkey/internal/openid"
)

// receiver adapts a loopback.Receiver to what openid declares.
type receiver struct {
	*loopback.Receiver
	current *current
}

// Finish shows the outcome in the browser.
func (r *receiver) Finish(ctx context.Context, ok bool, title, text string) {
	r.Receiver.Finish(ctx, loopback.Outcome{OK: ok, Title: title, Text: text})
}

// Close ends the listening, and with it what could be pasted.
func (r *receiver) Close() error {
	r.current.unset(r.Receiver)
	return r.Receiver.Close()
}

// current is the receiver of the sign-in under way.
type current struct {
	mu sync.Mutex
	r  *loopback.Receiver
}

func (c *current) set(r *loopback.Receiver) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.r = r
}

func (c *current) unset(r *loopback.Receiver) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.r == r {
		c.r = nil
	}
}

func (c *current) accept(address string) error {
	c.mu.Lock()
	r := c.r
	c.mu.Unlock()
	if r == nil {
		return errors.Join(loopback.ErrPaste, errNoSignIn)
	}
	return r.Accept(address)
}

// logoutForm adapts loopback's page to what openid declares.
func logoutForm(o Options) func(context.Context, openid.LogoutSpec) (openid.LogoutForm, error) {
	return func(ctx context.Context, s openid.LogoutSpec) (openid.LogoutForm, error) {
		f, err := loopback.ServeForm(ctx, loopback.FormConfig{App: o.App, Host: s.Host, Ports: s.Ports, Landing: s.Path, State: s.State})
		if err != nil {
			return nil, err
		}
		return &form{f, o.OpenURL}, nil
	}
}

type form struct {
	*loopback.Form
	open func(context.Context, string) error
}

// Send opens the page and waits until the browser has fetched it.
func (f *form) Send(ctx context.Context, action string, fields url.Values) error {
	if err := f.open(ctx, f.Post(action, fields)); err != nil {
		return err
	}
	return f.Wait(ctx)
}
