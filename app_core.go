package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"app.latchkey/internal/account"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// core holds the services of App, as main has wired them. It is replaced as a
// whole when the settings are read again.
type core struct {
	log      *slog.Logger
	account  *account.Manager // nil when the settings cannot be used
	provider string           // its name
	ready    bool             // a provider is set up
	err      error            // why there is no account

	openURL        func(context.Context, string) error
	openFolder     func(context.Context, string) error
	paste          func(string) error
	picture        func(context.Context, string) (string, error)
	unlock         func(context.Context, secret.Secret) error
	unlockKeychain func(context.Context) error
	changeStore    func(context.Context, string, secret.Secret) error
	store          func() string // which one is in use: this time it may be another than the setting's
	offers         func() session.Offers
	examine        func(context.Context, func(FindingView)) error
	values         func() map[string]SettingView // by key
	save           func(map[string]string) error // into preferences.toml
	logs, folder   string                        // where the log and config.toml are

	running sync.WaitGroup
	cancel  context.CancelFunc
	stop    func()
}

// newCore returns a core with which nothing can be done yet.
func newCore() *core {
	notYet := errors.New("the app has not started")
	return &core{
		log:            slog.New(slog.DiscardHandler),
		openURL:        func(context.Context, string) error { return notYet },
		openFolder:     func(context.Context, string) error { return notYet },
		paste:          func(string) error { return notYet },
		picture:        func(context.Context, string) (string, error) { return "", notYet },
		unlock:         func(context.Context, secret.Secret) error { return notYet },
		unlockKeychain: func(context.Context) error { return notYet },
		changeStore:    func(context.Context, string, secret.Secret) error { return notYet },
		store:          func() string { return "" },
		offers:         func() session.Offers { return session.Offers{} },
		examine:        func(context.Context, func(FindingView)) error { return notYet },
		values:         func() map[string]SettingView { return nil },
		save:           func(map[string]string) error { return notYet },
	}
}

// end ends the core's work and waits for it.
func (c *core) end() {
	if c.cancel != nil {
		c.cancel()
	}
	c.running.Wait()
	if c.stop != nil {
		c.stop()
	}
}
