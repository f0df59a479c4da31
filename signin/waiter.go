package signin

import (
	"context"
	"sync"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
)

// waiter tells the program what happens while a person is at the browser or at another device.
type waiter struct {
	c    *Client
	ctx  context.Context
	fail context.CancelCauseFunc

	showing sync.WaitGroup
	mu      sync.Mutex
	code    string // as last shown
	err     error  // why the program has given up
}

// progress is told by the sign-in and does not block.
func (w *waiter) progress(p session.Progress) {
	if p.OpenErr != nil {
		w.giveUp(browserError(p.OpenErr, w.c.reader))
	}
	if p.Device == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if p.Device.UserCode == w.code {
		return
	}
	w.code = p.Device.UserCode
	code := DeviceCode{
		Code: p.Device.UserCode, Address: p.Device.VerificationURI,
		AddressWithCode: p.Device.VerificationURIComplete, Expires: p.Device.Expires,
	}
	w.showing.Go(func() {
		if err := w.c.config.Device(w.ctx, code); err != nil && w.ctx.Err() == nil {
			given := describe(account.ErrCancelled, w.c.reader)
			given.causes = append(given.causes, err)
			w.giveUp(given)
		}
	})
}

// giveUp ends the sign-in for a reason of the program's own.
func (w *waiter) giveUp(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
	w.fail(err)
}

func (w *waiter) failed() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// wait returns when nothing is shown any more.
func (w *waiter) wait() {
	w.fail(nil)
	w.showing.Wait()
}
