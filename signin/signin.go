package signin

import (
	"cmp"
	"context"
	"errors"
	"time"

	"app.latchkey/internal/session"
)

// SignInOption changes what a sign-in asks of the provider.
type SignInOption func(*request)

// request is one sign-in.
type request struct {
	session.SignInRequest
	as string // ID of the account that must come back
}

// Hint names who is going to sign in, such as an email address (login_hint, OpenID Connect Core §3.1.2.1). The
// provider may ignore it.
func Hint(who string) SignInOption { return func(r *request) { r.LoginHint = who } }

// Organization names the company, tenant or directory to sign in with, in the provider's own words.
func Organization(name string) SignInOption { return func(r *request) { r.Organization = name } }

// Another asks the provider to let the person choose another account than the one that its browser session has.
func Another() SignInOption { return func(r *request) { r.Prompt = "select_account" } }

// As demands that the account of that ID comes back, for a session that has ended. Somebody else is refused with
// [ErrUnverified].
func As(id string) SignInOption { return func(r *request) { r.as = id } }

// OnAnotherDevice signs in by a code that the person types on another device (RFC 8628). [Config.Device] shows the
// code.
func OnAnotherDevice() SignInOption { return func(r *request) { r.Device = true } }

// MaxAge demands that the person has signed in at the provider no longer ago than that, in whole seconds; zero means
// now (max_age and auth_time, OpenID Connect Core §3.1.2.1).
func MaxAge(age time.Duration) SignInOption { return func(r *request) { r.MaxAge = &age } }

// ACR demands one of these authentication context classes of the sign-in (acr_values; the ID token's acr is checked,
// OpenID Connect Core §3.1.3.7 item 12).
func ACR(classes ...string) SignInOption {
	return func(r *request) { r.ACRValues, r.Demand = classes, len(classes) > 0 }
}

// SignIn signs a person in and makes their account the active one. It opens the browser and returns when the session
// is stored, when it is known why not, or when ctx ends. An account that is signed in already keeps its session when
// the sign-in fails. It matches [ErrBusy] while another sign-in of this client runs.
func (c *Client) SignIn(ctx context.Context, options ...SignInOption) (Account, error) {
	r := request{}
	for _, option := range options {
		option(&r)
	}
	return do(ctx, c, func(ctx context.Context) (Account, error) { return c.signIn(ctx, r) })
}

// Reauthenticate asks the active person to sign in anew before something that matters, with [MaxAge] and [ACR] to say
// how strongly; without them any sign-in from now on counts. When it fails the session at hand goes on.
func (c *Client) Reauthenticate(ctx context.Context, options ...SignInOption) (Account, error) {
	return do(ctx, c, func(ctx context.Context) (Account, error) {
		active, err := c.Account(ctx)
		if err != nil {
			return Account{}, err
		}
		r := request{as: active.ID}
		r.Prompt, r.MaxAge = "login", new(time.Duration)
		for _, option := range options {
			option(&r)
		}
		return c.signIn(ctx, r)
	})
}

// Cancel ends the sign-in under way, if there is one: its [Client.SignIn] returns [ErrCancelled].
func (c *Client) Cancel() { c.manager().Cancel() }

func (c *Client) signIn(ctx context.Context, r request) (Account, error) {
	if r.Device && c.config.Device == nil {
		return Account{}, configError("OnAnotherDevice demands Config.Device, which shows the code")
	}
	if r.as != "" {
		same, err := c.find(ctx, r.as)
		if err != nil {
			return Account{}, err
		}
		r.Same, r.LoginHint = same.Key, cmp.Or(r.LoginHint, same.Profile.Email)
	}
	ctx, fail := context.WithCancelCause(ctx)
	w := &waiter{c: c, ctx: ctx, fail: fail}
	defer w.wait()
	r.Progress = w.progress
	err := c.unlocked(ctx, true, func() error { return c.manager().SignIn(ctx, r.SignInRequest) })
	if given, ok := errors.AsType[*Error](context.Cause(ctx)); ok && err != nil {
		return Account{}, given
	}
	if err != nil {
		return Account{}, err
	}
	return accountOf(c.manager().Snapshot().Session, true), nil
}
