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
	fail context.CancelCauseFunc // with an [*Error], for a reason of the program's own

	showing sync.WaitGroup
	mu      sync.Mutex
	code    string // as last shown
}

// progress is told by the sign-in and does not block.
func (w *waiter) progress(p session.Progress) {
	if p.OpenErr != nil {
		w.fail(browserError(p.OpenErr, w.c.reader))
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
			w.fail(given)
		}
	})
}

// wait returns when nothing is shown any more.
func (w *waiter) wait() {
	w.fail(nil)
	w.showing.Wait()
}
