package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
)

// App is what JavaScript can call. Its methods return at once; what comes of them
// is told by the event account:changed. It has no logic but what screen a state
// is: every capability is behind the core, which main makes.
//
// What belongs together stands in a file of its own: app_signin, app_accounts,
// app_vault, app_pages, app_settings, app_check, app_about, app_window; how it is
// shown in app_view and app_device.
type App struct {
	name   string
	build  build
	demo   bool
	keys   string                               // what the main modifier key is called
	attach func(context.Context) window         // reaches the runtime
	start  func(context.Context) (*core, error) // makes the core

	window window
	cored  atomic.Pointer[core]
	ctx    context.Context // ends with the window
	cancel context.CancelFunc
	work   sync.WaitGroup

	beginning sync.Mutex    // one start of the core at a time
	restored  chan struct{} // closed when it is known what to show
	known     sync.Once

	showing  sync.Mutex // orders what is published
	revision uint64

	mu       sync.Mutex
	pictures map[string]string // by address
	page     string            // the screen that the person has opened over the account's; "" for none
	choosing bool
	local    error // a problem that is the window's own: it stands before the account's
	refs     map[string]string
	last     session.SignInRequest // what was asked for last
	signing  chan struct{}         // closed at the end of the sign-in under way; nil when there is none
	turning  bool                  // one sign-in is given up for another
	begun    bool                  // the one under way has come to its wait
	over     bool                  // and has left it: a further press means a new one
	refused  string                // why the last change of a setting was not made
	checkup  CheckView
	dark     bool // the page is dark
	hidden   bool // the window waits in the background until it is needed
}

// build says what was built.
type build struct{ Version, Commit, Date, Licences string }

// NewApp returns the app of a build.
func NewApp(name string, b build, demo bool) *App {
	a := &App{
		name: name, build: b, demo: demo,
		restored: make(chan struct{}), pictures: map[string]string{}, refs: map[string]string{},
	}
	a.window = window{
		emit: func(StateView) {}, title: func(string) {}, front: func() {}, appearance: func(string) {}, remember: func(bool) {},
		copy: func(string) error { return errors.New("there is no window yet") },
	}
	a.cored.Store(newCore())
	return a
}

// core returns the services at hand; those of before a restart may still be in use.
func (a *App) core() *core { return a.cored.Load() }

// startup runs once the window exists.
func (a *App) startup(ctx context.Context) {
	a.ctx, a.cancel = context.WithCancel(ctx)
	a.window = a.attach(ctx)
	a.begin()
}

// begin makes the core and takes up the stored session. It is called again after
// settings were corrected: then it ends what was there before.
func (a *App) begin() {
	a.beginning.Lock()
	defer a.beginning.Unlock()
	a.core().end()
	ctx, cancel := context.WithCancel(a.ctx)
	c, err := a.start(ctx)
	if c == nil {
		c = newCore()
	}
	c.err, c.cancel = err, cancel
	a.cored.Store(c)
	a.window.appearance(c.appearance())
	if c.account == nil {
		c.log.Error("app.not_started", "err", err)
		a.opened(false)
		return
	}
	c.running.Go(func() {
		a.recovering("restore", func() error {
			err := c.account.Restore(ctx)
			a.opened(c.account.Snapshot().Phase == account.PhaseSignedIn)
			c.account.Run(ctx)
			return err
		})
	})
}

// shutdown ends all work.
func (a *App) shutdown(context.Context) {
	if a.cancel != nil {
		a.cancel()
	}
	a.work.Wait()
	a.core().end()
}

// do runs f in the background, owned by the app.
func (a *App) do(what string, f func(context.Context) error) {
	a.work.Go(func() { a.recovering(what, func() error { return f(a.ctx) }) })
}

// recovering runs f. A panic becomes a problem on the screen and a line in the log.
func (a *App) recovering(what string, f func() error) {
	defer func() {
		if r := recover(); r != nil {
			a.fail(what, fmt.Errorf("panic in %s: %v", what, r))
		}
	}()
	if err := f(); err != nil {
		a.core().log.Debug("app.failed", "what", what, "err", err)
	}
}

// guard turns a panic of a bound method into an error: the promise in JavaScript
// would never settle otherwise.
func (a *App) guard(what string, err *error) {
	if r := recover(); r != nil {
		a.fail(what, fmt.Errorf("panic in %s: %v", what, r))
		*err = errors.New("internal")
	}
}

// fail shows a problem of the window's own.
func (a *App) fail(what string, err error) {
	a.core().log.Error("app.problem", "what", what, "err", err, "ref", a.ref(err))
	a.mu.Lock()
	a.local = err
	a.mu.Unlock()
	a.publish()
}

// clear takes the window's own problem away.
func (a *App) clear() {
	a.mu.Lock()
	a.local, a.choosing, a.refused = nil, false, ""
	a.mu.Unlock()
}

// State returns what to show. It waits a moment for the vault, so that the first
// paint is already the right screen.
func (a *App) State() (v StateView, err error) {
	defer a.guard("State", &err)
	select {
	case <-a.restored:
	case <-time.After(1500 * time.Millisecond):
	}
	return a.next(), nil
}

// Retry does again what failed: reading the settings, opening the vault,
// refreshing, or signing in.
func (a *App) Retry() (err error) {
	defer a.guard("Retry", &err)
	a.clear()
	c := a.core()
	if c.account == nil || !c.ready {
		a.do("start again", func(context.Context) error { a.begin(); return nil })
		return nil
	}
	switch s := c.account.Snapshot(); s.Phase {
	case account.PhaseLocked, account.PhaseStarting:
		a.do("restore", c.account.Restore)
	case account.PhaseSignedIn:
		c.account.Retry()
		if s.Err != nil {
			c.account.Dismiss()
		}
	default:
		a.mu.Lock()
		req := a.last
		a.mu.Unlock()
		a.signIn(req)
	}
	return nil
}

// Dismiss takes a problem or a notice away.
func (a *App) Dismiss() (err error) {
	defer a.guard("Dismiss", &err)
	a.clear()
	if c := a.core(); c.account != nil {
		c.account.Dismiss()
	}
	a.publish()
	return nil
}

// Focus tells that the window was looked at: a laptop may have slept.
func (a *App) Focus() (err error) {
	defer a.guard("Focus", &err)
	if c := a.core(); c.account != nil {
		c.account.Wake()
	}
	return nil
}

// ReportError writes an error of the frontend into the log.
func (a *App) ReportError(message string) (err error) {
	defer a.guard("ReportError", &err)
	a.core().log.Error("frontend.error", "text", message[:min(len(message), 500)])
	return nil
}

// ReportScreen notes in the log which screen was drawn.
func (a *App) ReportScreen(name string) (err error) {
	defer a.guard("ReportScreen", &err)
	a.core().log.Debug("screen.shown", "screen", name[:min(len(name), 40)])
	return nil
}
