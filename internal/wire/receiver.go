package wire

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"app.latchkey/internal/loopback"
	"app.latchkey/internal/openid"
	"app.latchkey/internal/peer"
	"app.latchkey/internal/settings"
)

// lateTime is how long after a sign-in was given up a browser is still told so.
const lateTime = 2 * time.Minute

// receiver adapts a [loopback.Receiver] to what openid declares.
type receiver struct {
	*loopback.Receiver
	current  *current
	finished bool
}

// Finish shows the outcome in the browser.
func (r *receiver) Finish(ctx context.Context, ok bool, title, text string) {
	r.finished = true
	r.Receiver.Finish(ctx, loopback.Outcome{OK: ok, Title: title, Text: text})
}

// Close ends the wait, and with it what could be pasted. A sign-in that had no answer
// keeps its port for a while, since its browser may still come.
func (r *receiver) Close() error {
	r.current.unset(r.Receiver)
	if r.finished {
		return r.Receiver.Close()
	}
	r.current.linger(r.Receiver)
	return nil
}

// peers says whose programs may bring an answer: the person's own, unless a setting
// allows those of every user who shares this machine's loopback.
func peers(s settings.Settings) loopback.PeerCheck {
	if s.RedirectAnyUser {
		return nil
	}
	return peer.Own
}

// current is the receiver of the sign-in under way, and the last one that was given
// up.
type current struct {
	mu   sync.Mutex
	r    *loopback.Receiver
	late *loopback.Receiver
	end  *time.Timer // closes late
}

// linger keeps a receiver that was given up, until [lateTime] has passed or another
// sign-in asks for its port.
func (c *current) linger(r *loopback.Receiver) {
	r.GiveUp()
	c.closeLate()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.late, c.end = r, time.AfterFunc(lateTime, func() { _ = r.Close() })
}

// leave hands what lingers to another process, since this one ends.
func (c *current) leave(to func(*loopback.Receiver) error, log *slog.Logger) {
	c.mu.Lock()
	late := c.late
	c.mu.Unlock()
	if late == nil || to == nil {
		return
	}
	if err := to(late); err != nil {
		log.Info("signin.late_page_failed", "err", err)
	}
}

// closeLate ends what lingers.
func (c *current) closeLate() {
	c.mu.Lock()
	late, end := c.late, c.end
	c.late, c.end = nil, nil
	c.mu.Unlock()
	if late != nil {
		end.Stop()
		_ = late.Close()
	}
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
func (p *Parts) logoutForm(o Options) func(context.Context, openid.LogoutSpec) (openid.LogoutForm, error) {
	return func(ctx context.Context, s openid.LogoutSpec) (openid.LogoutForm, error) {
		f, err := loopback.ServeForm(ctx, loopback.FormConfig{
			App: o.App, Host: s.Host, Ports: s.Ports, Landing: s.Path, State: s.State, Peer: peers(p.Settings),
		})
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
