package signin

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// App names the program. Both fields are fixed for the life of the program: another ID is another program, which does
// not see the sessions of the first.
type App struct {
	// ID names the folders and the keychain item, in reverse domain notation such as "com.example.reader": 1 to 100
	// letters, digits, dots, hyphens and underscores, a letter or digit first and last. It is demanded.
	ID string
	// Name is shown to people, in the browser's last page for example. Empty means ID.
	Name string
}

// Config says what to open. Only [Config.App] and [Config.Provider] are demanded; the zero value of every other field
// is the safe one.
type Config struct {
	App      App
	Provider Provider

	// Scopes are asked for instead of openid, profile and email. offline_access is asked for as well where the
	// provider lists it; [Provider.With]("offline_access", "off") leaves it out.
	Scopes []string

	// APIs are further APIs that get access tokens of their own. Nil leaves the session's token as the only one.
	APIs []API

	// StepUp asks the person whether to sign in anew, when an API that a request of [Client.HTTPClient] went to asks
	// for it (RFC 9470). Nil from it means yes: the person signs in, and the request is sent once more if its body can
	// be read again. An error, or no function, fails the request with a [StepUpError].
	StepUp func(ctx context.Context, asked StepUp) error

	// Store says what protects the session on disk. The zero value is [Keychain].
	Store Store

	// Browser opens an address in the person's browser. Nil starts the system's browser, or the one that $BROWSER
	// names. An error ends the sign-in with [ErrBrowser]; a function that shows the address to the person instead
	// returns nil. The address is meant for this person alone: it must not be logged.
	Browser func(ctx context.Context, address string) error

	// Device shows a code that the person types on another device. A sign-in with [OnAnotherDevice] demands it. It
	// may block until ctx ends, which is when the sign-in is over; an error ends the sign-in.
	Device func(ctx context.Context, code DeviceCode) error

	// Logger receives what happens, without tokens, addresses' queries and personal data beyond the issuer. Nil
	// logs nothing.
	Logger *slog.Logger

	// RootCAs are further certificates to trust, as PEM, for a company's own provider or proxy. The system's own
	// are trusted as well. A certificate of somebody else in here can read every sign-in.
	RootCAs []byte

	// Timeout limits a whole sign-in. Zero means 10 minutes, and an hour is the most.
	Timeout time.Duration
}

// DeviceCode is what a person needs on the other device (RFC 8628 §3.2). Its addresses are https, or on this machine.
type DeviceCode struct {
	Code            string    // to be typed
	Address         string    // where to type it
	AddressWithCode string    // bears the code, for a QR code; empty when the provider gave none
	Expires         time.Time // when the code, or the sign-in, ends
}

// namesAFolder reports whether an application's ID can name a folder on every system.
func namesAFolder(id string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	return id != "" && len(id) <= 100 && strings.Trim(id, letters+"._-") == "" &&
		strings.ContainsAny(id[:1], letters) && strings.ContainsAny(id[len(id)-1:], letters)
}

// checked returns the configuration with its defaults in place.
func (c Config) checked() (Config, error) {
	if !namesAFolder(c.App.ID) {
		return c, fmt.Errorf("App.ID is %q: 1 to 100 letters, digits, dots, hyphens and underscores are demanded, "+
			"such as com.example.reader", c.App.ID)
	}
	c.App.Name = cmp.Or(c.App.Name, c.App.ID)
	if c.Timeout < 0 {
		return c, fmt.Errorf("Timeout is %v: zero or more is demanded", c.Timeout)
	}
	if len(c.RootCAs) > 0 && !x509.NewCertPool().AppendCertsFromPEM(c.RootCAs) {
		return c, errors.New("RootCAs holds no certificate in PEM")
	}
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	if c.Provider.isZero() {
		return c, errors.New("Provider is missing: see signin.Issuer")
	}
	return c, nil
}
