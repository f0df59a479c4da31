package parts

import (
	"context"
	"errors"
	"sync"

	"app.latchkey/internal/loopback"
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
