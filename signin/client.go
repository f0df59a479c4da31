package signin

import (
	"context"
	"errors"
	"sync"

	"app.latchkey/internal/account"
	"app.latchkey/internal/clock"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/vault"
	"app.latchkey/internal/wire"
)

// Client is one program's sign-in: who is signed in, their tokens, and the way to sign in and out. It is made by
// [Open]. Its methods may be called from any goroutine.
type Client struct {
	config Config
	parts  *wire.Parts
	reader reader // of the words of errors

	lifetime context.Context // ends with Close, while mu is held
	end      context.CancelFunc
	calls    sync.WaitGroup

	mu      sync.Mutex
	watches map[chan struct{}]bool

	renewing    sync.Mutex // held while the background renewal is started or stopped
	renewals    int        // watches that want it
	stopRenewal func()
}

// Open reads what is stored on this machine and returns a client. It uses no network. It opens the keychain, or
// asks for the passphrase, when there is something stored to be read. Errors match [ErrConfig] and [ErrStore], or are
// the context's; [ErrConfig] also where [Settings] names an application whose settings name no provider.
func Open(ctx context.Context, config Config) (*Client, error) {
	config, err := config.checked()
	if err != nil {
		return nil, configError(err.Error())
	}
	settings, err := settingsOf(config)
	if err != nil {
		return nil, explain(err, reader{inCode: config.Provider.installed == ""})
	}
	to := reader{settings.Provider.Name, settings.InCode()}
	if !settings.Configured {
		return nil, explain(account.ErrNotConfigured, to)
	}
	c := &Client{config: config, reader: to, watches: map[chan struct{}]bool{}}
	c.parts, err = wire.New(settings, wire.Options{
		App: config.App.Name, ID: config.App.ID, Log: config.Logger, OpenURL: config.Browser, OnChange: c.changed,
		StepUp: config.consent(),
		Now:    clock.From(ctx),
	})
	if err != nil {
		return nil, explain(err, c.reader)
	}
	c.lifetime, c.end = context.WithCancel(context.WithoutCancel(ctx))
	err = c.unlocked(ctx, false, func() error { return c.manager().Restore(ctx) })
	if err != nil {
		_ = c.Close()
		return nil, explain(err, c.reader)
	}
	return c, nil
}

// Close ends a sign-in under way and every call that waits, and returns when no goroutine of the client is left. A
// renewal under way is stored before. The session stays: the next [Open] finds it. It always returns nil.
func (c *Client) Close() error {
	c.mu.Lock()
	c.end()
	c.mu.Unlock()
	c.manager().Cancel()
	c.calls.Wait()
	c.manager().Wait()
	c.parts.Close()
	return nil
}

// manager returns who is signed in.
func (c *Client) manager() *account.Manager { return c.parts.Account }

// enter begins one call, which ends with ctx or with the client. The returned function ends the call.
func (c *Client) enter(ctx context.Context) (context.Context, func(), error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.open(); err != nil {
		return nil, nil, err
	}
	c.calls.Add(1)
	ctx, cancel := context.WithCancelCause(ctx)
	unlink := context.AfterFunc(c.lifetime, func() { cancel(closedError()) })
	return ctx, func() {
		unlink()
		cancel(nil)
		c.calls.Done()
	}, nil
}

// open reports whether the client is still open.
func (c *Client) open() error {
	if c.lifetime.Err() != nil {
		return closedError()
	}
	return nil
}

// do runs one call and puts its error into words.
func do[T any](ctx context.Context, c *Client, f func(context.Context) (T, error)) (T, error) {
	var none T
	ctx, leave, err := c.enter(ctx)
	if err != nil {
		return none, err
	}
	defer leave()
	out, err := f(ctx)
	if closed := c.open(); err != nil && closed != nil {
		return none, closed
	}
	if err != nil {
		return none, explain(err, c.reader)
	}
	return out, nil
}

// run is do for a call that returns an error alone.
func (c *Client) run(ctx context.Context, f func(context.Context) error) error {
	_, err := do(ctx, c, func(ctx context.Context) (struct{}, error) { return struct{}{}, f(ctx) })
	return err
}

// passphraseTries is how often a passphrase may be wrong.
const passphraseTries = 3

// unlocked does f, and asks for the passphrase when f needs one. fresh says that a new passphrase may be chosen.
func (c *Client) unlocked(ctx context.Context, fresh bool, f func() error) error {
	err := f()
	var refused *Error
	for range passphraseTries {
		if !errors.Is(err, vault.ErrPassphraseNeeded) || c.config.Store.ask == nil {
			return err
		}
		typed, asked := c.config.Store.ask(ctx, PassphraseRequest{New: fresh, Refused: refused})
		if asked != nil {
			refusal := describe(vault.ErrPassphraseNeeded, c.reader)
			refusal.causes = append(refusal.causes, asked)
			return refusal
		}
		switch unlocked := c.parts.Vault.Unlock(ctx, secret.New(typed)); {
		case unlocked == nil:
			refused, err = nil, f()
		case errors.Is(unlocked, vault.ErrWrongPassphrase), errors.Is(unlocked, vault.ErrWeakPassphrase):
			refused = describe(unlocked, c.reader)
		default:
			return unlocked
		}
	}
	if refused != nil {
		return refused
	}
	return err
}
