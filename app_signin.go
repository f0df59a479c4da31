package main

import (
	"context"
	"errors"
	"strings"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
)

// SignIn begins a sign-in in the person's browser. who may be empty; an email
// address tells the provider whom to expect, anything else the organization.
func (a *App) SignIn(who string) (err error) {
	defer a.guard("SignIn", &err)
	req := request(who)
	if c := a.core(); strings.TrimSpace(who) == "" && c.account != nil {
		if s := c.account.Snapshot().Session; s.PersonNeeded { // "Sign in again": as the same person
			req = session.SignInRequest{LoginHint: s.Profile.Email, Same: s.Key}
		}
	}
	a.signIn(req)
	return nil
}

// SignInElsewhere begins a sign-in on another device (RFC 8628). From the waiting
// screen it is another way to the same end.
func (a *App) SignInElsewhere(who string) (err error) {
	defer a.guard("SignInElsewhere", &err)
	req := request(who)
	if a.core().account.Snapshot().Phase == account.PhaseWaiting {
		a.mu.Lock()
		req = a.last
		a.mu.Unlock()
	}
	req.Device = true
	a.signIn(req)
	return nil
}

// SignInHere goes from the other device back to this computer's browser.
func (a *App) SignInHere() (err error) {
	defer a.guard("SignInHere", &err)
	a.mu.Lock()
	req := a.last
	a.mu.Unlock()
	req.Device = false
	a.signIn(req)
	return nil
}

// OtherAccount begins a sign-in in which the provider asks which account is meant
// (OIDC Core §3.1.2.1, prompt=select_account).
func (a *App) OtherAccount() (err error) {
	defer a.guard("OtherAccount", &err)
	a.signIn(session.SignInRequest{Prompt: "select_account"})
	return nil
}

func request(who string) session.SignInRequest {
	who = strings.TrimSpace(who)
	if strings.Contains(who, "@") {
		return session.SignInRequest{LoginHint: who}
	}
	return session.SignInRequest{Organization: who}
}

// signIn signs in. When a sign-in of the other kind is under way it is given up
// first; of the same kind, the button was pressed twice, unless its end is on the
// screen already.
func (a *App) signIn(req session.SignInRequest) {
	a.clear()
	a.mu.Lock()
	before, done := a.signing, make(chan struct{})
	if before != nil && !a.over && a.last.Device == req.Device {
		a.mu.Unlock()
		return
	}
	a.page, a.last, a.signing, a.turning = "", req, done, before != nil && !a.over
	a.begun, a.over = false, false
	a.mu.Unlock()
	c := a.core()
	a.do("sign-in", func(ctx context.Context) error {
		defer a.signedIn(done)
		if before != nil {
			c.account.Cancel()
			<-before
		}
		err := c.account.SignIn(ctx, req)
		if err == nil || !errors.Is(err, account.ErrCancelled) && !errors.Is(err, account.ErrBusy) {
			a.window.front()
		}
		return err
	})
}

// signedIn notes the end of a sign-in, good or bad.
func (a *App) signedIn(done chan struct{}) {
	a.mu.Lock()
	if a.signing == done {
		a.signing, a.turning = nil, false
	}
	a.mu.Unlock()
	close(done)
	a.publish()
}

// CancelSignIn ends the wait.
func (a *App) CancelSignIn() (err error) {
	defer a.guard("CancelSignIn", &err)
	if c := a.core(); c.account != nil {
		c.account.Cancel()
	}
	return nil
}

// OpenBrowserAgain opens the same address once more.
func (a *App) OpenBrowserAgain() (err error) {
	defer a.guard("OpenBrowserAgain", &err)
	c := a.core()
	if address := c.account.Snapshot().Waiting.URL; address != "" {
		a.do("open the browser", func(ctx context.Context) error {
			err := c.openURL(ctx, address)
			c.account.BrowserTried(err)
			return err
		})
	}
	return nil
}

// CopyLink puts the address on the clipboard: of the authorization request, which
// never passes through JavaScript, or of the other device.
func (a *App) CopyLink() (err error) {
	defer a.guard("CopyLink", &err)
	w := a.core().account.Snapshot().Waiting
	address := w.URL
	if w.Device != nil {
		address = complete(w.Device)
	}
	if address == "" {
		return errors.New("there is no link yet")
	}
	return a.window.copy(address)
}

// CopyCode puts the other device's code on the clipboard.
func (a *App) CopyCode() (err error) {
	defer a.guard("CopyCode", &err)
	d := a.core().account.Snapshot().Waiting.Device
	if d == nil {
		return errors.New("there is no code yet")
	}
	return a.window.copy(d.UserCode)
}

// PasteAnswer takes the address that the browser ended at. The error is in words.
func (a *App) PasteAnswer(address string) (err error) {
	defer a.guard("PasteAnswer", &err)
	return a.inWords(a.core().paste(address))
}
