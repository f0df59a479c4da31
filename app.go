package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// App is what JavaScript can call. Its methods return at once; what comes of them
// is told by the event account:changed. It has no logic but what screen a state
// is: every capability is behind a func field, set by main.
type App struct {
	name, version string
	demo          bool
	start         func(context.Context) error // wires the parts below; runs once, at startup

	log      *slog.Logger
	account  *account.Account
	provider string
	ready    bool // a provider is set up
	setupErr error

	openURL        func(context.Context, string) error
	paste          func(string) error
	picture        func(context.Context, string) (string, error)
	unlock         func(context.Context, secret.Secret) error
	unlockKeychain func(context.Context) error
	changeStore    func(context.Context, string, secret.Secret) error
	window         window
	stop           func()

	ctx      context.Context // ends with the window
	cancel   context.CancelFunc
	work     sync.WaitGroup
	restored chan struct{} // closed when it is known what to show
	known    sync.Once

	showing  sync.Mutex // orders what is published
	revision uint64

	mu       sync.Mutex
	pictures map[string]string // by address
	choosing bool
	local    error // a problem that is the window's own: it stands before the account's
	refs     map[string]string
}

// window is what the app asks of the runtime. Its functions are safe to call with
// the startup's context alone, so they are set then.
type window struct {
	emit  func(StateView)
	title func(string)
	front func()
	copy  func(string) error
}

// NewApp returns the app of a build.
func NewApp(name, version string, demo bool) *App {
	return &App{
		name: name, version: version, demo: demo, log: slog.New(slog.DiscardHandler),
		restored: make(chan struct{}), pictures: map[string]string{}, refs: map[string]string{},
	}
}

// startup runs once the window exists.
func (a *App) startup(ctx context.Context) {
	a.ctx, a.cancel = context.WithCancel(ctx)
	a.begin()
}

// begin wires the parts and takes up the stored session. It may be called again
// after settings that could not be used were corrected.
func (a *App) begin() {
	a.setupErr = a.start(a.ctx)
	if a.account == nil {
		a.known.Do(func() { close(a.restored) })
		a.publish()
		return
	}
	a.do("restore", func(ctx context.Context) error {
		err := a.account.Restore(ctx)
		a.known.Do(func() { close(a.restored) })
		a.publish()
		a.account.Run(ctx)
		return err
	})
}

// shutdown ends all work.
func (a *App) shutdown(context.Context) {
	if a.cancel != nil {
		a.cancel()
	}
	a.work.Wait()
	if a.stop != nil {
		a.stop()
	}
}

// do runs f in the background, owned by the app. A panic becomes a problem on the
// screen and a line in the log.
func (a *App) do(what string, f func(context.Context) error) {
	a.work.Go(func() {
		defer func() {
			if r := recover(); r != nil {
				a.fail(what, fmt.Errorf("panic in %s: %v", what, r))
			}
		}()
		if err := f(a.ctx); err != nil {
			a.log.Debug("app.failed", "what", what, "err", err)
		}
	})
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
	a.log.Error("app.problem", "what", what, "err", err, "ref", a.ref(err))
	a.mu.Lock()
	a.local = err
	a.mu.Unlock()
	a.publish()
}

// clear takes the window's own problem away.
func (a *App) clear() {
	a.mu.Lock()
	a.local, a.choosing = nil, false
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

// SignIn begins a sign-in in the person's browser.
func (a *App) SignIn() (err error) {
	defer a.guard("SignIn", &err)
	a.clear()
	a.do("sign-in", func(ctx context.Context) error {
		err := a.account.SignIn(ctx, session.SignInRequest{})
		if err == nil || !errors.Is(err, account.ErrCancelled) && !errors.Is(err, account.ErrBusy) {
			a.window.front()
		}
		return err
	})
	return nil
}

// CancelSignIn ends the wait.
func (a *App) CancelSignIn() (err error) {
	defer a.guard("CancelSignIn", &err)
	if a.account != nil {
		a.account.Cancel()
	}
	return nil
}

// OpenBrowserAgain opens the same address once more.
func (a *App) OpenBrowserAgain() (err error) {
	defer a.guard("OpenBrowserAgain", &err)
	if address := a.account.Snapshot().Waiting.URL; address != "" {
		a.do("open the browser", func(ctx context.Context) error {
			err := a.openURL(ctx, address)
			a.account.Opened(err)
			return err
		})
	}
	return nil
}

// CopyLink puts the address on the clipboard. It never passes through JavaScript.
func (a *App) CopyLink() (err error) {
	defer a.guard("CopyLink", &err)
	address := a.account.Snapshot().Waiting.URL
	if address == "" {
		return errors.New("there is no link yet")
	}
	return a.window.copy(address)
}

// PasteAnswer takes the address that the browser ended at. The error is in words.
func (a *App) PasteAnswer(address string) (err error) {
	defer a.guard("PasteAnswer", &err)
	if err := a.paste(address); err != nil {
		p := problem.From(err, a.provider)
		return errors.New(p.Title + ". " + p.Hint)
	}
	return nil
}

// SignOut forgets the session here and revokes its tokens; with browser it ends
// the provider's session in the browser too.
func (a *App) SignOut(browser bool) (err error) {
	defer a.guard("SignOut", &err)
	scope := account.ScopeTokens
	if browser {
		scope = account.ScopeBrowser
	}
	a.do("sign-out", func(ctx context.Context) error {
		_, err := a.account.SignOut(ctx, session.Key{}, scope)
		return err
	})
	return nil
}

// Retry does again what failed: opening the vault, refreshing, or signing in.
func (a *App) Retry() (err error) {
	defer a.guard("Retry", &err)
	a.clear()
	if a.account == nil {
		a.begin()
		return nil
	}
	switch s := a.account.Snapshot(); s.Phase {
	case account.PhaseLocked, account.PhaseStarting:
		a.do("restore", a.account.Restore)
	case account.PhaseSignedIn:
		a.account.Retry()
		if s.Err != nil {
			a.account.Dismiss()
		}
	default:
		return a.SignIn()
	}
	return nil
}

// Dismiss takes a problem or a notice away.
func (a *App) Dismiss() (err error) {
	defer a.guard("Dismiss", &err)
	a.clear()
	if a.account != nil {
		a.account.Dismiss()
	}
	a.publish()
	return nil
}

// Focus tells that the window was looked at: a laptop may have slept.
func (a *App) Focus() (err error) {
	defer a.guard("Focus", &err)
	if a.account != nil {
		a.account.Wake()
	}
	return nil
}

// ReportError writes an error of the frontend into the log.
func (a *App) ReportError(message string) (err error) {
	defer a.guard("ReportError", &err)
	a.log.Error("frontend.error", "text", message[:min(len(message), 500)])
	return nil
}

// ReportScreen notes in the log which screen was drawn.
func (a *App) ReportScreen(name string) (err error) {
	defer a.guard("ReportScreen", &err)
	a.log.Debug("screen.shown", "screen", name[:min(len(name), 40)])
	return nil
}
