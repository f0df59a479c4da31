package ui

import (
	"context"
	"errors"
	"log/slog"

	"app.latchkey/internal/account"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
	"app.latchkey/internal/settings"
)

// Job is the part of an intent that takes time. Whoever called the intent runs it.
type Job func(context.Context) error

// Services are what the intents call. They are replaced as a whole when the
// settings are read again.
type Services struct {
	Log      *slog.Logger
	Account  *account.Manager
	Provider string // the provider's name
	Issuer   string // the provider's; "" when it has none
	ClientID string // of the app at the provider

	Organizations bool  // the provider can be told which organization is meant
	Ready         bool  // a provider is set up
	Err           error // why nothing can be done: the settings cannot be used

	OpenURL        func(context.Context, string) error
	OpenFolder     func(context.Context, string) error
	Paste          func(string) error
	Picture        func(context.Context, string) (string, error) // the image at an address, as a data: URL
	Unlock         func(context.Context, secret.Secret) error
	UnlockKeychain func(context.Context) error
	StartOver      func(context.Context) error // without the passphrase; what is stored is put away
	ChangeStore    func(context.Context, string, secret.Secret) error
	Store          func() string // which one is in use: this time it may be another than the setting's
	Offers         func() session.Offers
	Examine        func(context.Context, func(FindingView)) error
	Values         func() []settings.Value
	Save           func(map[string]string) error // into preferences.toml

	AtLogin    func() (bool, error) // whether the desktop starts the app; an error where it has no say
	SetAtLogin func(bool) error

	// The set-up of a provider: what a form would come to, and writing it. Errors join
	// *[settings.Error].
	TrySetUp  func(ctx context.Context, preset string, typed map[string]string, found func(FindingView)) error
	SaveSetUp func(preset string, typed map[string]string) error
	Demo      func() error               // takes the provider out, for the demo's own
	OnDemo    bool                       // the provider is the demo's own
	Redirects func() map[string][]string // the redirect addresses to register, by preset

	LogFolder, ConfigFolder string

	Close func() // ends what was started with the services
}

// passing does f and returns early, with the context's error, when ctx ends. f stores nothing: the end of the window
// waits for what is being stored, and not for a picture or a check.
func passing(ctx context.Context, f func(context.Context) error) error {
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// NewServices returns services with which nothing can be done yet. changed is told
// every snapshot.
func NewServices(changed func(account.Snapshot)) *Services {
	notYet := errors.New("the app has not started")
	return &Services{
		Log:            slog.New(slog.DiscardHandler),
		Account:        account.New(account.Options{OnChange: changed}),
		OpenURL:        func(context.Context, string) error { return notYet },
		OpenFolder:     func(context.Context, string) error { return notYet },
		Paste:          func(string) error { return notYet },
		Picture:        func(context.Context, string) (string, error) { return "", notYet },
		Unlock:         func(context.Context, secret.Secret) error { return notYet },
		UnlockKeychain: func(context.Context) error { return notYet },
		StartOver:      func(context.Context) error { return notYet },
		ChangeStore:    func(context.Context, string, secret.Secret) error { return notYet },
		Store:          func() string { return "" },
		Offers:         func() session.Offers { return session.Offers{} },
		Examine:        func(context.Context, func(FindingView)) error { return notYet },
		Values:         func() []settings.Value { return nil },
		Save:           func(map[string]string) error { return notYet },
		AtLogin:        func() (bool, error) { return false, notYet },
		SetAtLogin:     func(bool) error { return notYet },
		TrySetUp:       func(context.Context, string, map[string]string, func(FindingView)) error { return notYet },
		SaveSetUp:      func(string, map[string]string) error { return notYet },
		Demo:           func() error { return notYet },
		Redirects:      func() map[string][]string { return nil },
		Close:          func() {},
	}
}

// Host is the window itself, as the window system offers it.
type Host struct {
	Emit  func(StateView)
	Title func(string)
	Front func()
	// Notify shows a notification of the desktop until ctx ends, and reports whether it was clicked.
	Notify     func(ctx context.Context, title, body string) (clicked bool, err error)
	Copy       func(string) error // to the clipboard
	Appearance func(string)       // of what the system draws around the page
	Remember   func(dark bool)    // size, place and theme, for the next start
	// Run runs a job in the background. what names the job in the log.
	Run func(what string, job Job)
}

// noHost is the host before there is a window.
func noHost() Host {
	return Host{
		Emit: func(StateView) {}, Title: func(string) {}, Front: func() {}, Appearance: func(string) {},
		Remember: func(bool) {}, Run: func(string, Job) {},
		Notify: func(context.Context, string, string) (bool, error) { return false, nil },
		Copy:   func(string) error { return errors.New("there is no window yet") },
	}
}
