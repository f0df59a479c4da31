package ui

import (
	"context"
	"errors"
	"strings"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
	"app.latchkey/internal/settings"
)

// SignIn begins a sign-in in the person's browser. who may be empty; an email
// address tells the provider whom to expect, anything else the organization.
// Where the session at hand needs the person, nothing means that person again.
func (w *Window) SignIn(who string) (Job, error) {
	if w.answerStepUp(true) {
		return nil, nil // the request that asked for it signs the person in
	}
	req, err := w.typed(who)
	if err != nil {
		return nil, err
	}
	if s := w.Account().Snapshot().Session; strings.TrimSpace(who) == "" && s.PersonNeeded {
		req = session.SignInRequest{LoginHint: s.Profile.Email, Same: s.Key}
	}
	return w.signIn(req), nil
}

// SignInElsewhere begins a sign-in on another device (RFC 8628). From the waiting
// screen it is another way to the same end.
func (w *Window) SignInElsewhere(who string) (Job, error) {
	req, err := w.typed(who)
	if a := w.Account(); a.Snapshot().Phase == account.PhaseWaiting {
		req, err = a.Asked(), nil
	}
	if err != nil {
		return nil, err
	}
	req.Device = true
	return w.signIn(req), nil
}

// SignInHere goes from the other device back to this computer's browser.
func (w *Window) SignInHere() Job {
	req := w.Account().Asked()
	req.Device = false
	return w.signIn(req)
}

// OtherAccount begins a sign-in in which the provider asks which account is meant
// (OIDC Core §3.1.2.1, prompt=select_account). who is as for [Window.SignIn].
func (w *Window) OtherAccount(who string) (Job, error) {
	req, err := w.typed(who)
	if err != nil {
		return nil, err
	}
	req.Prompt = "select_account"
	return w.signIn(req), nil
}

// errIncomplete is about an email address that is none.
var errIncomplete = errors.New("This email is not complete: it needs an @, as in you@company.com.")

// request is what is asked for with what was typed: an email address, or, where the
// provider can be told one, an organization.
func (w *Window) request(who string) (session.SignInRequest, error) {
	who = strings.TrimSpace(who)
	before, after, at := strings.Cut(who, "@")
	switch {
	case who == "":
		return session.SignInRequest{}, nil
	case at && before != "" && after != "" && !strings.ContainsAny(after, "@ "):
		return session.SignInRequest{LoginHint: who}, nil
	case !at && w.now().Organizations:
		return session.SignInRequest{Organization: who}, nil
	}
	return session.SignInRequest{}, errIncomplete
}

// typed makes the request, and remembers what was typed where the settings allow it: in this window at once, and beside
// the session when the sign-in has succeeded.
func (w *Window) typed(who string) (session.SignInRequest, error) {
	req, err := w.request(who)
	if err == nil && offersTyped(w.now().Values()) {
		who = strings.TrimSpace(who)
		req.Typed = &who
		w.change(func(m *Model) { m.Typed = &who })
	}
	return req, err
}

// offersTyped reports whether what was typed may be offered again.
func offersTyped(values []settings.Value) bool {
	return valueOf(values, keyRememberEmail).Text != "false"
}

// offered is what the person typed last, to be offered again.
func (d *drawing) offered() string {
	switch {
	case !offersTyped(d.facts.Values):
		return ""
	case d.model.Typed != nil:
		return *d.model.Typed
	}
	return d.snap.Typed
}

// forgetTyped forgets what was typed, where the settings do not let it be kept any more.
func (w *Window) forgetTyped(s *Services) {
	if offersTyped(s.Values()) {
		return
	}
	w.change(func(m *Model) { m.Typed = nil })
	w.window().Run("forget what was typed", s.Account.ForgetTyped)
}

// signIn signs in. The account gives up a sign-in under way that asks for something
// else, and refuses a double click.
func (w *Window) signIn(req session.SignInRequest) Job {
	w.change(func(m *Model) { m.show("") })
	run, err := w.Account().SignInInstead(req)
	if err != nil {
		return nil
	}
	return func(ctx context.Context) error {
		err := run(ctx)
		if !errors.Is(err, account.ErrCancelled) {
			w.change(func(m *Model) {
				if m.OverWait { // the page would hide the outcome; one that was opened since is left open
					m.Page = ""
				}
			})
			w.window().Front()
		}
		return err
	}
}

// CancelSignIn ends the wait.
func (w *Window) CancelSignIn() { w.Account().Cancel() }

// OpenBrowserAgain opens the authorization request once more.
func (w *Window) OpenBrowserAgain() Job {
	s := w.now()
	address := s.Account.Snapshot().Waiting.URL
	if address == "" {
		return nil
	}
	return func(ctx context.Context) error {
		err := s.OpenURL(ctx, address)
		s.Account.BrowserTried(err)
		return err
	}
}

// CopyLink puts the address on the clipboard: of the authorization request, which
// never passes through JavaScript, or of the other device.
func (w *Window) CopyLink() error {
	waiting := w.Account().Snapshot().Waiting
	address := waiting.URL
	if waiting.Device != nil {
		address = complete(waiting.Device)
	}
	if address == "" {
		return errors.New("there is no link yet")
	}
	return w.window().Copy(address)
}

// CopyCode puts the other device's code on the clipboard.
func (w *Window) CopyCode() error {
	d := w.Account().Snapshot().Waiting.Device
	if d == nil {
		return errors.New("there is no code yet")
	}
	return w.window().Copy(d.UserCode)
}

// PasteAnswer takes the address that the browser ended at. The error is in words.
func (w *Window) PasteAnswer(address string) error { return w.inWords(w.now().Paste(address)) }
