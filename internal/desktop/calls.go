package desktop

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"app.latchkey/internal/ui"
)

// errInternal is what JavaScript is told of a panic.
var errInternal = errors.New("internal")

// Calls runs what JavaScript calls, and owns what goes on in the background after
// that. A panic of a bound method would leave its promise in JavaScript open for ever:
// it becomes an error, and a problem on the screen.
type Calls struct {
	fail   func(what string, err error) // shows a problem of the app's own
	failed func(what string, err error) // logs what a job ended with
	ctx    context.Context              // ends with the window
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// NewCalls returns calls for a window, which go on until [Calls.End].
func NewCalls(w *ui.Window) *Calls {
	ctx, cancel := context.WithCancel(context.Background())
	return &Calls{fail: w.Fail, failed: w.Failed, ctx: ctx, cancel: cancel}
}

// Context ends with the window.
func (c *Calls) Context() context.Context { return c.ctx }

// Do calls an intent that cannot fail.
func (c *Calls) Do(what string, intent func()) error {
	return c.Now(what, func() error { intent(); return nil })
}

// Now calls an intent and returns its error.
func (c *Calls) Now(what string, intent func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			c.fail(what, fmt.Errorf("panic in %s: %v", what, r))
			err = errInternal
		}
	}()
	return intent()
}

// Begin calls an intent and runs its job in the background.
func (c *Calls) Begin(what string, intent func() ui.Job) error {
	return c.Now(what, func() error { c.Run(what, intent()); return nil })
}

// Try is [Calls.Begin] for an intent that may be refused at once.
func (c *Calls) Try(what string, intent func() (ui.Job, error)) error {
	return c.Now(what, func() error {
		job, err := intent()
		c.Run(what, job)
		return err
	})
}

// TryWith is [Calls.Try] for an intent that takes a text.
func (c *Calls) TryWith(what string, intent func(string) (ui.Job, error), text string) error {
	return c.Try(what, func() (ui.Job, error) { return intent(text) })
}

// Run runs a job in the background; nil is none. The job's error is in the log, and on
// the screen as far as the job has put it there.
func (c *Calls) Run(what string, job ui.Job) {
	if job == nil {
		return
	}
	c.work.Go(func() {
		if err := c.Now(what, func() error { return job(c.ctx) }); err != nil {
			c.failed(what, err)
		}
	})
}

// End ends all that runs and waits for it.
func (c *Calls) End() {
	c.cancel()
	c.work.Wait()
}
